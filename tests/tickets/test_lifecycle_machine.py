"""Random actors and actions: no state outside the table, no lost event, an owner and a clock always.

Hypothesis chooses who does what to which ticket, and when two do something at the same moment. `make test`
plays a few fixed games, `make soak` new ones for a long time.
"""

import asyncio
import itertools
import tempfile
from collections import Counter
from collections.abc import Awaitable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy.exc import SQLAlchemyError

from bot.context import Context
from bot.directory.roles import Role
from bot.reports.scorecard import period_of, scorecard
from bot.settings import Settings
from bot.storage.engine import Database
from bot.tickets import filing, timekeeper
from bot.tickets import states as s
from bot.tickets.actors import Actor
from bot.tickets.errors import TicketError
from bot.tickets.service import Tickets
from bot.tickets.transitions import TABLE
from nlu.vault import Vault, create_keys
from tests.conftest import Templates, _on_postgres, lacking
from tests.soak import LONG, often, report
from tests.tickets.conftest import (
    ADMIN,
    CONVENOR,
    ENQUIRY,
    HELPER,
    LEAD,
    MINE,
    OUTSIDER,
    REVIEWER,
    SAFE,
    SECOND,
    STRANGER,
    VILLAGE,
    WHEELCHAIR,
    Desk,
    at,
    staff,
)
from tests.tickets.invariants import Seen, check, verified

HANDLERS = [REVIEWER, SECOND, OUTSIDER, ADMIN, CONVENOR, LEAD, HELPER, VILLAGE]
HANDLERS += [staff(Role.ORGANISATION, org, org) for org in ("ZX", "FL", "KX")]
EVERYBODY = [*HANDLERS, MINE, STRANGER]
TARGETS = [*s.STATE_NAMES, *s.ASSIGNMENT_NAMES]
ACTS = sorted({row.name for row in TABLE if row.to is None})
MATTERS = [("A07", WHEELCHAIR), ("A24", ENQUIRY), ("A11", SAFE), ("Z01", ENQUIRY)]
MOST = 8

NOTES = st.sampled_from(["县民政局 受理号 7", "县民政局 受理号 8", "核过了", None])
ORGS = st.sampled_from([None, None, "HSZ", "FL", "KX", "CL", "WL"])
DAYS = st.sampled_from([None, 1, 10, 25, 40])
PLACE = st.integers(0, MOST - 1)
DATA = st.fixed_dictionaries(
    {
        "rating": st.sampled_from(s.RATINGS),
        "outcome": st.sampled_from(["reached", "no_answer", "call_back"]),
        "reason": st.sampled_from(["not_ours", "repeated"]),
        "grant": st.booleans(),
        "service": st.sampled_from(["A07", "A24", "Z01"]),
        "helpers": st.sampled_from([["FL"], ["KX"], ["HSZ"], []]),
        "date": st.just("2026-12-20"),
        "into": PLACE,
    }
)
GIVEN = {"place": PLACE, "note": NOTES, "org": ORGS, "days": DAYS, "data": DATA}


class Lifecycle(RuleBasedStateMachine):
    """A county of its own for each game."""

    templates: ClassVar[Templates]
    server: ClassVar[str]
    tally: ClassVar[Counter[str]]
    edges: ClassVar[set[Any]]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.seen = Seen()
        self.numbers: list[str] = []
        self.desk: Desk

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a piece of asynchronous work in the game's own loop."""
        return self.runner.run(work)

    @initialize()
    def open_county(self) -> None:
        """A fresh county with three tickets."""

        async def opened() -> Desk:
            folder = Path(self.folder.name)
            url = await self.templates.copy(self.server, "county", folder)
            create_keys(folder / "keys")
            settings = Settings(_env_file=None, state_dir=folder / "var", key_dir=folder / "keys")
            context = Context(settings, Database(url), Vault(folder / "keys"))
            desk = Desk(context, Tickets(context), at("2026-11-24 09:42"))
            context.clock = desk.now
            await desk.set_terms(duty=["zhou", "li"], close_by_sample=["A24"], dispatch_by_rule=["A24"])
            for service, fields in MATTERS[:3]:
                self.numbers.append(await desk.number(service, fields))
            return desk

        self.desk = self.do(opened())
        self.do(check(self.desk.context, self.seen))
        self.tally["games"] += 1

    async def _try(self, what: Awaitable[Any]) -> bool:
        """Whether it was done; a refusal that people read is no fault, anything else is."""
        try:
            await what
        except TicketError:
            self.tally["refused"] += 1
            return False
        self.tally["done"] += 1
        return True

    def _one(self, work: Coroutine[Any, Any, bool]) -> None:
        """One thing happens: it is on record if it was done, and leaves nothing behind if it was refused."""
        before = self.seen.count
        done = self.do(work)
        self.do(check(self.desk.context, self.seen))
        assert (self.seen.count > before) == bool(done), "done without an event, or refused with one"

    def _number(self, place: int) -> str:
        return self.numbers[place % len(self.numbers)]

    def _given(self, days: int | None, data: dict[str, Any]) -> dict[str, Any]:
        until = at(f"{self.desk.now():%Y-%m-%d} 17:30") + timedelta(days=days) if days else None
        return {"until": until, "data": {**data, "into": self._number(data["into"])}}

    async def _press(self, who: Actor, which: int, place: int, note, org, days, data) -> bool:
        """Press one of the buttons that this person has on that ticket."""
        tickets, number = self.desk.tickets, self._number(place)
        view = await tickets.view(number, ADMIN, masked=True)
        buttons = [one for one in await tickets.allowed(view, who) if one.enabled]
        if not buttons:
            return False
        forward = [one for one in buttons if one.primary]
        one = forward[0] if forward and which % 2 else buttons[which // 2 % len(buttons)]
        given = self._given(days, data)
        if one.to is None:
            act = tickets.act(number, one.name, who, note=note, org=one.org, data=given["data"])
            return await self._try(act)
        named = one.org or (org if "org" in " ".join(one.needs) else None)
        return await self._try(tickets.step(number, one.to, who, note=note, org=named, **given))

    async def _handler(self, which: int, place: int) -> Actor:
        """Somebody who has a button on that ticket; the search begins anywhere."""
        view = await self.desk.tickets.view(self._number(place), ADMIN, masked=True)
        start = which % len(HANDLERS)
        for who in (*HANDLERS[start:], *HANDLERS[:start]):
            if any(one.enabled for one in await self.desk.tickets.allowed(view, who)):
                return who
        return REVIEWER

    @rule(which=st.integers(0, 99), **GIVEN)
    def press(self, which, place, note, org, days, data) -> None:
        """Somebody presses one of his buttons."""
        who = self.do(self._handler(which, place))
        self._one(self._press(who, which, place, note, org, days, data))

    @rule(times=st.integers(1, 4), **GIVEN)
    def go_on(self, times, place, note, org, days, data) -> None:
        """Whoever can bring the ticket further does, a few times."""

        async def further() -> bool:
            view = await self.desk.tickets.view(self._number(place), ADMIN, masked=True)
            for who in HANDLERS:
                if any(one.enabled and one.primary for one in await self.desk.tickets.allowed(view, who)):
                    return await self._press(who, 1, place, note or "办好了", org, days, data)
            return False

        for _ in range(times):
            self._one(further())

    @rule(who=st.sampled_from(EVERYBODY), to=st.sampled_from([*TARGETS, *ACTS]), **GIVEN)
    def force(self, who, to, place, note, org, days, data) -> None:
        """Somebody tries anything at all."""
        tickets, number, given = self.desk.tickets, self._number(place), self._given(days, data)
        if to in ACTS:
            self._one(self._try(tickets.act(number, to, who, note=note, org=org, data=given["data"])))
        else:
            self._one(self._try(tickets.step(number, to, who, note=note, org=org, **given)))

    @rule(who=st.sampled_from([MINE, MINE, STRANGER]), what=st.integers(0, 5), **GIVEN)
    def resident(self, who, what, place, note, org, days, data) -> None:
        """A resident replies, rates, withdraws, appeals or urges."""
        tickets, number = self.desk.tickets, self._number(place)
        made = (
            lambda: tickets.supplement(number, "补一句", who),
            lambda: tickets.rate(number, data["rating"], note, who),
            lambda: tickets.rate(number, s.UNSATISFIED, "没解决", who),
            lambda: tickets.step(number, s.WITHDRAWN, who),
            lambda: tickets.step(number, s.IN_REVIEW, who, note="不同意"),
            lambda: tickets.act(number, "urged", who),
        )
        self._one(self._try(made[what]()))

    @rule(hours=st.sampled_from([1, 2, 5, 30, 80, 400]))
    def wait(self, hours: int) -> None:
        """Time passes, and what is due fires."""

        async def fired() -> None:
            self.desk.go(hours=hours)
            for _ in range(20):
                if not await timekeeper.fire_due(self.desk.context):
                    return
            raise AssertionError("timers fire for ever")

        self.do(fired())
        self.do(check(self.desk.context, self.seen))

    @rule(matter=st.sampled_from(MATTERS), key=st.integers(0, MOST))
    def file(self, matter: tuple[str, dict[str, Any]], key: int) -> None:
        """A resident files, perhaps with a key that was used before."""
        if len(self.numbers) < MOST:
            number = self.do(self.desk.number(*matter, key=f"game-{key}"))
            if number not in self.numbers:
                self.numbers.append(number)
        self.do(check(self.desk.context, self.seen))

    @rule(one=st.integers(0, 99), other=st.integers(0, 99), **GIVEN)
    def together(self, one, other, place, note, org, days, data) -> None:
        """Two press something on one ticket at the same moment."""

        async def both() -> None:
            people = [await self._handler(which, place) for which in (one, other)]
            await asyncio.gather(
                *(
                    self._press(who, which, place, note, org, days, data)
                    for who, which in zip(people, (one, other), strict=True)
                )
            )

        self.do(both())
        self.do(check(self.desk.context, self.seen))
        self.tally["at once"] += 1

    def teardown(self) -> None:
        """The chains verify, every page of every ticket can be shown, the figures can be computed."""

        async def last() -> None:
            tickets, context = self.desk.tickets, self.desk.context
            try:
                self.tally["events"] += await verified(context)
                for number in self.numbers:
                    view = await tickets.view(number, ADMIN, masked=True)
                    assert (await tickets.progress(number, MINE)).headline
                    for who in EVERYBODY if LONG else (REVIEWER, LEAD, MINE):
                        await tickets.allowed(view, who)
                days = self.desk.now().date()
                await scorecard(
                    context,
                    period_of(at("2026-11-01 00:00").date(), days, self.desk.now()),
                    "organisation",
                    None,
                )
            finally:
                await context.close()
                if self.server == "postgres":
                    await _on_postgres(f'DROP DATABASE "{context.db.url.database}" WITH (FORCE)')

        if self.numbers:
            self.edges |= self.seen.edges
            self.do(last())
        self.runner.close()
        self.folder.cleanup()


GAMES = settings(
    max_examples=often(3, 200),
    stateful_step_count=often(50, 80),
    derandomize=not LONG,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
    print_blob=LONG,
)


@pytest.mark.soak
@pytest.mark.timeout(often(600, 7200))
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_game_breaks_the_ledger(kind: str, templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "postgres":
        try:
            asyncio.run(_on_postgres("SELECT 1"))
        except SQLAlchemyError as error:
            lacking("postgres", str(error).splitlines()[0])
    count = itertools.count(1)
    monkeypatch.setattr(filing, "new_number", lambda: f"QT-{next(count):04d}-0000")
    Lifecycle.templates, Lifecycle.server = templates, kind
    Lifecycle.tally, Lifecycle.edges = Counter(), set()
    run_state_machine_as_test(Lifecycle, settings=GAMES)
    report(
        f"Games on {kind}: nothing broke",
        **dict(Lifecycle.tally),
        kinds_of_steps=len({edge[0] for edge in Lifecycle.edges}),
        edges=len(Lifecycle.edges),
    )
    assert len({edge[0] for edge in Lifecycle.edges}) >= 6, "the game is no game"
