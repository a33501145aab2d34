"""A small county with doubles and common words among its names, and a short way to call `extract`."""

from datetime import datetime

import pytest

from nlu.entities import Entity, Gazetteer, extract

NOW = datetime(2026, 11, 24, 9, 30)  # a Tuesday
GRID = (
    ("C0", "示例县群团综合服务中心", "centre", None),
    ("S4", "北苑党群服务站（含产业园）", "station", "C0"),
    ("S4-01", "北苑社区", "community", "S4"),
    ("T01", "青陂镇", "town", "C0"),
    ("T01-05", "石岭村", "village", "T01"),
    ("T01-09", "新塘村", "village", "T01"),
    ("T03", "石磨镇", "town", "C0"),
    ("T03-01", "石磨村", "village", "T03"),
    ("T03-07", "石磨社区", "community", "T03"),
    ("T07", "龙潭坪乡", "town", "C0"),
    ("T07-01", "龙潭村", "village", "T07"),
    ("T07-05", "老屋村", "village", "T07"),
    ("T07-09", "新塘村", "village", "T07"),
)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.from_rows(
        dict(zip(("code", "name", "kind", "parent"), row, strict=True)) for row in GRID
    )


@pytest.fixture(scope="session")
def found(gazetteer):
    """Call with a text (and `expected`): the entities, checked to lie where they say."""

    def call(text: str, expected: str | None = None, now: datetime = NOW) -> list[Entity]:
        entities = extract(text, gazetteer, now, expected)
        assert all(text[e.start : e.end] == e.text for e in entities)
        return entities

    return call


@pytest.fixture(scope="session")
def values(found):
    """Call with a text and a type: the values of that type."""

    def call(text: str, kind: str, expected: str | None = None) -> list:
        return [e.value for e in found(text, expected) if e.type == kind]

    return call
