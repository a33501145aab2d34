"""Ask the Rasa server what a part of a message means; used where one message holds several matters."""

from __future__ import annotations

import asyncio
import re

import aiohttp

from actions.turn import Understood
from bot.context import Context

SECONDS = 3
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_CLAUSE = re.compile(r"[^。！？!?；;，,\n]+[。！？!?；;，,]*")


def sentences(text: str) -> list[str]:
    """The sentences of a message, those of a few characters joined to the next."""
    return _joined(_SENTENCE.findall(text), 4)


def clauses(text: str) -> list[str]:
    """The clauses of a message, short ones joined to the next."""
    return _joined(_CLAUSE.findall(text), 6)


def _joined(parts: list[str], shortest: int) -> list[str]:
    out: list[str] = []
    held = ""
    for part in parts:
        held += part
        if len(held.strip()) >= shortest:
            out.append(held.strip())
            held = ""
    if held.strip():
        out.append(held.strip())
    return out


async def understand(context: Context, texts: list[str]) -> list[Understood]:
    """What each text means; an empty list where the server does not answer in time."""
    if not texts:
        return []
    token_file = context.settings.state_dir / "rasa.token"
    try:
        token = token_file.read_text("utf-8").strip()
    except OSError:
        return []
    url = f"{context.settings.rasa_url}/model/parse"
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as client:

            async def one(text: str) -> Understood:
                safe = "／" + text.lstrip()[1:] if text.lstrip().startswith("/") else text
                async with client.post(url, params={"token": token}, json={"text": safe}) as answer:
                    answer.raise_for_status()
                    return Understood.read(await answer.json())

            return list(await asyncio.gather(*(one(text) for text in texts)))
    except (aiohttp.ClientError, TimeoutError):
        return []
