"""Asking the running assistant from the terminal."""

import asyncio
import secrets
from typing import Any

import aiohttp
import click

from bot.cli.opening import in_context
from bot.context import Context
from bot.directory.roles import Role
from bot.directory.tokens import create_token, revoke_tokens
from bot.knowledge.answers import Answers
from bot.settings import Settings

SECONDS = aiohttp.ClientTimeout(total=60)


@click.command()
@click.argument("text")
def ask(text: str) -> None:
    """How the running assistant understands a question: decision, entry, confidence, answer."""

    async def work(context: Context) -> None:
        understood = await _parse(context.settings, text)
        for line in await explain(context, understood):
            click.echo(line)

    in_context(work)


async def _parse(settings: Settings, text: str) -> dict[str, Any]:
    token = settings.state_dir / "rasa.token"
    if not token.exists():
        raise click.ClickException(f"{token} is missing: nothing was started here yet; `make run` does it")
    try:
        async with (
            aiohttp.ClientSession(timeout=SECONDS) as client,
            client.post(
                f"{settings.rasa_url}/model/parse",
                params={"token": token.read_text("utf-8").strip()},
                json={"text": text},
            ) as answer,
        ):
            if answer.status != 200:
                raise click.ClickException(f"Rasa on {settings.rasa_url} answers with status {answer.status}")
            return await answer.json()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise click.ClickException(
            f"Rasa does not answer on {settings.rasa_url}; is `make run` running?"
        ) from error


async def explain(context: Context, understood: dict[str, Any]) -> list[str]:
    """What Rasa understood of a message, in lines."""
    intent = understood.get("intent") or {}
    selector = (understood.get("response_selector") or {}).get("faq") or {}
    ranking = selector.get("ranking") or []
    best = ranking[0] if ranking else {"intent_response_key": "-", "confidence": 0.0}
    decision = decide(selector)
    lines = [
        f"intent      {intent.get('name')} {intent.get('confidence') or 0:.3f}"
        + ("   urgent" if understood.get("urgent") else ""),
        f"decision    {decision}",
        f"entry       {str(best['intent_response_key']).removeprefix('faq/')}",
        f"confidence  {best['confidence']:.3f} (answers from {selector.get('threshold') or 0:.3f})",
    ]
    lines += [
        f"next        {row['intent_response_key'].removeprefix('faq/')} {row['confidence']:.3f}"
        for row in ranking[1:3]
    ]
    lines += [
        f"entity      {entity['entity']} = {entity['value']}" for entity in understood.get("entities", [])
    ]
    if decision == "answer":
        found = await Answers(context).answer(str(best["intent_response_key"]).removeprefix("faq/"))
        if found is None:
            lines.append("answer      none: the entry is no longer published")
        else:
            lines += [f"question    {found.question}", f"answer      {found.text}"]
            lines += [f"note        {found.note}"] if found.note else []
            lines.append(f"source      {found.source}")
    return lines


def decide(selector: dict[str, Any]) -> str:
    """What the score of the first place means: answer, ask_back or unknown."""
    ranking = selector.get("ranking") or []
    score = ranking[0]["confidence"] if ranking else 0.0
    if score >= selector.get("threshold", 1.0):
        return "answer"
    return "ask_back" if score >= selector.get("ask_back_threshold", 1.0) else "unknown"


@click.command()
def chat() -> None:
    """Talk with the running assistant as a resident does; an empty line or Ctrl-D ends it.

    Goes the way of every program: the REST channel, with a token made for this talk and revoked after it.
    """
    name = f"terminal-{secrets.token_hex(4)}"

    async def begin(context: Context) -> tuple[str, str]:
        async with context.db.write() as session:
            token = await create_token(session, Role.CHANNEL, None, name, context.clock(), 1)
        return _address(context.settings), token

    async def end(context: Context) -> None:
        async with context.db.write() as session:
            await revoke_tokens(session, name, context.clock())

    address, token = in_context(begin)
    try:
        _talk(address, token)
    except KeyboardInterrupt:
        click.echo()
    finally:
        in_context(end)


def _address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{host}:{settings.port}/webhooks/rest/webhook"


def _talk(address: str, token: str) -> None:
    buttons: list[dict[str, str]] = []
    while text := _line():
        if text.isdigit() and 0 < int(text) <= len(buttons):
            text = buttons[int(text) - 1]["payload"]
        buttons = _show(asyncio.run(_say(address, token, text)))


def _line() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


async def _say(address: str, token: str, text: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with (
            aiohttp.ClientSession(timeout=SECONDS, headers=headers) as client,
            client.post(address, json={"sender": "me", "message": text}) as answer,
        ):
            body = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise click.ClickException(f"the bot does not answer on {address}; is `make run` running?") from error
    if answer.status == 200:
        return body
    return [{"text": f"({answer.status}) {body.get('detail') or body.get('title')}"}]


def _show(messages: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Print what was answered, buttons numbered through; returns the buttons."""
    buttons: list[dict[str, str]] = []
    for message in messages:
        click.echo(message.get("text") or "")
        for button in message.get("buttons") or []:
            buttons.append(button)
            click.echo(f"  [{len(buttons)}] {button['title']}")
    return buttons


COMMANDS = (ask, chat)
