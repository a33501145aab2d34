"""A whole assistant for the dialogues: database, index, action server and a real Rasa server, started once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web

from actions.server import make_actions_app
from bot.clock import COUNTY_ZONE
from bot.context import Context
from bot.conversations import store
from bot.conversations.store import Line
from bot.dialogue import Dialogue, Incoming, Rasa
from bot.knowledge.publish import refresh_index
from bot.runtime.rasa import RasaProcess, rasa_command, rasa_environment
from bot.secrets import ensure_secrets
from bot.settings import ROOT, Settings
from bot.storage.engine import Database
from nlu.retrieval.index import default_root
from nlu.vault import Vault, create_keys

DAYTIME = "2026-11-24 09:36"
READY_SECONDS = 180


@dataclass
class Stage:
    """What a dialogue is played on. `now` is the county's time for everything that asks the clock."""

    context: Context
    dialogue: Dialogue
    rasa: RasaProcess | None = None
    now: datetime = field(default_factory=lambda: moment(DAYTIME))

    async def say(
        self,
        sender: str,
        text: str = "",
        *,
        token: str | None = None,
        channel: str = "rest",
        pictures: tuple[int, ...] = (),
    ) -> list[Line]:
        """One message through the bot's dialogue, Rasa and the actions."""
        incoming = Incoming(channel, sender, text, id=secrets.token_hex(8), token=token, pictures=pictures)
        return await self.dialogue.handle(incoming)

    async def conversation(self, sender: str, channel: str = "rest"):  # type: ignore[no-untyped-def]
        """The sender's row in the database."""
        async with self.context.db.read() as session:
            return await store.find(session, self.context.vault, channel, sender)


def moment(text: str) -> datetime:
    """A moment of the county's time, `2026-11-24 09:36`."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=COUNTY_ZONE)


def trained_model() -> Path | None:
    """The newest trained model; RASA_MODEL names another one."""
    if os.environ.get("RASA_MODEL"):
        return Path(os.environ["RASA_MODEL"])
    models = sorted((ROOT / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return models[-1] if models else None


async def train(folder: Path) -> Path:
    """Train a model where there is none."""
    command = [
        str(ROOT / ".venv-rasa" / "bin" / "rasa"),
        "train",
        "--out",
        str(folder),
        "--fixed-model-name",
        "test",
    ]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "OMP_NUM_THREADS": "1"}
    child = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if await child.wait() != 0:
        raise RuntimeError("rasa train failed")
    return folder / "test.tar.gz"


@contextlib.asynccontextmanager
async def open_stage(folder: Path, database_url: str) -> AsyncIterator[Stage]:
    """Start everything over a seeded database; all of it ends with the block."""
    settings = Settings(
        _env_file=None,
        state_dir=folder / "var",
        key_dir=folder / "keys",
        rasa_port=free_port(),
        actions_port=free_port(),
    )
    create_keys(settings.key_dir)
    between = ensure_secrets(settings.state_dir)
    context = Context(settings, Database(database_url), Vault(settings.key_dir))
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(context.close)
        _share_vectors(settings.state_dir / "index")
        await refresh_index(context)
        await stack.enter_async_context(_actions(context, between.actions, settings.actions_port))
        model = trained_model() or await train(folder / "models")
        rasa = RasaProcess(
            [*rasa_command(settings), "--model", str(model)],
            {**rasa_environment(settings, between), "DATABASE_URL": ""},
            f"{settings.rasa_url}/status",
            between.rasa_token,
            folder / "rasa.log",
        )
        running = asyncio.create_task(rasa.keep_running())
        stack.push_async_callback(_end, rasa, running)
        await asyncio.wait_for(rasa.ready.wait(), READY_SECONDS)
        dialogue = Dialogue(context, Rasa(settings.rasa_url, between.channel))
        stack.push_async_callback(dialogue.close)
        stage = Stage(context, dialogue, rasa)
        context.clock = lambda: stage.now
        yield stage


def _share_vectors(index: Path) -> None:
    """Keep the encoded sentences between runs: encoding them anew takes a minute."""
    kept = ROOT / default_root() / "cache"
    kept.mkdir(parents=True, exist_ok=True)
    index.mkdir(parents=True, exist_ok=True)
    if not (index / "cache").exists():
        (index / "cache").symlink_to(kept)


async def _end(rasa: RasaProcess, running: asyncio.Task) -> None:
    await rasa.stop()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@contextlib.asynccontextmanager
async def _actions(context: Context, secret: str, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(make_actions_app(context, secret), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
