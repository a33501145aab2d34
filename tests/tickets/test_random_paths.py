"""Random actors take random steps: no state outside the table, no lost event, an owner and a clock always."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.directory.roles import Role
from bot.tickets import audit
from bot.tickets import states as s
from bot.tickets.errors import TicketError
from bot.tickets.models import Assignment, Ticket, TicketEvent
from bot.tickets.transitions import TABLE
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
    WHEELCHAIR,
    Desk,
    at,
    staff,
)

ACTORS = [
    REVIEWER,
    SECOND,
    OUTSIDER,
    ADMIN,
    CONVENOR,
    LEAD,
    HELPER,
    MINE,
    STRANGER,
    *(staff(Role.ORGANISATION, org, org) for org in ("ZX", "FL", "KX")),
]
TARGETS = [*s.STATE_NAMES, *s.ASSIGNMENT_NAMES]
ACTS = sorted({row.name for row in TABLE if row.to is None})
EDGES = {(a, row.to) for row in TABLE if row.scope == "ticket" and row.to for a in row.source}


async def one_move(desk: Desk, dice: random.Random, numbers: list[str]) -> None:
    """Time passes, the resident acts, someone presses one of his buttons, or tries anything at all."""
    number, actor = dice.choice(numbers), dice.choice(ACTORS)
    what = dice.random()
    if what < 0.08:
        desk.go(hours=dice.choice([1, 2, 5, 30]))
        await desk.fire()
        return
    data = {
        "rating": dice.choice(s.RATINGS),
        "outcome": dice.choice(["reached", "no_answer"]),
        "into": dice.choice(numbers),
        "reason": "not_ours",
        "grant": dice.random() < 0.7,
        "service": dice.choice(["A07", "A24", "Z01"]),
        "helpers": dice.sample(["FL", "KX", "HSZ"], 1),
        "date": "2026-12-20",
    }
    note = dice.choice(["县民政局 受理号 7", "县民政局 受理号 8", None])
    org = dice.choice([None, None, "HSZ", "FL", "KX"])
    until = at(f"{desk.now():%Y-%m-%d} 17:30") + timedelta(days=dice.randint(1, 40))
    until = dice.choice([None, until, until])
    try:
        if what < 0.68:
            handlers = [a for a in ACTORS if a.kind == "staff"]
            view = await desk.tickets.view(number, ADMIN, masked=True)
            dice.shuffle(handlers)
            steps = []
            for actor in handlers:
                if steps := await desk.tickets.allowed(view, actor):
                    break
            ready = [one for one in steps if one.enabled] or steps
            if not ready:
                return
            forward = [
                one for one in ready if one.primary or (one.name == "answered" and dice.random() < 0.1)
            ]
            one = dice.choice(forward if forward and dice.random() < 0.6 else ready)
            if one.to is None:
                await desk.tickets.act(number, one.name, actor, note=note, org=one.org, data=data)
            else:
                named = one.org or (org if "org" in " ".join(one.needs) else None)
                await desk.tickets.step(number, one.to, actor, note=note, org=named, until=until, data=data)
        elif what < 0.80:
            await desk.tickets.step(
                number, dice.choice(TARGETS), actor, note=note, org=org, until=until, data=data
            )
        elif what < 0.84:
            await desk.tickets.act(number, dice.choice(ACTS), actor, note=note, org=org, data=data)
        elif what < 0.90:
            await desk.tickets.supplement(number, "补", MINE)
        elif what < 0.97:
            await desk.tickets.rate(number, dice.choice(s.RATINGS), dice.choice([None, "没解决"]), MINE)
        else:
            await desk.tickets.step(number, dice.choice([s.WITHDRAWN, s.IN_REVIEW]), MINE, note=note)
    except TicketError:
        pass


async def check(desk: Desk, seen: dict[str, int]) -> None:
    """What must hold of every ticket at any time."""
    async with desk.context.db.read() as session:
        tickets = (await session.scalars(select(Ticket))).all()
        parts = (await session.scalars(select(Assignment))).all()
    for ticket in tickets:
        assert ticket.state in s.STATE_NAMES
        assert ticket.version >= seen.get(ticket.number, 0), "no event is lost"
        seen[ticket.number] = ticket.version
        mine = [part for part in parts if part.ticket == ticket.id and part.state != s.CANCELLED]
        assert sum(part.role == s.LEAD for part in mine) <= 1
        assert len({part.org for part in mine}) == len(mine), "one part for each organisation"
        assert ticket.lead
        if ticket.state in s.OPEN:
            assert ticket.wake_at is not None, (ticket.state, ticket.clock)
        if ticket.state in (s.IN_PROGRESS, s.AWAITING_SIGN, s.EXTENSION_REVIEW, s.AWAITING_CLOSE):
            lead = [part for part in mine if part.role == s.LEAD]
            assert lead and lead[0].org == ticket.lead and lead[0].due is not None
        if ticket.state == s.IN_PROGRESS:
            assert lead[0].state == s.IN_PROGRESS and ticket.due == lead[0].due
        if ticket.state == s.AWAITING_CLOSE:
            assert all(part.state in (s.DONE, s.WAIVED) for part in mine)


@pytest.mark.parametrize("seed", range(2))
async def test_random_paths(desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    numbers = [
        await desk.number(),
        await desk.number("A24", ENQUIRY),
        await desk.number("A11", SAFE),
        await desk.number("Z01", ENQUIRY),
        await desk.number(fields={**WHEELCHAIR, "device_type": "拐杖"}),
    ]
    seen: dict[str, int] = {}
    for move in range(240):
        if move % 40 == 39:
            numbers[dice.randrange(5)] = await desk.number(
                *dice.choice([("A07", WHEELCHAIR), ("A24", ENQUIRY)])
            )
        await one_move(desk, dice, numbers)
        if move % 10 == 9:
            await check(desk, seen)
    await check(desk, seen)
    report = await audit.verify(desk.context)
    assert report.findings == ()
    async with desk.context.db.read() as session:
        kinds = Counter(await session.scalars(select(TicketEvent.type)))
    assert len(kinds) >= 15, "the walk is no walk"
    for number in numbers:
        view = await desk.tickets.view(number, ADMIN, masked=True)
        for event in view.events:
            if (
                event.from_state in s.STATE_NAMES
                and event.to_state in s.STATE_NAMES
                and event.type != "unmerged"
            ):
                edge = (event.from_state, event.to_state)
                assert edge in EDGES or edge[0] == edge[1] or event.type.startswith("helper_"), event
        progress = await desk.tickets.progress(number, MINE)
        assert progress.headline
        for actor in ACTORS:
            await desk.tickets.allowed(view, actor)
