"""What a reviewer decided for a free complaint, noted in the transaction of his step."""

from bot.directory.catalogue import FALLBACK_SERVICE
from bot.tickets.models import RoutingProposal
from bot.tickets.work import Work


async def note_choice(work: Work, lead: str, service: str | None = None) -> None:
    """Keep what the reviewer decided for a free complaint: its lead, or the matter that it really is.

    A lead that comes later (a return was upheld) takes the place of the first: it was the right one.
    """
    row = await work.session.get(RoutingProposal, work.ticket.id)
    if row is None:
        if service is None and work.ticket.service != FALLBACK_SERVICE:
            return
        row = RoutingProposal(ticket=work.ticket.id, at=work.at, lead=None, service=None, candidates=[])
        work.session.add(row)
    row.chosen, row.decided_by, row.decided_at = lead, work.actor.key, work.at
    row.chosen_service = service or row.chosen_service
