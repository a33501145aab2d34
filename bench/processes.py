"""Servers started for a benchmark: waited for, measured, and ended with it, however it ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

START_SECONDS = 900
_PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    """A server ended or did not answer in time; the message names its log."""


class Server:
    """One child process with an address that answers 200 when it is ready."""

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
        ready: str,
    ) -> None:
        self._command = [str(part) for part in command]
        self._environment = {**os.environ, **environment}
        self._folder, self._log, self._ready = folder, log, ready
        self._child: subprocess.Popen[bytes] | None = None
        self.start_seconds = 0.0

    def __enter__(self) -> Server:
        began = time.perf_counter()
        with self._log.open("ab") as output:
            self._child = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=_end_with_parent,
            )
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        self.start_seconds = time.perf_counter() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _wait(self) -> None:
        assert self._child is not None
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._child.poll() is not None:
                raise StartFailed(
                    f"{self._command[0]} ended with code {self._child.returncode}; see {self._log}"
                )
            try:
                with urllib.request.urlopen(self._ready, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise StartFailed(f"{self._ready} did not answer within {START_SECONDS} s; see {self._log}")

    def _end(self) -> None:
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    @property
    def memory(self) -> float:
        """Resident memory of the process and its descendants, in MB."""
        assert self._child is not None
        return sum(resident(pid) for pid in family(self._child.pid))

    @property
    def cpu(self) -> float:
        """Milliseconds of processor time that the process and its descendants have used so far."""
        assert self._child is not None
        return sum(processor_ms(pid) for pid in family(self._child.pid))


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def resident(pid: int | str = "self") -> float:
    """Resident memory of one process, in MB (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_ms(pid: int) -> float:
    """Milliseconds of processor time of one process's living threads (Linux)."""
    used = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # a thread may end meanwhile
            used += int(thread.read_text().split()[0])
    return used / 1e6


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
