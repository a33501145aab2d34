"""A connection to SQLite whose short statements run at once, on the event loop."""

import math
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite

SPELL = 0.01
"""Seconds for which a transaction may hold the event loop; what it does later goes through the thread."""


class Prompt(aiosqlite.Connection):
    """aiosqlite hands every statement to a thread and back, which costs ten times a look-up by key.

    Here only what waits goes there: BEGIN IMMEDIATE for the lock, COMMIT for the disk, what comes after a
    `SPELL`, and, so that it queues behind it, what follows a call whose caller was cancelled.
    """

    def __init__(self, database: str, **options: Any) -> None:
        super().__init__(partial(sqlite3.connect, database, **options), iter_chunk_size=64)
        self._thread.daemon = True
        self._since = -math.inf

    async def _execute(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if args[:1] == ("BEGIN",):
            self._since = time.monotonic()
        waits = args[:1] == ("BEGIN IMMEDIATE",) or function.__name__ == "commit"
        within = function.__name__ == "cursor" or time.monotonic() - self._since < SPELL
        if within and not waits:
            return function(*args, **options)
        self._since = -math.inf
        result = await super()._execute(function, *args, **options)
        self._since = time.monotonic()
        return result
