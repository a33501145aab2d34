"""Two bots do not share a STATE_DIR."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.runtime.alone import AlreadyRunning, alone


def test_second_one_is_told(tmp_path: Path) -> None:
    script = f"""
import pathlib, sys
from bot.runtime.alone import alone
with alone(pathlib.Path({str(tmp_path)!r})):
    print("held", flush=True)
    sys.stdin.read()
"""
    first = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout.readline() == "held\n"
    with pytest.raises(AlreadyRunning, match=str(tmp_path)), alone(tmp_path):
        pass
    first.kill()
    first.wait()
    with alone(tmp_path):
        pass
