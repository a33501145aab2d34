"""How the matcher's latency and memory grow from 142 to 10,000 entries, beside a scan by scikit-learn.

Entries are synthetic: words of the real ones, shuffled by a seeded generator. Their vectors are real vectors
with seeded noise, because encoding 10,000 entries takes many minutes and changes nothing about the search.
Each size is measured in a process of its own, on one thread, in processor time.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench import messages
from bench.measure import Times, table, times_as
from bench.processes import resident
from bench.workshop import Workshop
from bot.settings import ROOT
from nlu.retrieval import corpus, encoder
from nlu.retrieval.index import Item, Published, in_memory, texts_of
from nlu.retrieval.matcher import Matcher, Settings, background_of

SIZES = (142, 500, 1000, 2500, 5000, 10_000)
PHRASINGS = 4
SEED = 5
ASKED = 40
NOISE = 0.03
LONGEST_SECONDS = 240
ALTERNATIVE = "TF-IDF scan"


def run(workshop: Workshop) -> str:
    """Measure each size and report."""
    cache = workshop.vectors
    results = []
    for size in SIZES:
        workshop.say(f"matcher over {size} entries")
        try:
            results.append(_in_own_process(size, cache))
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            workshop.say(f"stopped at {size} entries: {error}")
            break
    return report(results)


def _in_own_process(size: int, cache: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.growth", str(size), str(cache)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST_SECONDS,
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure(size: int, cache: Path) -> dict[str, float]:
    """Build a matcher over ``size`` entries and ask it; milliseconds, MB and seconds."""
    asked = messages.questions(SEED)[:ASKED]
    encoder.quick().encode(["暖"]), encoder.strong().encode(["暖"])
    published = synthetic(size, cache)
    background_of(Settings.load().background, cache)
    before, began = resident(), time.process_time()
    matcher = Matcher(published, cache=cache)
    build, memory = time.process_time() - began, resident() - before
    scan = _Scan(texts_of(published.items))
    ours, other, encode = (Times(clock=time.process_time) for _ in range(3))
    for text in asked:
        with encode.one():
            encoder.quick().one(text), encoder.strong().one(text)
        with ours.one():
            matcher.rank(text, "faq", 10)
        with other.one():
            scan.rank(text)
    return {
        "size": size,
        "texts": len(texts_of(published.items)),
        "p50": ours.median,
        "p95": ours.p95,
        "encode": encode.median,
        "scan": other.median,
        "memory": memory + sum(rows.nbytes for rows in published.vectors.values()) / 2**20,
        "build": build,
    }


def synthetic(size: int, cache: Path) -> Published:
    """The real entries with a few phrasings each, and made-up ones until there are ``size``."""
    real = [_short(item) for item in corpus.faq_items()]
    services = [_short(item) for item in corpus.service_items()]
    known = in_memory(real, cache)
    chance, noise = random.Random(SEED), np.random.default_rng(SEED)
    pieces = [text[at : at + 3] for text in texts_of(real) for at in range(0, len(text), 3)]
    items = real[:size]
    while len(items) < size:
        items.append(_made_up(len(items), pieces, chance))
    beside = in_memory(services, cache).vectors
    more = len(texts_of(items)) - len(texts_of(real))
    vectors = {
        name: np.vstack([rows, _noisy(rows, more, noise), beside[name]])
        for name, rows in known.vectors.items()
    }
    return Published("synthetic", tuple(items + services), (), vectors)


def _short(item: Item) -> Item:
    return Item(item.key, item.title, item.answer, item.phrasings[:PHRASINGS], item.service)


def _made_up(number: int, pieces: list[str], chance: random.Random) -> Item:
    texts = ["".join(chance.choices(pieces, k=chance.randint(3, 7))) for _ in range(PHRASINGS + 1)]
    answer = "".join(chance.choices(pieces, k=40))
    return Item(f"faq/X-{number:05d}", texts[0], answer, tuple(texts[1:]))


def _noisy(rows: np.ndarray, count: int, noise: np.random.Generator) -> np.ndarray:
    """``count`` vectors of length one, each a real one with noise."""
    chosen = rows[noise.integers(0, len(rows), count)]
    moved = chosen + noise.normal(0, NOISE, chosen.shape).astype(np.float32)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True) if count else chosen


class _Scan:
    """The alternative: TF-IDF over character 1- to 2-grams and one product with all texts (scikit-learn)."""

    def __init__(self, texts: list[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), dtype=np.float32)
        self._table = self._vectorizer.fit_transform(texts).T.tocsr()

    def rank(self, text: str, k: int = 10) -> np.ndarray:
        """The numbers of the nearest texts."""
        scores = (self._vectorizer.transform([text]) @ self._table).toarray().ravel()
        return np.argsort(-scores)[:k]


def report(results: list[dict[str, float]]) -> str:
    """The table."""
    first = results[0]
    rows = [
        (
            f"{int(row['size']):,}",
            f"{int(row['texts']):,}",
            row["p50"],
            row["p95"],
            times_as(row["p50"] / first["p50"]),
            row["scan"],
            times_as(row["p50"] / row["scan"]),
            row["memory"],
            row["build"],
        )
        for row in results
    ]
    head = ("entries", "texts", "search p50 ms", "p95", f": {first['size']} entries", f"{ALTERNATIVE} p50 ms")
    head += (f"ours : {ALTERNATIVE}", "memory MB", "build s")
    encode = sorted(row["encode"] for row in results)[len(results) // 2]
    return (
        "## The matcher from 142 to 10,000 entries\n\n"
        f"Processor time of the search alone; encoding a question by both encoders takes {encode:.0f} ms "
        "more at every size. "
        "The alternative is scikit-learn's TF-IDF over character 1- and 2-grams, one product with all "
        f"texts: lexical evidence only, no probabilities. {PHRASINGS} phrasings an entry.\n\n"
        + table(head, rows)
    )


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), Path(sys.argv[2]))))
