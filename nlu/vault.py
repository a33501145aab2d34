"""Sealing personal data: encryption, keyed look-up hashes and the audit chain's key.

Three different keys, each in a file `<purpose>-<id>.key` of the key directory (32 random bytes, base64,
readable by the owner alone). The highest id seals; every id that is still there opens. Both environments
import this module: the bot for tickets and conversations, the Rasa server for its trackers.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PURPOSES = ("encryption", "lookup", "chain")
NONCE_BYTES = 12


class VaultError(Exception):
    """A key is missing, or a sealed value was changed or sealed by a key that is gone."""


def create_keys(folder: Path) -> list[Path]:
    """Make the first key of each purpose that has none; return the files made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    made = []
    for purpose in PURPOSES:
        if not list(folder.glob(f"{purpose}-*.key")):
            made.append(add_key(folder, purpose))
    return made


def add_key(folder: Path, purpose: str) -> Path:
    """Add the next key of a purpose: from then on it seals, the older ones still open."""
    ids = [int(path.stem.rsplit("-", 1)[1]) for path in folder.glob(f"{purpose}-*.key")]
    path = folder / f"{purpose}-{max(ids, default=0) + 1}.key"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)) + b"\n")
    return path


class Vault:
    """Seals, opens and hashes with the keys of one directory.

    Sealed values are `key id (1 byte) + nonce (12) + AES-256-GCM ciphertext`. `context` is authenticated
    with the value, so that a sealed value moved to another row or column does not open.
    """

    def __init__(self, folder: Path) -> None:
        self._keys: dict[str, dict[int, bytes]] = {}
        for purpose in PURPOSES:
            found = {
                int(path.stem.rsplit("-", 1)[1]): base64.b64decode(path.read_bytes())
                for path in folder.glob(f"{purpose}-*.key")
            }
            if not found:
                raise VaultError(f"no {purpose} key in {folder}; `make run` makes the keys once")
            self._keys[purpose] = found
        self._ciphers = {number: AESGCM(key) for number, key in self._keys["encryption"].items()}
        self._current = max(self._ciphers)

    def seal(self, text: str, context: str = "") -> bytes:
        """Encrypt a text."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = self._ciphers[self._current].encrypt(nonce, text.encode(), context.encode())
        return bytes([self._current]) + nonce + body

    def open(self, sealed: bytes, context: str = "") -> str:
        """Decrypt a text; VaultError when it was tampered with or its key is gone."""
        cipher = self._ciphers.get(sealed[0]) if sealed else None
        if cipher is None:
            raise VaultError("sealed with a key that is not in the key directory")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, context.encode()).decode()
        except InvalidTag as error:
            raise VaultError("a sealed value does not match its key or its place") from error

    def seal_json(self, value: Any, context: str = "") -> bytes:
        """Encrypt a JSON value."""
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), context)

    def open_json(self, sealed: bytes, context: str = "") -> Any:
        """Decrypt a JSON value."""
        return json.loads(self.open(sealed, context))

    def lookup(self, kind: str, value: str) -> str:
        """Keyed hash (64 hex digits) of a normalised value, to find it without storing it.

        The oldest look-up key is used for good: rotating it means computing all hashes anew.
        """
        key = self._keys["lookup"][min(self._keys["lookup"])]
        return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()

    def chain(self, payload: bytes) -> str:
        """Keyed hash (64 hex digits) of the audit chain."""
        key = self._keys["chain"][min(self._keys["chain"])]
        return hmac.new(key, payload, hashlib.sha256).hexdigest()
