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
from bot.runtime.rasa import RasaProcess

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


def test_child_ends_with_a_killed_parent(tmp_path: Path) -> None:
    script = f"""
import asyncio, os, pathlib, sys
from bot.runtime.rasa import RasaProcess
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
