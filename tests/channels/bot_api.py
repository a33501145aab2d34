"""A Bot API server of ours on loopback: enough of Telegram for the real library to talk to."""

import asyncio
import itertools
import json
import re
from typing import Any

from aiohttp import web

TOKEN = "123456:test-token"
USER = {"id": 77, "is_bot": False, "first_name": "远"}
CHAT = {"id": 77, "type": "private", "first_name": "远"}
ME = {
    "id": 123456,
    "is_bot": True,
    "first_name": "群团服务",
    "username": "county_bot",
    "can_join_groups": True,
}


class BotApi:
    """Hands out updates, takes calls, and can ask for patience (429), be blocked (403) or broken (502)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: dict[str, bytes] = {}
        self.patience: list[int] = []
        self.blocked = False
        self.broken: list[bool] = []
        """For the next sends, whether each fails with 502; then all go well."""
        self.confirmed = 0
        self._updates: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        app.router.add_get("/file/bot{token}/{path}", self._file)
        return app

    async def give(self, *updates: dict[str, Any]) -> None:
        """Updates that the next poll gets; the same one may be given twice."""
        async with self._changed:
            self._updates.extend(updates)
            self._changed.notify_all()

    def update(self, **content: Any) -> dict[str, Any]:
        return {"update_id": 1000 + next(self._numbers), **content}

    def message(self, *, chat: dict[str, Any] = CHAT, **content: Any) -> dict[str, Any]:
        number = next(self._numbers)
        text = content.get("text", "")
        if found := re.match(r"/\w+", text):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": found.end()}]
        message = {
            "message_id": number,
            "date": 1795500000,
            "chat": chat,
            "from": {**USER, "id": chat["id"] if chat["id"] > 0 else 77},
            **content,
        }
        return self.update(message=message)

    def press(self, sent: dict[str, Any], title: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
        """A press on a button of a message that the bot sent."""
        keys = [key for row in sent["reply_markup"]["inline_keyboard"] for key in row]
        data = next(key["callback_data"] for key in keys if key["text"] == title)
        shown = {
            "message_id": sent["message_id"],
            "date": 1795500000,
            "chat": chat,
            "text": sent["text"],
            "reply_markup": sent["reply_markup"],
        }
        return self.update(
            callback_query={
                "id": "9",
                "from": {**USER, "id": chat["id"]},
                "chat_instance": "1",
                "data": data,
                "message": shown,
            }
        )

    def sent(self, method: str = "sendMessage") -> list[dict[str, Any]]:
        return [data for name, data in self.calls if name == method]

    async def wait_for(self, count: int, method: str = "sendMessage") -> list[dict[str, Any]]:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(self.sent(method)) >= count), 15)
        return self.sent(method)

    async def _method(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _error(401, "Unauthorized")
        method = request.match_info["method"]
        data = {key: _plain(value) for key, value in (await request.post()).items()}
        if method == "getUpdates":
            return _result(await self._poll(int(data.get("offset", 0)), float(data.get("timeout", 0))))
        if method == "sendMessage" and self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        if method == "sendMessage" and self.broken and self.broken.pop(0):
            return _error(502, "Bad Gateway")
        if method == "sendMessage" and self.patience:
            wait = self.patience.pop(0)
            return _error(429, f"Too Many Requests: retry after {wait}", parameters={"retry_after": wait})
        answer = self._answer(method, data)
        async with self._changed:
            self.calls.append((method, data))
            self._changed.notify_all()
        return _result(answer)

    def _answer(self, method: str, data: dict[str, Any]) -> Any:
        if method == "getMe":
            return ME
        if method == "getFile":
            return {"file_id": data["file_id"], "file_unique_id": "u", "file_path": data["file_id"]}
        if method in ("sendMessage", "editMessageReplyMarkup"):
            if len(str(data.get("text", "")).encode("utf-16-le")) > 2 * 4096:
                raise web.HTTPBadRequest(text="message is too long")
            data.setdefault("message_id", next(self._numbers))
            return {
                "message_id": int(data["message_id"]),
                "date": 1795500000,
                "chat": CHAT,
                "text": data.get("text", ""),
            }
        return True

    async def _poll(self, offset: int, seconds: float) -> list[dict[str, Any]]:
        self.confirmed = max(self.confirmed, offset)
        async with self._changed:
            self._updates = [u for u in self._updates if u["update_id"] >= offset]
            try:
                await asyncio.wait_for(self._changed.wait_for(lambda: bool(self._updates)), min(seconds, 1))
            except TimeoutError:
                return []
            return list(self._updates)

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["path"]])


def _plain(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value
    except ValueError:
        return value


def _result(value: Any) -> web.Response:
    return web.json_response({"ok": True, "result": value})


def _error(code: int, text: str, **more: Any) -> web.Response:
    return web.json_response({"ok": False, "error_code": code, "description": text, **more}, status=code)
