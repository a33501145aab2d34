"""What the components share in one process: the matcher and the places of the version that counts."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from nlu.entities import Gazetteer
from nlu.retrieval import corpus, encoder
from nlu.retrieval.index import CHECK_SECONDS, Reader, default_root, in_memory
from nlu.retrieval.matcher import Matcher
from nlu.retrieval.vectors import VectorCache


class Runtime:
    """Follows the published index; where none was published it serves the sample county from memory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._reader = Reader(root)
        self._matcher: Matcher | None = None
        self._gazetteer: Gazetteer | None = None
        self._lock = threading.Lock()
        self._published = os.environ.get("INDEX") != "memory"  # the evaluation measures the sample county

    def watch(self) -> None:
        """Follow the pointer from a thread of its own, so that no message waits for a new version."""
        if self._reader.current() is None or not self._published:
            return

        def follow() -> None:
            while True:
                self._follow()
                time.sleep(CHECK_SECONDS)

        threading.Thread(target=follow, name="index", daemon=True).start()

    def matcher(self) -> Matcher:
        """The matcher over the current version."""
        self._follow()
        assert self._matcher is not None
        return self._matcher

    def gazetteer(self) -> Gazetteer:
        """The county's places of the current version."""
        self._follow()
        assert self._gazetteer is not None
        return self._gazetteer

    def _follow(self) -> None:
        published = self._reader.current() if self._published else None
        serving = self._matcher.version if self._matcher else None
        if serving and (published is None or serving == published.version):
            return
        with self._lock:
            if published is None:
                published = in_memory(corpus.items(), self._root / "cache", corpus.places())
            if not self._matcher or self._matcher.version != published.version:
                self._gazetteer = Gazetteer.from_rows(published.places or corpus.places())
                self._matcher = Matcher(published, cache=self._root / "cache")


_shared: dict[int, Runtime] = {}


def shared() -> Runtime:
    """The runtime of this process."""
    if os.getpid() not in _shared:
        _shared[os.getpid()] = Runtime(default_root())
    return _shared[os.getpid()]


def remember(texts: Sequence[str]) -> None:
    """Have the vectors of many texts at hand, from the disk where they are known."""
    for one in (encoder.quick(), encoder.strong()):
        VectorCache(default_root() / "cache", one).encode(texts)


def digest(paths: Iterable[Path]) -> str:
    """A digest of files' content, for the training cache to see changes outside Rasa's own files."""
    found = hashlib.blake2b(digest_size=12)
    for path in sorted(paths):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
