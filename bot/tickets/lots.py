"""Drawing lots that nobody can choose: by a keyed hash of the ticket and its count of events."""

from bot.tickets.work import Work


def drawn(work: Work, what: str, share: float) -> bool:
    """Whether the lot falls on this ticket now; the same question gets the same answer."""
    seed = work.context.vault.lookup(f"lot {what}", f"{work.ticket.number}|{work.ticket.version}")
    return int(seed[:8], 16) / 0x100000000 < share
