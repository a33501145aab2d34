"""Who is who on a ticket: the names that the state table uses for those who may take a step."""

from collections.abc import Callable

from bot.directory.catalogue import CENTRE
from bot.directory.roles import Role
from bot.tickets.actors import Actor
from bot.tickets.routing import within
from bot.tickets.states import HELPER, LEAD
from bot.tickets.work import Work

REVIEWERS = (Role.REVIEWER, Role.ADMINISTRATOR)
HANDLERS = (Role.ORGANISATION, Role.STATION)


def is_own(work: Work, actor: Actor) -> bool:
    """The resident of this ticket, over his own conversation."""
    return (
        actor.kind == "resident"
        and work.ticket.conversation is not None
        and actor.id == work.ticket.conversation
    )


def is_resident(work: Work, actor: Actor) -> bool:
    """The resident, over his conversation or with the retrieval code."""
    return is_own(work, actor) or (actor.kind == "resident" and actor.id == f"code:{work.ticket.number}")


def is_reviewer(_work: Work, actor: Actor) -> bool:
    """A reviewer of the centre, or an administrator."""
    return actor.role in REVIEWERS


def is_lead(work: Work, actor: Actor) -> bool:
    """A handler of the lead organisation."""
    return actor.role is Role.ORGANISATION and any(
        a.org == actor.org and a.role == LEAD for a in work.assignments if a.state != "cancelled"
    )


def is_helper(work: Work, actor: Actor) -> bool:
    """A handler of the helping organisation that the step concerns (its own, when none is named)."""
    concerned = work.ask.org or actor.org
    return (
        actor.role is Role.ORGANISATION
        and actor.org == concerned
        and any(a.org == actor.org and a.role == HELPER for a in work.assignments if a.state != "cancelled")
    )


def is_closer(work: Work, actor: Actor) -> bool:
    """Who may judge a result: never who dispatched; for the centre's own tickets someone from outside it."""
    if actor.role not in (*REVIEWERS, Role.CONVENOR) or actor.key == work.ticket.dispatched_by:
        return False
    if not work.by_centre():
        return True
    return actor.org not in (CENTRE, None) or (actor.role is Role.CONVENOR and actor.org is None)


def is_second_reader(work: Work, actor: Actor) -> bool:
    """A second person who reads a refusal: not who wrote it."""
    return actor.role in (*REVIEWERS, Role.CONVENOR) and actor.key != work.memory.get("refused_by")


def is_caller(_work: Work, actor: Actor) -> bool:
    """Someone of the centre who calls back: never a handling organisation."""
    return actor.role in REVIEWERS and actor.org in (CENTRE, None)


def is_head(_work: Work, actor: Actor) -> bool:
    """The head of the centre (its administrator), or the convenor."""
    return actor.role in (Role.ADMINISTRATOR, Role.CONVENOR)


def is_convenor(_work: Work, actor: Actor) -> bool:
    """The convenor of the joint meeting."""
    return actor.role is Role.CONVENOR


def is_station(work: Work, actor: Actor) -> bool:
    """A worker of a station or village point, for what lies in its part of the grid."""
    return (
        actor.role is Role.STATION
        and not work.high_privacy
        and (actor.grid is None or within(work.county, work.ticket.grid, actor.grid))
    )


def is_system(_work: Work, actor: Actor) -> bool:
    """A timer or a rule."""
    return actor.kind == "system"


PARTIES: dict[str, Callable[[Work, Actor], bool]] = {
    "own resident": is_own,
    "resident": is_resident,
    "reviewer": is_reviewer,
    "lead": is_lead,
    "helper": is_helper,
    "closer": is_closer,
    "second reader": is_second_reader,
    "caller": is_caller,
    "head": is_head,
    "convenor": is_convenor,
    "station": is_station,
    "system": is_system,
}

PARTY_NAMES = {
    "own resident": "居民本人（自己的渠道）",
    "resident": "居民",
    "reviewer": "审核员",
    "lead": "主办单位",
    "helper": "协办单位",
    "closer": "派单人以外的审结人",
    "second reader": "第二名审核员",
    "caller": "中心回访员",
    "head": "中心负责人",
    "convenor": "召集人",
    "station": "站点工作人员",
    "system": "规则或计时",
}


def is_any(names: tuple[str, ...], work: Work, actor: Actor) -> bool:
    """Whether an actor is one of the named parties."""
    return any(PARTIES[name](work, actor) for name in names)
