"""The Rasa server as a child: started, watched, restarted when it dies or hangs; it ends with its parent."""

import asyncio
import ctypes
import logging
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.runtime.logging import child_log, write_line
from bot.secrets import Secrets
from bot.settings import ROOT, Settings

log = logging.getLogger(__name__)

START_SECONDS = 180
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
LONGEST_LINE = 1 << 20
LAST_WORDS_SECONDS = 2.0


@dataclass(frozen=True)
class Watch:
    """How a server that is ready is watched: asked every so often, given up after misses in a row."""

    every: float = 10.0
    patience: float = 5.0
    misses: int = 3


_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Have the kernel kill this child when its parent ends, however it ends (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def rasa_command(settings: Settings) -> list[str]:
    """The command line of the server; see `nlu/server/__main__.py`."""
    return [
        str(ROOT / ".venv-rasa" / "bin" / "python"),
        "-m",
        "nlu.server",
        "--port",
        str(settings.rasa_port),
    ]


def rasa_environment(settings: Settings, secrets: Secrets) -> dict[str, str]:
    """What the server needs to know; secrets travel by environment, not on the command line."""
    return {
        **os.environ,
        "STATE_DIR": str(settings.state_dir),
        "KEY_DIR": str(settings.key_dir),
        "DATABASE_URL": settings.database_url or "",
        "RASA_TOKEN": secrets.rasa_token,
        "CHANNEL_SECRET": secrets.channel,
        "ACTIONS_SECRET": secrets.actions,
        "ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/webhook",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


class RasaProcess:
    """Keeps one Rasa server running until it is told to stop."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        status_url: str,
        token: str,
        log_file: Path,
        watch: Watch = Watch(),
    ) -> None:
        self._command = command
        self._environment = environment
        self._status_url = status_url
        self._token = token
        self._log_file = log_file
        self._watch = watch
        self._child: asyncio.subprocess.Process | None = None
        self._stopping = False
        self.ready = asyncio.Event()
        self.restarts = 0

    async def keep_running(self) -> None:
        """Start the server, wait for its end, start it again; returns after `stop()`."""
        pause = FIRST_PAUSE
        output = child_log(self._log_file)
        while not self._stopping:
            started = time.monotonic()
            self._child = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                preexec_fn=_end_with_parent,
                start_new_session=True,
            )
            assert self._child.stdout is not None
            copying = asyncio.create_task(_copy(self._child.stdout, output))
            attending = asyncio.create_task(self._attend(self._child))
            code = await self._child.wait()
            self.ready.clear()
            attending.cancel()
            _, late = await asyncio.wait([copying, attending], timeout=LAST_WORDS_SECONDS)
            for task in late:
                task.cancel()
            if self._stopping:
                break
            self.restarts += 1
            lived = time.monotonic() - started
            pause = FIRST_PAUSE if lived > 60 else min(pause * 2, LONGEST_PAUSE)
            log.error(
                "Rasa ended with code %s after %.0f s; starting it again in %.0f s (its log: %s)",
                code,
                lived,
                pause,
                self._log_file,
            )
            await asyncio.sleep(pause)
        output.close()

    async def _attend(self, child: asyncio.subprocess.Process) -> None:
        """Wait until the server is ready, then ask it now and then; one that hangs is killed."""
        async with aiohttp.ClientSession() as client:
            await self._wait_ready(client)
            missed = 0
            while missed < self._watch.misses:
                await asyncio.sleep(self._watch.every)
                missed = 0 if await self._answers(client, self._watch.patience) else missed + 1
        log.error("Rasa did not answer %s times in a row; ending it", missed)
        if child.returncode is None:
            child.kill()

    async def _wait_ready(self, client: aiohttp.ClientSession) -> None:
        started, told = time.monotonic(), 0.0
        while not await self._answers(client, 2):
            waited = time.monotonic() - started
            if waited - told > START_SECONDS:
                told = waited
                log.error("Rasa has not answered for %.0f s; its log: %s", waited, self._log_file)
            await asyncio.sleep(0.25)
        self.ready.set()

    async def _answers(self, client: aiohttp.ClientSession, patience: float) -> bool:
        try:
            async with client.get(
                self._status_url,
                params={"token": self._token},
                timeout=aiohttp.ClientTimeout(total=patience),
            ) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._child.pid if self._child and self._child.returncode is None else None

    async def stop(self) -> None:
        """End the server and wait for it."""
        self._stopping = True
        if self._child and self._child.returncode is None:
            self._child.terminate()
            try:
                await asyncio.wait_for(self._child.wait(), 8)
            except TimeoutError:
                self._child.kill()
                await self._child.wait()


async def _copy(stream: asyncio.StreamReader, output: logging.Handler) -> None:
    """Write a child's output into its log, line by line and masked."""
    rest = b""
    while block := await stream.read(1 << 16):
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        for line in lines:
            write_line(output, line.decode("utf-8", "replace"))
    if rest:
        write_line(output, rest.decode("utf-8", "replace"))
