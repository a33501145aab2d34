"""Vectors kept on disk by encoder and text, so that only new texts are encoded at publishing."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.retrieval.bulk import encode_many
from nlu.retrieval.encoder import Encoder

_KEY = 16  # bytes of a text's digest


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=_KEY).digest()


class VectorCache:
    """Two append-only files for each encoder: digests of texts, and their vectors in the same order."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._keys = folder / f"{encoder.name}.keys"
        self._rows = folder / f"{encoder.name}.f32"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of ``texts``; what is not on disk yet is encoded and appended."""
        if not texts:
            return np.zeros((0, self._encoder.dim), np.float32)
        with open(self._keys, "a+b") as keys, open(self._rows, "a+b") as rows:
            fcntl.flock(keys, fcntl.LOCK_EX)
            known = self._read(keys, rows)
            digests = [_digest(text) for text in texts]
            missing = {d: t for d, t in zip(digests, texts, strict=True) if d not in known}
            if missing:
                fresh = encode_many(self._encoder, list(missing.values()))
                rows.write(np.ascontiguousarray(fresh, np.float32).tobytes())
                rows.flush()
                keys.write(b"".join(missing))
                keys.flush()
                start = len(known)
                known.update({d: start + i for i, d in enumerate(missing)})
        table = np.memmap(self._rows, np.float32, "r").reshape(-1, self._encoder.dim)
        vectors = np.array(table[[known[d] for d in digests]])
        self._encoder.remember(texts, vectors)
        return vectors

    def _read(self, keys, rows) -> dict[bytes, int]:
        """Digest -> row; a tail torn by a crash is cut off."""
        width = 4 * self._encoder.dim
        size = rows.seek(0, 2)
        keys.seek(0)
        blob = keys.read()
        count = min(len(blob) // _KEY, size // width)
        if len(blob) != count * _KEY or size != count * width:
            keys.truncate(count * _KEY)
            rows.truncate(count * width)
        known = {blob[i * _KEY : (i + 1) * _KEY]: i for i in range(count)}
        if len(known) != count:  # the same digest twice: start afresh rather than misalign
            keys.truncate(0)
            rows.truncate(0)
            return {}
        return known
