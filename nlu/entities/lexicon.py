"""Word lists of data/lexicon/, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "data" / "lexicon"


@cache
def table(name: str) -> Any:
    """Content of data/lexicon/{name}.yml."""
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
