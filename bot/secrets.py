"""The secrets between our own processes, made once in STATE_DIR, readable by the owner alone."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """What guards the loopback ports: loopback alone is no boundary."""

    rasa_token: str
    channel: str
    actions: str
    session: str
    """Signs the resident's session cookie."""


FILES = {
    "rasa_token": "rasa.token",
    "channel": "channel.secret",
    "actions": "actions.secret",
    "session": "session.secret",
}


def ensure_secrets(state_dir: Path) -> Secrets:
    """Read the secrets, making those that are missing."""
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Secrets(**{name: _secret(state_dir / file) for name, file in FILES.items()})


def _secret(path: Path) -> str:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8").strip()
    with os.fdopen(handle, "w") as file:
        value = secrets.token_urlsafe(32)
        file.write(value + "\n")
    return value
