"""Rasa's trackers, sealed: what residents wrote lies encrypted, under a keyed hash of the sender.

The row of a conversation is rewritten at each turn and kept short: of older turns only what the policies need
(slots, the running form) stays, so a turn costs the same at the sixtieth message as at the third.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from nlu.vault import Vault

KEPT_TURNS = 3
_BULKY = ("intent_ranking", "response_selector", "text_tokens")

_metadata = sa.MetaData()
TRACKERS = sa.Table(
    "rasa_trackers",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("last_used", sa.Float, nullable=False, index=True),
)


class SealedTrackerStore(TrackerStore):
    """One row a sender: keyed hash, sealed JSON, last use."""

    def __init__(
        self,
        domain: Domain | None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._vault = Vault(Path(os.environ.get("KEY_DIR") or "keys"))
        self._engine = _engine()
        _metadata.create_all(self._engine)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the tracker; durable when this returns."""
        await self.stream_events(tracker)
        events = [_slim(event.as_dict()) for event in compact(tracker)]
        body = self._vault.seal(json.dumps(events, ensure_ascii=False), "tracker")
        await asyncio.get_running_loop().run_in_executor(
            None, self._write, self._key(tracker.sender_id), body
        )

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of a sender, None where nothing is kept."""
        body = await asyncio.get_running_loop().run_in_executor(None, self._read, self._key(sender_id))
        if body is None:
            return None
        events = [Event.from_parameters(event) for event in json.loads(self._vault.open(body, "tracker"))]
        return DialogueStateTracker.from_events(
            sender_id, [event for event in events if event], self.domain.slots, self.max_event_history
        )

    async def keys(self) -> Iterable[str]:
        """The keyed hashes; senders themselves are not kept."""
        return await asyncio.get_running_loop().run_in_executor(None, self._keys)

    def _key(self, sender_id: str) -> str:
        return self._vault.lookup("tracker", sender_id)

    def _write(self, key: str, body: bytes) -> None:
        with self._engine.begin() as connection:
            values = {"body": body, "last_used": time.time()}
            changed = connection.execute(TRACKERS.update().where(TRACKERS.c.key == key).values(**values))
            if changed.rowcount == 0:
                connection.execute(TRACKERS.insert().values(key=key, **values))

    def _read(self, key: str) -> bytes | None:
        with self._engine.connect() as connection:
            return connection.execute(sa.select(TRACKERS.c.body).where(TRACKERS.c.key == key)).scalar()

    def _keys(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(TRACKERS.c.key)).scalars())


def compact(tracker: DialogueStateTracker) -> list[Event]:
    """The tracker's events with everything before its last turns replaced by the state that it left."""
    events = list(tracker.events)
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) <= KEPT_TURNS + 1:
        return events
    cut = turns[-KEPT_TURNS]
    before = DialogueStateTracker.from_events(tracker.sender_id, events[:cut], tracker.slots.values())
    state: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    state += [
        SlotSet(name, slot.value)
        for name, slot in before.slots.items()
        if slot.value is not None and slot.value != slot.initial_value
    ]
    if before.active_loop_name:
        state += [ActionExecuted(before.active_loop_name), ActiveLoop(before.active_loop_name)]
    return [*state, ActionExecuted(ACTION_LISTEN_NAME), *events[cut:]]


def _slim(event: dict[str, Any]) -> dict[str, Any]:
    """An event without what was needed only while its turn ran."""
    if event.get("event") == "user":
        parse = event.get("parse_data") or {}
        event["parse_data"] = {key: value for key, value in parse.items() if key not in _BULKY}
        event["metadata"] = {}
    return event


def _engine() -> sa.engine.Engine:
    url = os.environ.get("DATABASE_URL") or ""
    if url.startswith("postgres"):
        bare = url.split("://", 1)[1]
        return sa.create_engine(f"postgresql+psycopg2://{bare}", pool_pre_ping=True)
    path = Path(os.environ.get("STATE_DIR") or "var") / "trackers.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 10, "check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return engine
