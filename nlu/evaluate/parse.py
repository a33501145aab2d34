"""The trained model's reading of many texts, through Rasa's own environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


def parse(texts: Sequence[str], model: Path) -> list[dict]:
    """What ``/model/parse`` says of each text, with ``ms``; the index is the sample county's own."""
    environment = os.environ | {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "RASA_TELEMETRY_ENABLED": "false",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "INDEX": "memory",
    }
    done = subprocess.run(
        [PYTHON, "-m", "nlu.components.batch", str(model)],
        cwd=ROOT,
        env=environment,
        input="\n".join(json.dumps(text, ensure_ascii=False) for text in texts),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("\t")]
