"""How slots are asked for and recognised, read from wording.yml."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Wording:
    """The words around one slot; see the head of wording.yml."""

    noun: str
    label: str
    ask: str
    cue: re.Pattern[str]
    found: tuple[re.Pattern[str], ...] = ()
    yes: re.Pattern[str] | None = None
    no: re.Pattern[str] | None = None

    def find(self, text: str) -> str | None:
        """A text answer that stands in any message; the first pattern that matches."""
        for pattern in self.found:
            match = pattern.search(text)
            if match:
                return match.group().strip("，。、 ")
        return None

    def find_yes_no(self, text: str) -> str | None:
        """是 or 否 where a message says so without having been asked."""
        if self.no is not None and self.no.search(text):
            return "否"
        if self.yes is not None and self.yes.search(text):
            return "是"
        return None


@lru_cache(maxsize=1)
def _all() -> dict[str, Wording]:
    raw = yaml.safe_load(Path(__file__).with_name("wording.yml").read_text("utf-8"))
    return {slot: _wording(entry) for slot, entry in raw.items()}


def _wording(entry: dict) -> Wording:
    def pattern(key: str) -> re.Pattern[str] | None:
        return re.compile(entry[key]) if key in entry else None

    return Wording(
        noun=entry["noun"],
        label=entry["label"],
        ask=entry["ask"],
        cue=re.compile(entry["cue"]),
        found=tuple(re.compile(text) for text in entry.get("found", ())),
        yes=pattern("yes"),
        no=pattern("no"),
    )


def wording(slot: str) -> Wording:
    """The words for a slot that the chat may ask."""
    return _all()[slot]


def has_wording(slot: str) -> bool:
    """Whether the chat knows how to ask for a slot."""
    return slot in _all()
