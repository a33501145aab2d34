"""The Rasa server as a child: started, watched, started again when it dies; it ends with its parent."""

import asyncio
import ctypes
import logging
import os
import signal
import time
from pathlib import Path

import aiohttp

from bot.secrets import Secrets
from bot.settings import ROOT, Settings

log = logging.getLogger(__name__)

START_SECONDS = 180
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
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
        self, command: list[str], environment: dict[str, str], status_url: str, token: str, log_file: Path
    ) -> None:
        self._command = command
        self._environment = environment
        self._status_url = status_url
        self._token = token
        self._log_file = log_file
        self._child: asyncio.subprocess.Process | None = None
        self._stopping = False
        self.ready = asyncio.Event()
        self.restarts = 0

    async def keep_running(self) -> None:
        """Start the server, wait for its end, start it again; returns after `stop()`."""
        pause = FIRST_PAUSE
        while not self._stopping:
            started = time.monotonic()
            self._log_file.parent.mkdir(parents=True, exist_ok=True)
            with self._log_file.open("ab") as output:
                self._child = await asyncio.create_subprocess_exec(
                    *self._command,
                    cwd=ROOT,
                    env=self._environment,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    preexec_fn=_end_with_parent,
                    start_new_session=True,
                )
            waiter = asyncio.create_task(self._wait_ready())
            code = await self._child.wait()
            waiter.cancel()
            self.ready.clear()
            if self._stopping:
                return
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

    async def _wait_ready(self) -> None:
        async with aiohttp.ClientSession() as client:
            for _ in range(START_SECONDS * 4):
                try:
                    async with client.get(
                        self._status_url, params={"token": self._token}, timeout=aiohttp.ClientTimeout(2)
                    ) as answer:
                        if answer.status == 200:
                            self.ready.set()
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(0.25)
            log.error("Rasa did not answer within %s s; its log: %s", START_SECONDS, self._log_file)

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
