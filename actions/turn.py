"""One message of a resident, with all that an action may need to answer it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from bot.clock import local
from bot.context import Context
from bot.conversations.drafts import Draft
from bot.directory.catalogue import County
from nlu.entities import Entity, Gazetteer, extract

FORM = "intake_form"
DRAFT_SLOT = "draft"
ANSWER_SLOT = "answer"
REQUESTED_SLOT = "requested_slot"


@dataclass(frozen=True)
class Candidate:
    """An FAQ entry or a service that a message may mean; `score` is a probability."""

    key: str
    score: float


@dataclass(frozen=True)
class Ranking:
    """Candidates, best first, with the scores from which to answer or to ask back."""

    candidates: tuple[Candidate, ...] = ()
    answer_from: float = 1.1
    ask_from: float = 1.1

    @property
    def best(self) -> Candidate | None:
        """The likeliest, if any."""
        return self.candidates[0] if self.candidates else None

    @property
    def sure(self) -> bool:
        """Whether the likeliest is likely enough to act on."""
        return self.best is not None and self.best.score >= self.answer_from

    @property
    def middling(self) -> bool:
        """Whether it is worth asking back."""
        return self.best is not None and not self.sure and self.best.score >= self.ask_from

    @classmethod
    def read(cls, selector: dict[str, Any] | None) -> Ranking:
        """From Rasa's response selector format."""
        rows = (selector or {}).get("ranking") or []
        answer_from = float((selector or {}).get("threshold", 1.1))
        return cls(
            tuple(
                Candidate(str(row["intent_response_key"]).split("/", 1)[-1], float(row["confidence"]))
                for row in rows
                if row.get("intent_response_key")
            ),
            answer_from,
            float((selector or {}).get("ask_back_threshold", answer_from / 2)),
        )


@dataclass(frozen=True)
class Understood:
    """What the pipeline makes of a text."""

    text: str
    intent: str = ""
    confidence: float = 0.0
    urgent: bool = False
    danger: str | None = None
    faq: Ranking = field(default_factory=Ranking)
    services: Ranking = field(default_factory=Ranking)

    @property
    def in_danger(self) -> bool:
        """Whether danger comes first: the flag beside the intent, or a message that is nothing else."""
        return self.urgent or self.intent == "emergency"

    @classmethod
    def read(cls, parse: dict[str, Any]) -> Understood:
        """From `latest_message` or from the answer of /model/parse."""
        selectors = parse.get("response_selector") or {}
        intent = parse.get("intent") or {}
        return cls(
            text=str(parse.get("text") or ""),
            intent=str(intent.get("name") or ""),
            confidence=float(intent.get("confidence") or 0.0),
            urgent=bool(parse.get("urgent")),
            danger=_kind(parse.get("danger")),
            faq=Ranking.read(selectors.get("faq")),
            services=Ranking.read(selectors.get("service")),
        )


def _kind(danger: Any) -> str | None:
    """The kind of danger, given by itself or with its score."""
    return str(danger["kind"]) if isinstance(danger, dict) and danger.get("kind") else (danger or None)


@dataclass
class Talk:
    """What is kept of the conversation between turns; changed in place, written at the turn's end."""

    id: str
    channel: str
    memory: dict[str, Any] = field(default_factory=dict)
    private: bool = False
    takeover: str | None = None
    takeover_reason: str | None = None
    consent: str | None = None
    calm: bool = False
    """The private matter is over: what was said in it stays hidden, what comes now is ordinary."""

    def calm_down(self) -> None:
        """Let the conversation be an ordinary one again."""
        self.private, self.calm = False, True


@dataclass
class Turn:
    """A message, its conversation, and the answer as it grows."""

    context: Context
    county: County
    now: datetime
    talk: Talk
    said: Understood
    turn_id: str
    command: dict[str, Any] | None = None
    attachments: tuple[int, ...] = ()
    draft: Draft | None = None
    in_form: bool = False
    earlier: tuple[str, ...] = ()
    """What the resident said in the turns before, oldest first; presses left out."""
    replies: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: dict[str, Draft] = field(default_factory=dict)
    used: list[tuple[str, str]] = field(default_factory=list)
    """(FAQ entry, how): what the turn counts for the statistics of entries."""
    went_on: bool = False
    """The turn before asked back, and the resident did not leave it at that."""

    @property
    def text(self) -> str:
        """What was said."""
        return self.said.text

    @property
    def memory(self) -> dict[str, Any]:
        """What the conversation remembers; no personal data."""
        return self.talk.memory

    @property
    def local_now(self) -> datetime:
        """The county's wall clock, without zone, as the recognisers take it."""
        return local(self.now).replace(tzinfo=None)

    def say(
        self, text: str, buttons: list[dict[str, str]] | None = None, custom: dict[str, Any] | None = None
    ) -> None:
        """Add a message to the answer."""
        self.replies.append({"text": text, "buttons": buttons or [], "custom": custom or {}})

    def save(self, draft: Draft) -> None:
        """Have a draft written at the end of the turn."""
        self.changed[draft.id] = draft

    def begin_form(self, draft: Draft) -> None:
        """Have Rasa's form run from here on; the first question is said by who calls this."""
        self.draft = draft
        self.save(draft)
        self.events += [SlotSet(DRAFT_SLOT, draft.id)]
        if not self.in_form:
            self.events += [FollowupAction(FORM)]

    def facts(self, expected: str | None = None, text: str | None = None) -> list[Entity]:
        """Facts in the message (or in another text), with what was just asked in mind."""
        return extract(self.text if text is None else text, gazetteer(self.county), self.local_now, expected)


def button(title: str, **command: Any) -> dict[str, str]:
    """A button whose pressing comes back as the command."""
    return {"title": title, "payload": json.dumps(command, ensure_ascii=False, sort_keys=True)}


_gazetteers: dict[int, tuple[County, Gazetteer]] = {}


def gazetteer(county: County) -> Gazetteer:
    """The county's places, made once for each version of the directory."""
    held = _gazetteers.get(0)
    if held is None or held[0] is not county:
        held = (county, Gazetteer.from_rows(county.gazetteer_rows()))
        _gazetteers[0] = held
    return held[1]
