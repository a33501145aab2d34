"""One bot to a STATE_DIR: the second says so and ends, and nothing is restored under a running one."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "bot.lock"


class AlreadyRunning(Exception):
    """Another bot holds the STATE_DIR."""


@contextmanager
def alone(state_dir: Path) -> Iterator[None]:
    """Hold the STATE_DIR for the length of the block; the kernel lets go of it however the process ends."""
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (state_dir / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"a bot is running with STATE_DIR={state_dir}; end it first") from error
        yield
