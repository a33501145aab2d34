"""The two sides: our bot with its Rasa server, and Rasa's default set-up; each in folders of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import default_setup
from bench.processes import Server, StartFailed, free_port
from bot.runtime.rasa import rasa_command, rasa_environment
from bot.secrets import ensure_secrets
from bot.settings import ROOT, Settings
from nlu.vault import create_keys

PYTHON = ROOT / ".venv" / "bin" / "python"
OURS, DEFAULT = "ours", "Rasa's default"
_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}


@dataclass
class Side:
    """One side while it runs: where to send messages, with which headers, and its processes."""

    name: str
    url: str
    headers: dict[str, str]
    servers: tuple[Server, ...]

    @property
    def memory(self) -> float:
        """Resident memory of all its processes, in MB."""
        return sum(server.memory for server in self.servers)

    @property
    def cpu(self) -> float:
        """Milliseconds of processor time that they have used so far."""
        return sum(server.cpu for server in self.servers)

    @property
    def start_seconds(self) -> float:
        """Seconds until all its processes answered."""
        return max(server.start_seconds for server in self.servers)


def trained_model() -> Path:
    """Our trained model; StartFailed where there is none."""
    models = sorted((ROOT / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise StartFailed("there is no trained model; `make train` makes one")
    return models[-1]


class Ours:
    """An installation of its own in a temporary folder, over the trained model of this checkout."""

    def __init__(self, folder: Path) -> None:
        trained_model()
        folder.mkdir(parents=True)
        self._log = folder / "bot.log"
        self._port = free_port()
        self._environment = {
            **_QUIET,
            "STATE_DIR": str(folder / "var"),
            "KEY_DIR": str(folder / "keys"),
            "PORT": str(self._port),
            "RASA_PORT": str(free_port()),
            "ACTIONS_PORT": str(free_port()),
            "SENDER_BURST": "100000",
            "SENDER_PER_SECOND": "1000",
            **dict.fromkeys(("DATABASE_URL", "REDIS_URL", "TELEGRAM_TOKEN", "SMTP_HOST"), ""),
        }

    @contextmanager
    def running(self) -> Iterator[Side]:
        """The bot, which starts its Rasa server itself, for the length of the block."""
        base = f"http://127.0.0.1:{self._port}"
        command = [PYTHON, "-m", "bot", "run"]
        with Server(command, self._environment, ROOT, self._log, f"{base}/healthz") as server:
            headers = {"Authorization": f"Bearer {self._token()}"}
            yield Side(OURS, f"{base}/webhooks/rest/webhook", headers, (server,))

    def _token(self) -> str:
        command = [PYTHON, "-m", "bot", "token", "create", "--role", "channel", "--name", "bench"]
        environment = {**os.environ, **self._environment}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.split()[-1]


class Default:
    """Rasa with its default pipeline, its built-in channel and a rasa-sdk action server."""

    def __init__(self, folder: Path, epochs: int) -> None:
        self.folder, self.epochs = folder, epochs
        self._rasa_port, self._actions_port = free_port(), free_port()
        default_setup.make(folder, epochs, self._actions_port)
        self.train_seconds = default_setup.train(folder)

    @contextmanager
    def running(self) -> Iterator[Side]:
        """The Rasa server and the action server for the length of the block."""
        environment = {**_QUIET, "SANIC_HOST": "127.0.0.1"}
        health = f"http://127.0.0.1:{self._actions_port}/health"
        python = default_setup.RASA / "python"
        sdk = [python, "-m", "rasa_sdk", "--actions", "actions", "--port", str(self._actions_port)]
        with ExitStack() as stack:
            actions = Server(sdk, environment, self.folder, self.folder / "actions.log", health)
            stack.enter_context(actions)
            rasa = stack.enter_context(self.rasa())
            url = f"http://127.0.0.1:{self._rasa_port}/webhooks/rest/webhook"
            yield Side(DEFAULT, url, {}, (rasa, actions))

    def rasa(self, prefix: tuple[str, ...] = ()) -> Server:
        """Its Rasa server alone; ``prefix`` is put before the command."""
        base = f"http://127.0.0.1:{self._rasa_port}"
        command = [*prefix, default_setup.RASA / "rasa", "run", "--enable-api", "--interface", "127.0.0.1"]
        command += ["--port", str(self._rasa_port), "--model", "models"]
        return Server(command, _QUIET, self.folder, self.folder / "rasa.log", f"{base}/version")

    @property
    def parse_url(self) -> str:
        """The address of its /model/parse."""
        return f"http://127.0.0.1:{self._rasa_port}/model/parse"


def our_rasa(folder: Path, prefix: tuple[str, ...] = ()) -> tuple[Server, str]:
    """Our Rasa server without the bot, and the address of its /model/parse."""
    settings = Settings(
        _env_file=None,
        state_dir=folder / "var",
        key_dir=folder / "keys",
        rasa_port=free_port(),
        actions_port=1,
    )
    create_keys(settings.key_dir)
    secrets = ensure_secrets(settings.state_dir)
    environment = {**rasa_environment(settings, secrets), "DATABASE_URL": "", **_QUIET}
    command = [*prefix, *rasa_command(settings), "--model", str(trained_model())]
    token = f"token={secrets.rasa_token}"
    server = Server(command, environment, ROOT, folder / "rasa.log", f"{settings.rasa_url}/status?{token}")
    return server, f"{settings.rasa_url}/model/parse?{token}"
