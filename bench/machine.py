"""What the figures were measured on; without it they mean little."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bot.settings import ROOT

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


def describe() -> str:
    """Two lines: the date and the machine; the versions."""
    load = os.getloadavg()[0]
    return (
        f"{date.today():%Y-%m-%d}, {processor()}, {os.cpu_count()} cores, load {load:.1f} at the start, "
        f"{platform.system()} {platform.release().split('-')[0]}\n"
        f"Python {platform.python_version()}, Rasa {rasa_version('rasa')}, "
        f"TensorFlow {rasa_version('tensorflow')}, aiohttp {version('aiohttp')}, "
        f"rasa-sdk {version('rasa-sdk')} (ours) and {rasa_version('rasa-sdk')} (the default set-up's)"
    )


def processor() -> str:
    """The processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def rasa_version(package: str) -> str:
    """The version of a package in Rasa's environment."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run(
        [RASA_PYTHON, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
