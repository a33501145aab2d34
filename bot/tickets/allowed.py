"""The buttons that a person may press on a ticket now, with what will happen."""

from bot.tickets import engine, notices
from bot.tickets import states as s
from bot.tickets.parties import is_any
from bot.tickets.transitions import TABLE, Transition
from bot.tickets.views import AllowedStep
from bot.tickets.work import Ask, Work


async def allowed_steps(work: Work) -> list[AllowedStep]:
    """Every row of the table that is this person's from here; disabled ones say why."""
    found: list[AllowedStep] = []
    for row in TABLE:
        if row.label is None:
            continue
        for org in _concerned(work, row):
            work.ask = Ask(org=org)
            if engine.source_of(work, row) in row.source and is_any(row.who, work, work.actor):
                found.extend(await _steps(work, row, org))
    work.ask = Ask()
    primary = next((index for index, one in enumerate(found) if one.primary and one.enabled), None)
    return [_only_primary(one, index == primary) for index, one in enumerate(found)]


def _concerned(work: Work, row: Transition) -> list[str | None]:
    """The organisations for which a row may stand: every helper for a reviewer, one's own for a helper."""
    if row.scope == "ticket":
        return [None]
    if row.name == "helper_added":
        return [None]
    if work.actor.org is not None and work.helper(work.actor.org) is not None and "helper" in row.who:
        return [work.actor.org]
    return [part.org for part in work.helpers]


async def _steps(work: Work, row: Transition, org: str | None) -> list[AllowedStep]:
    hidden = row.when is not None and not engine.applies(work, row)
    if hidden and row.name not in ("reassigned", "extension_refused"):
        return []
    words = await notices.words(work)
    reason = engine.obstacle(work, row) if row.name != "helper_added" or work.lead is None else None
    needs = row.needs
    if row.name in ("dispatched", "decided", "consulted", "resumed") and "org" not in needs:
        needs = (*needs, "org?")
    if row.name == "helper_added":
        needs = (*needs, "org")
    label = row.label or ""
    if org is not None and work.actor.org != org:
        label = f"{label}：{work.org_name(org)}"
    to = row.to
    if to == engine.BEFORE:
        to = work.memory.get("merged_from") or s.IN_REVIEW
    return [
        AllowedStep(
            name=row.name,
            to=to,
            label=label,
            consequence=row.consequence.format_map(words),
            enabled=reason is None,
            reason=reason,
            needs=needs,
            org=org,
            primary=row.primary,
        )
    ]


def _only_primary(step: AllowedStep, primary: bool) -> AllowedStep:
    return AllowedStep(**{**step.__dict__, "primary": primary})
