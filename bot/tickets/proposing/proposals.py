"""Proposals for free complaints: made when a reviewer opens one, kept with what he decides."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.clock import local
from bot.context import Context
from bot.directory.catalogue import FALLBACK_SERVICE, HIGH_PRIVACY, County
from bot.directory.roles import Role
from bot.knowledge.gaps import mask
from bot.knowledge.models import FaqEntry
from bot.tickets.actors import Actor
from bot.tickets.errors import Forbidden, NotFound
from bot.tickets.masking import mask_text
from bot.tickets.models import RoutingProposal, Ticket
from bot.tickets.numbers import normalise_number
from bot.tickets.proposing.candidates import Candidate, Evidence, candidates
from bot.tickets.proposing.ranking import ranker
from bot.tickets.routing import within
from bot.tickets.states import IN_REVIEW
from bot.tickets.work import fields_context
from nlu.entities import Gazetteer

REVIEWERS = (Role.REVIEWER, Role.ADMINISTRATOR)
EARLIER = 500
PERIOD = timedelta(days=365)


async def proposal(context: Context, number: str, actor: Actor) -> list[Candidate]:
    """Who may lead a free complaint that is in review, best first; empty for other tickets.

    Made anew each time from what is published now, and kept for the decision.
    """
    if actor.role not in REVIEWERS:
        raise Forbidden("派单建议只有审核员能看")
    wanted = normalise_number(number)
    async with context.db.read() as session:
        ticket = await session.scalar(select(Ticket).where(Ticket.number == wanted))
    if ticket is None:
        raise NotFound
    if ticket.service != FALLBACK_SERVICE or ticket.state != IN_REVIEW or ticket.privacy == HIGH_PRIVACY:
        return []
    text = words_of(context, ticket)
    if not text:
        return []
    found = await _weigh(context, ticket, text)
    await _keep(context, ticket, found)
    return found


def words_of(context: Context, ticket: Ticket) -> str:
    """What the resident said; empty once it was erased."""
    fields = context.vault.open_json(ticket.fields, fields_context(ticket))
    said = (fields.get(slot) for slot in ("demand_desc", "topic"))
    return "。".join(text.strip() for text in said if isinstance(text, str) and text.strip())


async def _weigh(context: Context, ticket: Ticket, text: str) -> list[Candidate]:
    county = await context.directory.county()
    town = next((point for point in county.path(ticket.grid) if point.kind == "town"), None)
    earlier = await _earlier(context, ticket.id)
    root = context.settings.state_dir / "index"
    services, entries = await asyncio.to_thread(ranker(root).rank, text)
    alike = await asyncio.to_thread(ranker(root).alike, text, earlier)
    async with context.db.read() as session:
        orgs = {
            entry: org
            for entry, org in await session.execute(
                select(FaqEntry.id, FaqEntry.org).where(FaqEntry.id.in_([entry for entry, _, _ in entries]))
            )
        }
    known = Evidence(
        text=text,
        services=services,
        entries=[(orgs[entry], title, score) for entry, title, score in entries if entry in orgs],
        alike=alike,
        town=town.name if town else None,
        from_town=await _from_town(context, county, town.code) if town else {},
    )
    return candidates(county, known, local(context.clock()).date())


async def _earlier(context: Context, but: int) -> Sequence[tuple[int, str, str]]:
    """The newest decided complaints: ticket, words, whom it went to."""
    query = (
        select(Ticket, RoutingProposal.chosen)
        .join(RoutingProposal, RoutingProposal.ticket == Ticket.id)
        .where(RoutingProposal.chosen.is_not(None), Ticket.id != but)
        .order_by(RoutingProposal.decided_at.desc())
        .limit(EARLIER)
    )
    async with context.db.read() as session:
        rows = (await session.execute(query)).all()
    return [(one.id, words, chosen) for one, chosen in rows if (words := words_of(context, one))]


async def _from_town(context: Context, county: County, town: str) -> dict[str, int]:
    inside = [code for code in county.points if within(county, code, town)]
    query = (
        select(RoutingProposal.chosen, func.count())
        .join(Ticket, Ticket.id == RoutingProposal.ticket)
        .where(
            Ticket.grid.in_(inside),
            RoutingProposal.chosen.is_not(None),
            RoutingProposal.decided_at >= context.clock() - PERIOD,
        )
        .group_by(RoutingProposal.chosen)
    )
    async with context.db.read() as session:
        return {str(org): count for org, count in await session.execute(query)}


async def _keep(context: Context, ticket: Ticket, found: list[Candidate]) -> None:
    values: dict[str, Any] = {
        "at": context.clock(),
        "lead": found[0].org,
        "service": found[0].service,
        "candidates": [[one.org, one.service, one.score, list(one.reasons)] for one in found],
    }
    try:
        async with context.db.write() as session:
            row = await session.get(RoutingProposal, ticket.id, with_for_update=True)
            if row is None:
                session.add(RoutingProposal(ticket=ticket.id, **values))
            elif row.decided_at is None:
                for name, value in values.items():
                    setattr(row, name, value)
    except IntegrityError:
        return  # two opened it at once: the other's is as good


async def lessons(context: Context) -> AsyncIterator[dict[str, Any]]:
    """What was proposed and decided, with the words without names, numbers and places; oldest first."""
    county = await context.directory.county()
    gazetteer = Gazetteer.from_rows(county.gazetteer_rows())
    query = (
        select(RoutingProposal, Ticket)
        .join(Ticket, Ticket.id == RoutingProposal.ticket)
        .where(RoutingProposal.chosen.is_not(None))
        .order_by(RoutingProposal.decided_at, Ticket.id)
    )
    async with context.db.read() as session:
        for row, ticket in (await session.execute(query)).all():
            words = words_of(context, ticket)
            if not words:
                continue
            yield {
                "text": mask_text(mask(words, gazetteer, local(ticket.created_at).replace(tzinfo=None))),
                "proposed": row.lead,
                "proposed_service": row.service,
                "chosen": row.chosen,
                "chosen_service": row.chosen_service,
                "changed": row.lead is not None and row.lead != row.chosen,
                "decided_at": row.decided_at.isoformat() if row.decided_at else None,
            }
