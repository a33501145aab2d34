"""Who may see which figures: one table for desk, API and exports."""

from bot.directory.roles import Role
from bot.tickets.actors import Actor
from bot.tickets.errors import Forbidden

SEE_ALL = frozenset({Role.ADMINISTRATOR, Role.REVIEWER, Role.CONVENOR, Role.AUDITOR})
SEE_OWN = frozenset({Role.ORGANISATION})
INSPECT = frozenset({Role.AUDITOR})


def own_of(actor: Actor) -> str | None:
    """None for who sees all figures, the code of the organisation that sees its own; else Forbidden."""
    if actor.role in SEE_ALL:
        return None
    if actor.role in SEE_OWN and actor.org is not None:
        return actor.org
    raise Forbidden("这个身份看不到评价")


def may_inspect(actor: Actor) -> bool:
    """Whether an actor reads the inspector's lists: nobody whom they may concern."""
    return actor.role in INSPECT
