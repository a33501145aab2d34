"""Imports run one way: actions -> bot -> nlu; inside bot from the rim to the core; rasa only at its rim."""

import ast
from pathlib import Path

import pytest

from bot.settings import ROOT

LAYERS = {
    "bot.storage": 0,
    "bot.directory": 1,
    "bot.conversations": 2,
    "bot.knowledge": 2,
    "bot.tickets": 2,
    "bot.reports": 2,
    "bot.retention.job": 4,
    "bot.retention.rules": 4,
    "bot.retention": 3,
    "bot.backup": 3,
    "bot.dialogue": 3,
    "bot.desk": 4,
    "bot.api": 4,
    "bot.channels": 4,
}
EXEMPT = {"bot/storage/models.py"}  # names all tables for the migrations


def _files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _layer(module: str) -> int | None:
    for prefix, layer in LAYERS.items():
        if module == prefix or module.startswith(prefix + "."):
            return layer
    return None


@pytest.mark.parametrize("path", _files("nlu"), ids=str)
def test_nlu_stands_alone(path: Path) -> None:
    names = _imports(path)
    assert not {name for name in names if name.split(".")[0] in ("bot", "actions")}
    if not {"components", "server"} & set(path.relative_to(ROOT).parts):
        assert not {name for name in names if name.split(".")[0] == "rasa"}


@pytest.mark.parametrize("path", _files("bot"), ids=str)
def test_bot_looks_inwards(path: Path) -> None:
    relative = path.relative_to(ROOT)
    names = _imports(path)
    assert not {name for name in names if name.split(".")[0] == "rasa"}
    own = _layer(".".join(relative.with_suffix("").parts))
    if own is None or str(relative) in EXEMPT:
        return
    assert not {name for name in names if name.split(".")[0] == "actions"}
    higher = {name for name in names if (_layer(name) or 0) > own}
    assert not higher, f"{relative} imports {sorted(higher)}"
