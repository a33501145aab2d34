"""The published index: the bot writes a version as a folder and renames a pointer, Rasa follows the pointer.

root/cache/              vectors by encoder and text
root/<version>/items.json, places.json, <encoder>.npy
root/current             the name of the version that counts
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from nlu.retrieval import encoder
from nlu.retrieval.clean import clean
from nlu.retrieval.vectors import VectorCache

CHECK_SECONDS = 0.5
KEEP_VERSIONS = 3


@dataclass(frozen=True)
class Item:
    """What can be found: ``key`` is ``faq/<id>`` or ``service/<code>``."""

    key: str
    title: str
    answer: str
    phrasings: tuple[str, ...] = ()
    service: str | None = None

    @property
    def kind(self) -> str:
        """``faq`` or ``service``."""
        return self.key.split("/", 1)[0]

    @property
    def texts(self) -> tuple[str, ...]:
        """Title and phrasings in the form in which they are compared, each once."""
        return tuple(dict.fromkeys(map(clean, (self.title, *self.phrasings))))


@dataclass(frozen=True)
class Published:
    """A version as read from disk; ``vectors[encoder]`` has a row for each text of each item, in order."""

    version: str
    items: tuple[Item, ...]
    places: tuple[dict, ...]
    vectors: Mapping[str, np.ndarray]


def texts_of(items: Sequence[Item]) -> list[str]:
    """All titles and phrasings, item after item."""
    return [text for item in items for text in item.texts]


def encode_items(items: Sequence[Item], cache: Path) -> dict[str, np.ndarray]:
    """Vectors of all texts by encoder, taken from ``cache`` where they are known."""
    texts = texts_of(items)
    return {e.name: VectorCache(cache, e).encode(texts) for e in (encoder.quick(), encoder.strong())}


def in_memory(items: Sequence[Item], cache: Path, places: Sequence[dict] = ()) -> Published:
    """A version that is not published: for training, trying out and tests."""
    return Published("memory", tuple(items), tuple(places), encode_items(items, cache))


def publish(root: Path, items: Sequence[Item], places: Sequence[dict]) -> str:
    """Write a version under ``root`` and make it current; returns its name.

    The name starts with the time and ends with a digest of the content. Readers see the old version or the
    new one, whole.
    """
    root = Path(root)
    vectors = encode_items(items, root / "cache")
    body = json.dumps([asdict(item) for item in items], ensure_ascii=False, sort_keys=True)
    ground = json.dumps(list(places), ensure_ascii=False, sort_keys=True)
    digest = hashlib.blake2b((body + ground).encode(), digest_size=5).hexdigest()
    version = f"{time.time_ns():020d}-{digest}"
    draft = root / f".{version}.{os.getpid()}"
    draft.mkdir(parents=True)
    (draft / "items.json").write_text(body, "utf-8")
    (draft / "places.json").write_text(ground, "utf-8")
    for name, rows in vectors.items():
        np.save(draft / f"{name}.npy", rows)
    draft.rename(root / version)
    pointer = root / f".current.{os.getpid()}"
    pointer.write_text(version, "utf-8")
    pointer.replace(root / "current")
    _sweep(root, version)
    return version


def _sweep(root: Path, current: str) -> None:
    versions = sorted(
        p for p in root.iterdir() if p.is_dir() and "-" in p.name and not p.name.startswith(".")
    )
    for old in versions[:-KEEP_VERSIONS]:
        if old.name != current:
            shutil.rmtree(old, ignore_errors=True)


def read(root: Path, version: str) -> Published:
    """Load one version from disk."""
    folder = Path(root) / version
    items = tuple(
        Item(**{**row, "phrasings": tuple(row["phrasings"])})
        for row in json.loads((folder / "items.json").read_text("utf-8"))
    )
    places = tuple(json.loads((folder / "places.json").read_text("utf-8")))
    vectors = {path.stem: np.load(path) for path in folder.glob("*.npy")}
    return Published(version, items, places, vectors)


class Reader:
    """Follows the pointer; ``current`` looks at it at most every half second and swaps whole versions."""

    def __init__(self, root: Path) -> None:
        self._root = Path(root)
        self._loaded: Published | None = None
        self._checked = 0.0
        self._lock = threading.Lock()

    def current(self) -> Published | None:
        """The version that counts, or None when nothing was published."""
        if time.monotonic() - self._checked < CHECK_SECONDS:
            return self._loaded
        if not self._lock.acquire(blocking=self._loaded is None):
            return self._loaded  # another thread is loading; the old version serves meanwhile
        try:
            self._refresh()
        finally:
            self._lock.release()
        return self._loaded

    def newest(self) -> Published | None:
        """The version to which the pointer points at this moment, for whoever must not miss a publication."""
        with self._lock:
            self._refresh()
        return self._loaded

    def _refresh(self) -> None:
        for _ in range(3):  # a version may be swept away between pointer and folder
            try:
                version = (self._root / "current").read_text("utf-8").strip()
                if self._loaded is None or self._loaded.version != version:
                    self._loaded = read(self._root, version)
                break
            except FileNotFoundError:
                continue
        self._checked = time.monotonic()


def default_root() -> Path:
    """``STATE_DIR``/index; an empty variable counts as unset."""
    return Path(os.environ.get("STATE_DIR") or "var") / "index"
