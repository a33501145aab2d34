"""``python -m nlu.evaluate``: parse the set-aside data with the trained model and write the report."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from nlu.evaluate.parse import ROOT, parse
from nlu.evaluate.report import SETS, report


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "county.tar.gz")
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "heldout")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "understanding.md")
    parser.add_argument("--errors", type=Path, help="also write every mistake to this file")
    options = parser.parse_args()
    rows = {
        name: [json.loads(line) for line in (options.data / f"{name}.jsonl").read_text("utf-8").splitlines()]
        for name in SETS
    }
    texts = [row["text"] for name in SETS for row in rows[name]]
    read = iter(parse(texts, options.model))
    readings = {name: [next(read) for _ in rows[name]] for name in SETS}
    text, mistakes = report(rows, readings)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, "utf-8")
    if options.errors:
        options.errors.write_text("\n".join(mistakes), "utf-8")
    print(text)


if __name__ == "__main__":
    main()
