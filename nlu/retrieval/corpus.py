"""The sample county's content as index items, read from ``data/``; for training, trying out and tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from nlu.retrieval.index import Item

DATA = Path(__file__).resolve().parents[2] / "data"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(path: Path) -> Any:
    """The content of a YAML file, or None where there is no such file."""
    return yaml.load(path.read_text("utf-8"), _Loader) if path.exists() else None


def _rows(path: Path) -> list[dict]:
    """Entries of a seed file, whether it is a list or a mapping with one list in it."""
    body = load_yaml(path)
    if isinstance(body, dict):
        body = next((v for v in body.values() if isinstance(v, list)), [])
    return body or []


def phrasings(data: Path = DATA) -> dict[str, tuple[str, ...]]:
    """FAQ id or service code -> how people say it."""
    found: dict[str, tuple[str, ...]] = {}
    folder = data / "seed" / "phrasings"
    for path in [*sorted(folder.glob("faq-*.yml")), folder / "services.yml"]:
        for key, texts in (load_yaml(path) or {}).items():
            found[key] = found.get(key, ()) + tuple(str(t).strip() for t in texts or ())
    return found


def faq_items(data: Path = DATA) -> list[Item]:
    """FAQ entries with their phrasings."""
    said = phrasings(data)
    return [
        Item(
            key=f"faq/{row['id']}",
            title=row.get("question") or row["q"],
            answer=row.get("answer") or row.get("a", ""),
            phrasings=said.get(row["id"], ()),
            service=row.get("service"),
        )
        for row in _rows(data / "seed" / "faq.yml")
    ]


def service_items(data: Path = DATA) -> list[Item]:
    """Services with their requests."""
    said = phrasings(data)
    return [
        Item(
            key=f"service/{row['code']}",
            title=row["name"],
            answer=" ".join(str(row.get(k) or "") for k in ("group", "materials")),
            phrasings=said.get(row["code"], ()),
            service=row["code"],
        )
        for row in _rows(data / "seed" / "services.yml")
    ]


def items(data: Path = DATA) -> list[Item]:
    """Everything that rides in the index."""
    return faq_items(data) + service_items(data)


def rasa_examples(intent: str, data: Path = DATA) -> list[str]:
    """Examples of one intent in ``data/nlu/*.yml``, entity marks removed."""
    return [text for name, text in all_rasa_examples(data) if name == intent]


def all_rasa_examples(data: Path = DATA) -> list[tuple[str, str]]:
    """(intent, text) pairs of ``data/nlu/*.yml``."""
    found = []
    for path in sorted((data / "nlu").glob("*.yml")):
        for block in (load_yaml(path) or {}).get("nlu", ()):
            for line in str(block.get("examples", "")).splitlines():
                text = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", line.strip()[1:].strip())
                if block.get("intent") and line.strip().startswith("-") and text:
                    found.append((block["intent"], text))
    return found


def places(data: Path = DATA) -> list[dict]:
    """The rows of the grid."""
    return _rows(data / "seed" / "grid.yml")


def beside(data: Path = DATA) -> list[str]:
    """Texts that belong to no item: other people's business, and traps that share an entry's words."""
    traps = load_yaml(data / "seed" / "phrasings" / "traps.yml") or {}
    return [*rasa_examples("out_of_scope", data), *(text for texts in traps.values() for text in texts)]
