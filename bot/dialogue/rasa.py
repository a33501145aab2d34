"""The client of the Rasa server: one call a turn, never repeated, with a time limit."""

from typing import Any

import aiohttp

SECONDS = 30.0
CONNECT_SECONDS = 3.0


class RasaDown(Exception):
    """Rasa did not answer: not there, too slow, or with an error."""


class Rasa:
    """Speaks with the `county` channel of the Rasa server.

    Make it inside a running loop and close it in the end. `secret` goes into the header that the channel
    demands.
    """

    def __init__(self, url: str, secret: str, seconds: float = SECONDS) -> None:
        self._url = f"{url.rstrip('/')}/webhooks/county/webhook"
        self._headers = {"X-County-Secret": secret}
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        self._session: aiohttp.ClientSession | None = None

    async def say(self, sender: str, message: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        """The assistant's answer to one message; RasaDown when there is none to be had."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        body = {"sender": sender, "message": message, "metadata": metadata}
        try:
            async with self._session.post(
                self._url, json=body, headers=self._headers, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise RasaDown(f"status {response.status}")
                answer = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise RasaDown(type(error).__name__) from error
        if not isinstance(answer, list):
            raise RasaDown("not a list of messages")
        return [message for message in answer if isinstance(message, dict)]

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
