"""One resident who talks to a side over its REST channel."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp

from bench import messages
from bench.default_setup import QUESTIONS
from bench.measure import Times
from bench.servers import DEFAULT, Side

MOST_TURNS = 16
_OPEN = "/request_service"
_SLOT_OF = {text: slot for slot, text in QUESTIONS.items()}
_numbers = itertools.count(1)


class BadAnswer(Exception):
    """A side answered with something else than messages."""


class Resident:
    """A conversation of its own with one side."""

    def __init__(self, client: aiohttp.ClientSession, side: Side, alone: bool = True) -> None:
        """``alone``: nobody else talks to the side meanwhile, so that a turn's processor time is known."""
        self._client, self.side, self._alone = client, side, alone
        self._sender = f"resident-{next(_numbers)}"

    async def say(self, text: str, times: Times | None = None) -> list[dict[str, Any]]:
        """Send one message; its turn is timed until the whole answer is read."""
        body = {"sender": self._sender, "message": text}
        times = times or Times()
        used = self.side.cpu if self._alone else 0.0
        with times.one():
            async with self._client.post(self.side.url, json=body, headers=self.side.headers) as response:
                answer = await response.json()
        if self._alone:
            times.cpu.append(self.side.cpu - used)
        if response.status != 200 or not isinstance(answer, list) or not answer:
            raise BadAnswer(f"{self.side.name} answered {response.status} to {text!r}: {str(answer)[:200]}")
        return answer

    async def open_form(self, person: messages.Person, times: Times | None = None) -> list[dict[str, Any]]:
        """Ask for the service; returns the answer that asks for the first slot.

        A default set-up trained for a few epochs may not know the request: then its form is opened by the
        command that its channel obeys, and that turn is not timed.
        """
        answer = await self.say(person.request, times)
        if asked_slot(answer) is None and self.side.name == DEFAULT:
            return await self.say(_OPEN)
        return answer


async def fill_form(resident: Resident, person: messages.Person, kinds: dict[str, Times]) -> int:
    """One request from the first sentence to its number; returns the turns inside the form.

    ``kinds``: `open` the request, `form` each answer inside the form, `file` the last one.
    """
    answer = await resident.open_form(person, kinds["open"])
    for turn in range(MOST_TURNS):
        asked = asked_slot(answer)
        if asked is None:
            raise BadAnswer(f"{resident.side.name} left the form after {turn} turns: {str(answer)[:400]}")
        answer = await resident.say(person.answers.get(asked, "跳过"), kinds["form"])
        if filed(answer):
            for taken, given in (
                (kinds["form"].ms, kinds["file"].ms),
                (kinds["form"].cpu, kinds["file"].cpu),
            ):
                given += [taken.pop()] if taken else []
            return turn
        if confirms(answer):
            await resident.say(messages.CONFIRM, kinds["file"])
            return turn + 1
    raise BadAnswer(f"{resident.side.name} asked {MOST_TURNS} times")


async def mistype(resident: Resident, chance: random.Random, times: Times) -> None:
    """A turn inside a form that is asked again: the phone number lacks a digit."""
    await resident.say(messages.mistyped(chance), times)


def asked_slot(answer: Sequence[dict[str, Any]]) -> str | None:
    """The slot that an answer asks for: ours says it in `custom`, the default's is known by its question."""
    for message in answer:
        form = (message.get("custom") or {}).get("form")
        if form:
            return form["asking"]
        if message.get("text") in _SLOT_OF:
            return _SLOT_OF[message["text"]]
    return None


def confirms(answer: Sequence[dict[str, Any]]) -> bool:
    """Whether an answer shows the summary to confirm."""
    return any((message.get("custom") or {}).get("summary") for message in answer)


def filed(answer: Sequence[dict[str, Any]]) -> bool:
    """Whether the request was filed."""
    return any(
        (message.get("custom") or {}).get("ticket_number") or message.get("text", "").startswith("已登记")
        for message in answer
    )


async def at_a_time(count: int, jobs: Sequence[Callable[[], Awaitable[Any]]], times: Times) -> None:
    """Run jobs, ``count`` at a time, as one round."""
    waiting = iter(jobs)

    async def worker() -> None:
        for job in waiting:
            await job()

    with times.round():
        await asyncio.gather(*(worker() for _ in range(count)))
