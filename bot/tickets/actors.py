"""Who acts on a ticket."""

from dataclasses import dataclass
from typing import Literal

from bot.directory.roles import Role


@dataclass(frozen=True)
class Actor:
    """A person or program that acts.

    `id`: the conversation of a resident, `code:<number>` for one who came with number and retrieval code,
    the row's id for staff and tokens, empty for the system.
    """

    kind: Literal["resident", "staff", "token", "system"]
    id: str
    name: str
    role: Role | None = None
    org: str | None = None
    grid: str | None = None

    @property
    def key(self) -> str:
        """As it stands in events: `staff:7`, `token:3`, `resident`, `system`."""
        return f"{self.kind}:{self.id}" if self.kind in ("staff", "token") else self.kind


SYSTEM = Actor("system", "", "系统")
RULE = Actor("system", "rule", "派单规则")


def resident(conversation: str) -> Actor:
    """The resident who speaks in a conversation."""
    return Actor("resident", conversation, "居民")


def bearer_of_code(number: str) -> Actor:
    """A resident who showed the retrieval code of a ticket."""
    return Actor("resident", f"code:{number}", "居民")
