"""The backup's file: a ZIP of parts, a manifest with count and SHA-256 of each, and the manifest's seal.

The form is the same for every database, so that a county can move from SQLite to PostgreSQL by it. The seal
is made with the chain key: a changed manifest, or the wrong KEY_DIR at the restore, is noticed at once.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from nlu.vault import Vault

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.seal"
BLOCK = 1 << 20


class BackupError(Exception):
    """Why a backup cannot be made or restored; the message says what to do."""


class Part:
    """One part while it is written: hashes what passes."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._out.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far."""
        return self._hash.hexdigest()


class Writer:
    """A backup being written."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.parts: dict[str, dict[str, Any]] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[Part]:
        """Write a part in the block; it is noted for the manifest when the block ends."""
        with self._file.open(name, "w", force_zip64=True) as out:
            part = Part(out)
            yield part
        self.parts[name] = {"sha256": part.digest, "size": part.size}

    def finish(self, vault: Vault, manifest: dict[str, Any]) -> None:
        """Write manifest and seal; the last thing."""
        whole = {"format": FORMAT, **manifest, "parts": self.parts}
        body = json.dumps(whole, ensure_ascii=False, indent=1).encode()
        self._file.writestr(MANIFEST, body)
        self._file.writestr(SEAL, vault.chain(b"backup\0" + body))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write a backup to a path, readable by its owner alone; it appears there whole or not at all."""
    if path.exists():
        raise BackupError(f"{path} is there already; a backup overwrites nothing")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(path.name + ".part")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as file:
                yield Writer(file)
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


class Reader:
    """A backup that was checked."""

    def __init__(self, file: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self._file = file
        self.manifest = manifest

    @contextmanager
    def part(self, name: str) -> Iterator[IO[bytes]]:
        """Read a part."""
        with self._file.open(name) as part:
            yield part


@contextmanager
def reading(path: Path, vault: Vault) -> Iterator[Reader]:
    """Open a backup after checking its seal and every part against the manifest."""
    try:
        with zipfile.ZipFile(path) as file:
            yield Reader(file, _check(file, path, vault))
    except zipfile.BadZipFile as error:
        raise BackupError(f"{path} is damaged or no backup: {error}") from error


def _check(file: zipfile.ZipFile, path: Path, vault: Vault) -> dict[str, Any]:
    names = set(file.namelist())
    if not {MANIFEST, SEAL} <= names:
        raise BackupError(f"{path} is no backup: it has no manifest")
    body = file.read(MANIFEST)
    if file.read(SEAL).decode() != vault.chain(b"backup\0" + body):
        raise BackupError(
            f"{path} was not made with the keys in KEY_DIR, or its manifest was changed; "
            "put the keys of that installation into KEY_DIR first"
        )
    manifest: dict[str, Any] = json.loads(body)
    if manifest["format"] != FORMAT:
        raise BackupError(f"{path} has format {manifest['format']}; this version reads format {FORMAT}")
    parts = manifest["parts"]
    if names != {MANIFEST, SEAL, *parts}:
        raise BackupError(f"{path} lacks parts, or holds parts that its manifest does not name")
    for name, noted in parts.items():
        digest = hashlib.sha256()
        with file.open(name) as part:
            while block := part.read(BLOCK):
                digest.update(block)
        if digest.hexdigest() != noted["sha256"]:
            raise BackupError(f"{path}: {name} is not what the manifest says")
    return manifest
