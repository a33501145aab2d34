"""Tickets: the one way in for chat, desk, API and workers."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.tickets import access, attachments, engine, filing, timers, tracking
from bot.tickets import search as searching
from bot.tickets import states as s
from bot.tickets.actors import SYSTEM, Actor
from bot.tickets.allowed import allowed_steps
from bot.tickets.attachments import File, is_own
from bot.tickets.errors import Forbidden, Missing, NoSuchStep, NotFound
from bot.tickets.merging import release_followers
from bot.tickets.models import Attachment, Ticket, TicketEvent
from bot.tickets.numbers import normalise_number, retrieval_code
from bot.tickets.outbox import tell_org, tell_resident
from bot.tickets.parties import is_any
from bot.tickets.progress import Progress, build_progress
from bot.tickets.reading import parts_of, view_of, whole_view
from bot.tickets.salutation import addressed
from bot.tickets.sampling import pass_by_rule
from bot.tickets.timing import timing_of
from bot.tickets.values import Filed, Filing, Page, TicketQuery
from bot.tickets.views import AllowedStep, TicketView
from bot.tickets.visibility import level
from bot.tickets.work import Work

__all__ = ["Actor", "Filed", "Filing", "Page", "TicketQuery", "Tickets"]


class Tickets:
    """The facade over the lifecycle. Every method raises the errors of `bot.tickets.errors`."""

    def __init__(self, context: Context) -> None:
        self.context = context

    # Filing

    async def file(self, what: Filing) -> Filed:
        """File a request once; the same key gives the same ticket again."""
        number, created = await filing.file_once(self.context, what)
        async with self.context.db.read() as session:
            ticket = await self._ticket(session, number)
            county = await self.context.directory.county()
            view = await whole_view(self.context, session, county, ticket, masked=False)
        return Filed(view, retrieval_code(self.context.vault, number), created)

    async def open_like(self, what: Filing) -> TicketView | None:
        """An open ticket of the same resident, place and matter within 30 days; never of high privacy."""
        number = await filing.find_like(self.context, what)
        if number is None:
            return None
        county = await self.context.directory.county()
        async with self.context.db.read() as session:
            ticket = await self._ticket(session, number)
            parts = await parts_of(session, [ticket])
            masked = ticket.conversation is None or ticket.conversation != what.conversation
            return view_of(self.context, county, ticket, parts[ticket.id], masked=masked)

    def code(self, number: str) -> str:
        """The retrieval code of a ticket, to show it again to its resident."""
        return retrieval_code(self.context.vault, number)

    # Steps

    async def step(
        self,
        number: str,
        to: str,
        actor: Actor,
        *,
        note: str | None = None,
        org: str | None = None,
        until: datetime | None = None,
        version: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> TicketView:
        """Take a step of the state table; with `org`, of that organisation's assignment.

        `data` by step: reason, door (不予受理), into (合并), grant=False (不同意延期), helpers (派单, 会商),
        rating (回访). The view that comes back is masked for staff; `view` reads the full one.
        """
        ask = engine.ask(note, org, until, data)
        async with engine.locked(self.context, _number(number), actor, ask) as work:
            self._demand_sight(work)
            await engine.step(work, to, version=version)
            await self._follow(work)
            return await self._view_within(work)

    async def act(
        self,
        number: str,
        name: str,
        actor: Actor,
        *,
        note: str | None = None,
        org: str | None = None,
        version: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> TicketView:
        """Do what leaves the state as it is, by its name in the table.

        contacted (outcome: reached, no_answer, call_back), urged, pressed (org), more_orgs_asked (helpers),
        check_called, reclassified (service), refusal_confirmed.
        """
        ask = engine.ask(note, org, None, data)
        async with engine.locked(self.context, _number(number), actor, ask) as work:
            self._demand_sight(work)
            await engine.act(work, name, version=version)
            return await self._view_within(work)

    async def supplement(
        self, number: str, text: str, actor: Actor, attachments: tuple[int, ...] = ()
    ) -> TicketView:
        """Add what the resident says; it returns a ticket that waited for it."""
        if not text.strip() and not attachments:
            raise Missing("text", "请写要补充的内容，或者传照片")
        async with engine.locked(self.context, _number(number), actor) as work:
            self._demand_sight(work)
            if actor.kind != "resident" and not is_any(("lead", "reviewer", "station"), work, actor):
                raise Forbidden
            if work.ticket.state not in s.BEFORE_CLOSE:
                raise NoSuchStep("这件事已经办完，不能再补充；没解决可以要求重办")
            rows = await work.session.scalars(
                select(Attachment).where(Attachment.id.in_(attachments), Attachment.ticket.is_(None))
            )
            for row in rows:
                if is_own(row, work.ticket.conversation, actor):
                    row.ticket = work.ticket.id
            event = await work.write_event(
                "supplemented", data={"note": text.strip(), "attachments": list(attachments)}
            )
            if work.ticket.state == s.AWAITING_INFO:
                work.ask = engine.ask()
                await engine.step(work, work.memory.get("paused_in", s.IN_PROGRESS))
            else:
                org = work.ticket.lead if work.lead else "ZX"
                await tell_org(work, event, org, f"居民有补充：{work.ticket.number}", {})
            timers.set_wake(work)
            return await self._view_within(work)

    async def rate(
        self,
        number: str,
        rating: str,
        reason: str | None,
        actor: Actor,
        *,
        solved: str | None = None,
        recording: str | None = None,
        source: str | None = None,
    ) -> TicketView:
        """Rate: 满意, 基本满意 or 不满意; unsatisfied with a reason asks for the matter to be redone.

        `solved` is solved, partly or no, where it was asked; `recording` is where a call-back's recording
        lies; `source` is the address that the rating comes from, of which a keyed hash is kept.
        """
        if rating not in s.RATINGS:
            raise Missing("rating", f"评价是 {'、'.join(s.RATINGS)} 之一")
        more = {"solved": solved, "recording": recording, "_source": source}
        ask = engine.ask(reason, data={"rating": rating, **{k: v for k, v in more.items() if v}})
        async with engine.locked(self.context, _number(number), actor, ask) as work:
            self._demand_sight(work)
            if rating == s.UNSATISFIED and ask.note:
                again = work.memory.get("unsatisfied", 0) >= 1
                await engine.step(work, s.CONSULTATION if again else s.IN_PROGRESS)
            else:
                await engine.step(work, s.CLOSED)
            return await self._view_within(work)

    async def note(self, number: str, text: str, actor: Actor, internal: bool) -> TicketView:
        """Leave an internal remark, or a message to the resident (never pushed at high privacy).

        【称呼】 in a message becomes the resident's name: who writes need not have read it.
        """
        if not text.strip():
            raise Missing("text", "请写内容")
        async with engine.locked(self.context, _number(number), actor) as work:
            self._demand_sight(work)
            who = ("lead", "helper", "reviewer", "head") if internal else ("lead", "helper", "reviewer")
            if not is_any((*who, "station"), work, actor):
                raise Forbidden
            if not internal:
                text = addressed(text, work.fields())
            event = await work.write_event("remark" if internal else "message", data={"note": text.strip()})
            if not internal:
                name = work.org_name(actor.org)
                custom = {"author": "staff", "name": f"{name} {actor.name}"}
                await tell_resident(work, event, text.strip(), None, custom)
            return await self._view_within(work)

    async def _follow(self, work: Work) -> None:
        """What a rule does right after a step: sampled closing, and what hangs on a withdrawal."""
        if work.memory.get("withdrawal_sampled") and work.ticket.state == s.WITHDRAWN:
            event = await work.write_event("withdrawal_sampled", actor=SYSTEM)
            await tell_org(work, event, "ZX", f"撤回抽查，请回访是否本人意愿：{work.ticket.number}", {})
        if work.ticket.state == s.WITHDRAWN:
            await release_followers(work)
        await pass_by_rule(work)

    # Reading

    async def view(
        self, number: str, actor: Actor, *, masked: bool = False, source: str | None = None
    ) -> TicketView:
        """Read a ticket, full, masked or refused by role; `masked=True` asks for the masked one.

        A full read by staff or a token goes to the access log, `source` is its address.
        """
        county = await self.context.directory.county()
        async with self.context.db.read() as session:
            ticket = await self._ticket(session, _number(number))
            parts = (await parts_of(session, [ticket]))[ticket.id]
            seen = level(county, ticket, parts, actor)
            if seen is None:
                raise NotFound if actor.kind == "resident" else Forbidden("这张工单不归您看")
            full = seen == "full" and not masked
            view = await whole_view(self.context, session, county, ticket, masked=not full)
        if full and actor.kind in ("staff", "token"):
            await access.log(self.context, actor, ticket.id, "full fields", source)
        return view

    async def attachment(self, number: str, file: int, actor: Actor, source: str | None = None) -> File:
        """A file's content; Forbidden for those who see the ticket masked. Goes to the access log."""
        return await attachments.read(self.context, _number(number), file, actor, source)

    async def attach(self, number: str, actor: Actor, raw: bytes, name: str) -> int:
        """Clean a picture and hang it on the ticket; Missing says what is wrong with it."""
        return await attachments.add(self.context, _number(number), actor, raw, name)

    async def track(self, number: str, code: str, source: str) -> Progress:
        """Progress by number and retrieval code; WrongCode for a wrong code and an unknown number alike."""
        return await self.progress(number, await self.identify(number, code, source))

    async def identify(self, number: str, code: str, source: str) -> Actor:
        """The resident who shows number and retrieval code; WrongCode, or Locked after five wrong tries."""
        return await tracking.identify(self.context, number, code, source)

    async def progress(self, number: str, actor: Actor) -> Progress:
        """Progress for the resident: over the conversation that filed it, or by the code."""
        county = await self.context.directory.county()
        async with self.context.db.read() as session:
            ticket = await self._ticket(session, _number(number))
            parts = (await parts_of(session, [ticket]))[ticket.id]
            if level(county, ticket, parts, actor) is None:
                raise NotFound
            events = (
                await session.scalars(
                    select(TicketEvent).where(TicketEvent.ticket == ticket.id).order_by(TicketEvent.number)
                )
            ).all()
        by_code = actor.kind == "resident" and actor.id.startswith("code:")
        return build_progress(self.context, county, ticket, parts, events, by_code=by_code)

    async def of_conversation(self, conversation: str) -> list[TicketView]:
        """A conversation's tickets, newest first, those of high privacy among them (see `high_privacy`)."""
        county = await self.context.directory.county()
        async with self.context.db.read() as session:
            rows = (
                await session.scalars(
                    select(Ticket).where(Ticket.conversation == conversation).order_by(Ticket.id.desc())
                )
            ).all()
            parts = await parts_of(session, rows)
        return [view_of(self.context, county, row, parts[row.id], masked=False) for row in rows]

    async def allowed(self, ticket: TicketView, actor: Actor) -> list[AllowedStep]:
        """The buttons that this person may press now; a disabled one says why."""
        timing = await timing_of(self.context)
        async with self.context.db.read() as session:
            row = await self._ticket(session, ticket.number)
            parts = (await parts_of(session, [row]))[row.id]
            work = Work(self.context, session, timing, self.context.clock(), actor, row, parts)
            if level(timing.county, row, parts, actor) is None:
                return []
            return await allowed_steps(work)

    async def search(self, query: TicketQuery, actor: Actor) -> Page:
        """Find tickets among those that the actor may see."""
        return await searching.search(self.context, query, actor)

    async def _ticket(self, session: AsyncSession, number: str) -> Ticket:
        ticket = await session.scalar(select(Ticket).where(Ticket.number == number))
        if ticket is None:
            raise NotFound
        return ticket

    def _demand_sight(self, work: Work) -> None:
        if level(work.county, work.ticket, work.assignments, work.actor) is None:
            raise NotFound if work.actor.kind == "resident" else Forbidden("这张工单不归您办")

    async def _view_within(self, work: Work) -> TicketView:
        masked = work.actor.kind in ("staff", "token")
        await work.session.flush()
        return await whole_view(self.context, work.session, work.county, work.ticket, masked=masked)


def _number(text: str) -> str:
    number = normalise_number(text)
    if number is None:
        raise NotFound
    return number
