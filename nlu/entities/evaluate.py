"""Precision, recall and F1 by type: python -m nlu.entities.evaluate FILE [--errors] [--types phone,place].

FILE holds one JSON object a line: `text`, `now` (ISO), `entities`: `entity`, `text`, `value`, and
optionally `also`, a list of values that are as good. A finding is right where type and value agree and
its stretch meets the expected one.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nlu.entities import Entity, Gazetteer, extract
from nlu.retrieval import corpus


@dataclass
class Score:
    """Counts of one type."""

    right: int = 0
    found: int = 0
    expected: int = 0

    @property
    def precision(self) -> float:
        """Right among the found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Right among the expected."""
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class Report:
    """Scores by type, what went wrong, and the milliseconds that each message took."""

    scores: dict[str, Score] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


def same_value(found: str | int | float, expected: str | int | float) -> bool:
    """Whether two values mean the same; times of day beyond the date do not count."""
    if isinstance(found, (int, float)):
        try:
            return abs(float(found) - float(expected)) <= 0.005 * max(1.0, abs(float(expected)))
        except ValueError:
            return False
    return str(found) == str(expected) or str(found) == str(expected).partition("T")[0]


def evaluate(lines: Iterable[Mapping], gazetteer: Gazetteer, types: frozenset[str] | None = None) -> Report:
    """Run over a set; without `types`, those that the set itself names are scored."""
    rows = list(lines)
    scored = types or frozenset(gold["entity"] for row in rows for gold in row["entities"])
    report = Report({kind: Score() for kind in sorted(scored)})
    for row in rows:
        now = datetime.fromisoformat(row["now"]) if row.get("now") else datetime.now()
        started = time.perf_counter()
        found = extract(row["text"], gazetteer, now, row.get("expected"))
        report.times.append((time.perf_counter() - started) * 1000)
        _compare(row, [entity for entity in found if entity.type in scored], scored, report)
    return report


def _compare(row: Mapping, found: list[Entity], scored: frozenset[str], report: Report) -> None:
    wanted = [gold for gold in row["entities"] if gold["entity"] in scored]
    for gold in wanted:
        report.scores[gold["entity"]].expected += 1
    for entity in found:
        report.scores[entity.type].found += 1
    open_golds = list(wanted)
    surplus = []
    for entity in found:
        gold = next((g for g in open_golds if _agrees(entity, g, row["text"])), None)
        if gold is None:
            surplus.append(entity)
            continue
        open_golds.remove(gold)
        report.scores[entity.type].right += 1
    if surplus or open_golds:
        missing = [(g["entity"], g["text"], g["value"]) for g in open_golds]
        report.errors.append(
            f"{row['text']}\n    missing {missing}\n    surplus "
            f"{[(e.type, e.text, e.value) for e in surplus]}"
        )


def _agrees(entity: Entity, gold: Mapping, text: str) -> bool:
    if entity.type != gold["entity"]:
        return False
    if not any(same_value(entity.value, value) for value in (gold["value"], *gold.get("also", ()))):
        return False
    starts = [i for i in range(len(text)) if text.startswith(gold["text"], i)]
    return any(entity.start < start + len(gold["text"]) and start < entity.end for start in starts)


def main() -> None:
    """Print the scores of a file."""
    parser = argparse.ArgumentParser(
        prog="python -m nlu.entities.evaluate", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--errors", action="store_true", help="print what was missed or found in surplus")
    parser.add_argument("--types", help="comma-separated types to score")
    options = parser.parse_args()
    rows = [
        json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    types = frozenset(options.types.split(",")) if options.types else None
    report = evaluate(rows, Gazetteer.from_rows(corpus.places()), types)
    print(f"{'type':20}{'precision':>10}{'recall':>10}{'F1':>8}{'expected':>10}{'found':>8}")
    for kind, score in report.scores.items():
        print(
            f"{kind:20}{score.precision:10.3f}{score.recall:10.3f}{score.f1:8.3f}{score.expected:10}"
            f"{score.found:8}"
        )
    times = sorted(report.times)
    print(f"ms a message: median {times[len(times) // 2]:.2f}, 95 % {times[int(len(times) * 0.95)]:.2f}")
    wrong = Counter({"messages with an error": len(report.errors), "messages": len(rows)})
    print(dict(wrong))
    if options.errors:
        print("\n".join(report.errors))


if __name__ == "__main__":
    main()
