"""Try recognisers on a text: python -m nlu.entities TEXT [--expected TYPE] [--places FILE] [--now ISO]."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path

from nlu.entities import Gazetteer, extract


def rows_of(path: str | Path | None) -> list[dict]:
    """Rows of a grid file: a list of {"code", "name", "kind", "parent"}, or an object with it as `grid`."""
    if not path:
        return []
    raw = json.loads(Path(path).read_text(encoding="utf-8"))
    return raw if isinstance(raw, list) else raw.get("grid", [])


def main() -> None:
    """Print what is found in a text."""
    parser = argparse.ArgumentParser(prog="python -m nlu.entities", description=__doc__)
    parser.add_argument("text")
    parser.add_argument("--expected", help="type of the slot that a form has just asked for")
    parser.add_argument("--places", help="JSON file with the rows of the grid")
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now())
    options = parser.parse_args()
    gazetteer = Gazetteer.from_rows(rows_of(options.places))
    for entity in extract(options.text, gazetteer, options.now, options.expected):
        data = json.dumps(dict(entity.data), ensure_ascii=False) if entity.data else ""
        print(f"{entity.type:18} {entity.value!s:24} {entity.text}  [{entity.start}:{entity.end}] {data}")


if __name__ == "__main__":
    main()
