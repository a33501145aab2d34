"""JSON Schemas of what the API answers."""

from typing import Any

from bot.tickets.states import ASSIGNMENT_NAMES, STATE_NAMES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT: dict[str, Any] = {"type": "string"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
STATE: dict[str, Any] = {"type": "string", "enum": list(STATE_NAMES)}


def maybe(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def record(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object whose properties are all there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def many(schema: dict[str, Any]) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": schema}


NAMED = record(code=TEXT, name=TEXT)
TICKET = record(
    number={"type": "string", "pattern": "^QT-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$"},
    state=STATE,
    urgent={"type": "boolean"},
    service=TEXT,
    lead=NAMED,
    helpers=many(NAMED),
    grid=maybe(TEXT),
    fields={"type": "object"},
    assignments=many(
        record(
            org=TEXT,
            role={"type": "string", "enum": ["lead", "helper"]},
            state={"type": "string", "enum": list(ASSIGNMENT_NAMES)},
            due=maybe(MOMENT),
        )
    ),
    events=many(record(at=MOMENT, actor=TEXT, type=TEXT, note=maybe(TEXT))),
    channel=TEXT,
    created_at=MOMENT,
    due=maybe(MOMENT),
)
NUMBER: dict[str, Any] = {"type": "number"}
TALLY = record(
    numerator=NUMBER,
    denominator={"type": "integer"},
    inferred={"type": "integer"},
    tickets=record(counted=many(TEXT), half=many(TEXT), **{"not": many(TEXT)}),
    excluded=many(record(reason=TEXT, name=TEXT, count={"type": "integer"}, tickets=many(TEXT))),
)
FIGURE = record(
    rate=maybe(NUMBER),
    interval=maybe(many(NUMBER)),
    basis={"type": "string", "enum": ["period", "year"]},
    few={"type": "boolean"},
    adjusted=maybe(NUMBER),
    band=maybe({"type": "integer"}),
    period=TALLY,
    year=maybe(TALLY),
)
LINE = record(key=TEXT, name=TEXT, figures={"type": "object", "additionalProperties": FIGURE})
SCORECARD = record(
    **{"from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"}},
    as_of=MOMENT,
    by=TEXT,
    definitions=many(
        record(
            measure=TEXT,
            name=TEXT,
            formula=TEXT,
            moment=TEXT,
            excluded=TEXT,
            higher_is_better={"type": "boolean"},
        )
    ),
    notes=many(TEXT),
    county=LINE,
    rows=many(LINE),
)
EVENT = record(
    id={"type": "integer"},
    ticket=TEXT,
    version={"type": "integer"},
    at=MOMENT,
    actor=TEXT,
    org=maybe(TEXT),
    type=TEXT,
    **{"from": maybe(TEXT)},
    to=maybe(TEXT),
    note=maybe(TEXT),
    service=TEXT,
    lead=TEXT,
    grid=maybe(TEXT),
    urgent={"type": "boolean"},
)
SUBSCRIPTION = record(
    id={"type": "integer"},
    url=TEXT,
    types=many(TEXT),
    allow_private={"type": "boolean"},
    created_at=MOMENT,
)
DELIVERY = record(
    id={"type": "integer"},
    ticket=TEXT,
    kind=TEXT,
    target=maybe(TEXT),
    org=maybe(TEXT),
    state={"type": "string", "enum": ["waiting", "delivered", "failed"]},
    attempts={"type": "integer"},
    created_at=MOMENT,
    next_at=MOMENT,
    error=maybe(TEXT),
)
TARGET = record(
    id={"type": "integer"},
    org=TEXT,
    kind={"type": "string", "enum": ["email", "webhook", "telegram", "open311"]},
    address=TEXT,
    active={"type": "boolean"},
    circuit={"type": "string", "enum": ["closed", "open", "half_open"]},
    failures={"type": "integer"},
    until=maybe(MOMENT),
    error=maybe(TEXT),
)
FAQ_VERSION = record(
    group=TEXT,
    question=TEXT,
    short=maybe(TEXT),
    answer=TEXT,
    source=TEXT,
    handler=TEXT,
    scope=TEXT,
    confirmed={"type": "boolean"},
    service=maybe(TEXT),
    figures={"type": "object", "additionalProperties": maybe(TEXT)},
    valid_until=maybe({"type": "string", "format": "date"}),
    number={"type": "integer"},
    state={"type": "string", "enum": ["draft", "in_review", "scheduled", "published"]},
    author=TEXT,
    created_at=MOMENT,
    published_at=maybe(MOMENT),
    published_by=maybe(TEXT),
)
FAQ_SCHEMAS: dict[str, dict[str, Any]] = {
    "FaqList": record(
        items=many(
            record(
                id=TEXT,
                org=TEXT,
                question=TEXT,
                state=TEXT,
                published=maybe({"type": "integer"}),
                version={"type": "integer"},
            )
        ),
        next_cursor=maybe(TEXT),
    ),
    "FaqEntry": record(
        id=TEXT,
        org=TEXT,
        published=maybe(FAQ_VERSION),
        draft=maybe(FAQ_VERSION),
        phrasings=many(record(text=TEXT, state={"type": "string", "enum": ["live", "adding", "removing"]})),
        replay=maybe(record(fresh={"type": "boolean"}, worse=many(TEXT))),
    ),
    "FaqVersions": record(items=many(FAQ_VERSION)),
    "Gaps": record(
        items=many(
            record(
                id={"type": "integer"},
                at=MOMENT,
                text=TEXT,
                kind=TEXT,
                nearest=many(record(id=TEXT, score=NUMBER)),
            )
        ),
        next_cursor=maybe(TEXT),
    ),
    "Gap": record(id={"type": "integer"}, state=TEXT, entry=maybe(TEXT)),
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "Ticket": TICKET,
    "FiledTicket": record(**TICKET["properties"], retrieval_code=TEXT),
    "Page": record(items=many(TICKET), next_cursor=maybe(TEXT), total={"type": "integer"}),
    "Steps": record(
        items=many(
            record(
                to=maybe(TEXT),
                name=TEXT,
                label=TEXT,
                consequence=TEXT,
                enabled={"type": "boolean"},
                reason=maybe(TEXT),
                needs=many(TEXT),
                org=maybe(TEXT),
            )
        )
    ),
    "Progress": record(
        number=TEXT,
        service=TEXT,
        state=STATE,
        state_name=TEXT,
        headline=TEXT,
        explanation=TEXT,
        steps=many(
            record(
                title=TEXT,
                at=maybe(MOMENT),
                status={"type": "string", "enum": ["done", "now", "todo"]},
                detail=maybe(TEXT),
            )
        ),
        messages=many(record(at=MOMENT, author=TEXT, text=TEXT)),
        result=maybe(TEXT),
        can_rate={"type": "boolean"},
        can_withdraw={"type": "boolean"},
        can_supplement={"type": "boolean"},
        rate_until=maybe(MOMENT),
    ),
    "FileId": record(id={"type": "integer"}),
    "Files": record(
        items=many(
            record(
                id={"type": "integer"}, name=TEXT, media_type=TEXT, size={"type": "integer"}, added_at=MOMENT
            )
        )
    ),
    "Scorecard": SCORECARD,
    "Inspection": record(
        items=many(
            record(
                list=TEXT,
                name=TEXT,
                rule=TEXT,
                findings=many(record(tickets=many(TEXT), at=MOMENT, who=TEXT, what=TEXT)),
            )
        )
    ),
    **FAQ_SCHEMAS,
    "Duplicates": record(
        items=many(
            record(number=TEXT, state=STATE, created_at=MOMENT, older={"type": "boolean"}, reasons=many(TEXT))
        )
    ),
    "Proposal": record(items=many(record(org=NAMED, service=maybe(TEXT), score=NUMBER, reasons=many(TEXT)))),
    "Delivery": DELIVERY,
    "Deliveries": record(items=many(DELIVERY), next_cursor=maybe(TEXT)),
    "Targets": record(items=many(TARGET)),
    "Events": record(items=many(EVENT), next_cursor=TEXT),
    "Subscriptions": record(items=many(SUBSCRIPTION), next_cursor=maybe(TEXT)),
    "NewSubscription": record(**SUBSCRIPTION["properties"], secret=TEXT),
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "code": TEXT,
            "field": TEXT,
        },
        "required": ["type", "title", "status", "detail"],
    },
}
