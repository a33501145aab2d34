"""The Rasa child: watched, started again when it dies, gone when its parent is gone."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from bot.runtime.ports import PortTaken, check_free
from bot.runtime.rasa import RasaProcess, Watch, rasa_environment
from bot.secrets import Secrets
from bot.settings import Settings

SERVER = textwrap.dedent(
    """
    import http.server, sys
    class Status(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if "token=secret" in self.path else 401)
            self.end_headers()
        def log_message(self, *_): pass
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Status).serve_forever()
    """
)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"


async def test_killed_server_is_started_again(tmp_path: Path) -> None:
    port = _free_port()
    rasa = RasaProcess(
        [sys.executable, "-c", SERVER, str(port)],
        dict(os.environ),
        f"http://127.0.0.1:{port}/status",
        "secret",
        tmp_path / "rasa.log",
    )
    task = asyncio.create_task(rasa.keep_running())
    await asyncio.wait_for(rasa.ready.wait(), 20)
    first = rasa.pid
    os.kill(first, signal.SIGKILL)
    while rasa.ready.is_set():
        await asyncio.sleep(0.01)
    await asyncio.wait_for(rasa.ready.wait(), 20)
    assert rasa.restarts == 1 and rasa.pid != first
    last = rasa.pid
    await rasa.stop()
    await task
    assert _gone(last)


HANGING = textwrap.dedent(
    """
    import http.server, pathlib, sys, time
    print("caller 13907351357 on the line", flush=True)
    hang = pathlib.Path(sys.argv[2])
    class Status(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            while hang.exists():
                time.sleep(0.05)
            self.send_response(200)
            self.end_headers()
        def log_message(self, *_): pass
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Status).serve_forever()
    """
)


async def test_hanging_server_is_killed_and_started_again(tmp_path: Path) -> None:
    port, hang = _free_port(), tmp_path / "hang"
    rasa = RasaProcess(
        [sys.executable, "-c", HANGING, str(port), str(hang)],
        dict(os.environ),
        f"http://127.0.0.1:{port}/status",
        "secret",
        tmp_path / "log" / "rasa.log",
        Watch(every=0.05, patience=0.2, misses=3),
    )
    task = asyncio.create_task(rasa.keep_running())
    await asyncio.wait_for(rasa.ready.wait(), 20)
    first = rasa.pid
    hang.touch()
    while rasa.pid == first or rasa.pid is None:
        await asyncio.sleep(0.01)
    assert not rasa.ready.is_set() and _gone(first)
    hang.unlink()
    await asyncio.wait_for(rasa.ready.wait(), 20)
    assert rasa.restarts == 1
    await rasa.stop()
    await task
    log = (tmp_path / "log" / "rasa.log").read_text("utf-8")
    assert log.count("caller 〔号码〕 on the line") == 2 and "1357" not in log


async def test_slow_answer_now_and_then_is_no_reason_to_kill(tmp_path: Path) -> None:
    port, hang = _free_port(), tmp_path / "hang"
    rasa = RasaProcess(
        [sys.executable, "-c", HANGING, str(port), str(hang)],
        dict(os.environ),
        f"http://127.0.0.1:{port}/status",
        "secret",
        tmp_path / "rasa.log",
        Watch(every=0.05, patience=0.5, misses=3),
    )
    task = asyncio.create_task(rasa.keep_running())
    await asyncio.wait_for(rasa.ready.wait(), 20)
    for _ in range(4):
        hang.touch()
        await asyncio.sleep(0.6)
        hang.unlink()
        await asyncio.sleep(0.3)
    assert rasa.restarts == 0 and rasa.ready.is_set()
    await rasa.stop()
    await task


def test_child_ends_with_a_killed_parent(tmp_path: Path) -> None:
    script = f"""
import asyncio, os, pathlib, sys
from bot.runtime.rasa import RasaProcess, Watch, rasa_environment
from bot.secrets import Secrets
from bot.settings import Settings
async def main():
    rasa = RasaProcess([sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ), "http://127.0.0.1:1/", "", pathlib.Path({str(tmp_path / "log")!r}))
    asyncio.create_task(rasa.keep_running())
    while rasa.pid is None:
        await asyncio.sleep(0.01)
    print(rasa.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert not _gone(child)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while not _gone(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)


def test_taken_port_is_named() -> None:
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is taken.*PORT"):
            check_free("127.0.0.1", port, "PORT")


def test_server_gets_what_env_file_says(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("DATABASE_URL=postgresql://county@db/county\nSTATE_DIR=/srv/state\n")
    settings = Settings(_env_file=tmp_path / "env")
    found = rasa_environment(settings, Secrets("t", "c", "a", "s"))
    assert found["DATABASE_URL"] == "postgresql://county@db/county"
    assert found["STATE_DIR"] == "/srv/state"
