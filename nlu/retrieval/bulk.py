"""Vectors of many texts at once, spread over the processors; run as a module it is one of the workers.

A worker reads a JSON list of texts from its input and writes the vectors to its output.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.retrieval import encoder
from nlu.retrieval.encoder import Encoder

MANY = 200  # from so many texts on it pays to start workers
WORKERS = 4
ROOT = Path(__file__).resolve().parents[2]


def encode_many(model: Encoder, texts: Sequence[str]) -> np.ndarray:
    """Vectors of ``texts``, shape (len(texts), dim); the slower encoder is spread over processes."""
    workers = min(len(os.sched_getaffinity(0)), WORKERS)
    if len(texts) < MANY or workers < 2 or model.name == encoder.quick().name:
        return model.encode(texts)
    command = [sys.executable, "-m", "nlu.retrieval.bulk"]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(workers - 1)
    ]
    for number, worker in enumerate(started, 1):
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(list(texts[number::workers])).encode())
        worker.stdin.close()
    vectors = np.zeros((len(texts), model.dim), np.float32)
    vectors[0::workers] = model.encode(texts[0::workers])
    for number, worker in enumerate(started, 1):
        assert worker.stdout is not None
        blob = worker.stdout.read()
        if worker.wait():
            vectors[number::workers] = model.encode(texts[number::workers])
        else:
            vectors[number::workers] = np.load(io.BytesIO(blob))
    return vectors


def main() -> None:
    """Serve one batch."""
    np.save(sys.stdout.buffer, encoder.strong().encode(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
