"""OpenAPI 3.1, made from the table of routes."""

from typing import TYPE_CHECKING, Any

from bot.tickets.states import ASSIGNMENT_NAMES, RATINGS, STATE_NAMES

if TYPE_CHECKING:
    from bot.api.routes import Route

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
ERRORS = {
    401: "没有令牌，或令牌不对",
    403: "这个身份不能做",
    404: "没有，或看不到",
    409: "现在没有这一步",
    412: "已经变了",
    413: "太大",
    415: "不是 JSON",
    422: "缺内容或内容不对",
    428: "要带 If-Match",
    429: "太多次",
}


def document(routes: "tuple[Route, ...]") -> dict[str, Any]:
    """The whole document."""
    schemas = dict(SCHEMAS)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = _operation(route, schemas)
        paths.setdefault("/api/v1" + route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "群团服务 API",
            "version": "1",
            "description": f"工单、进度与评价。评价是 {'、'.join(RATINGS)} 之一。",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: "Route", schemas: dict[str, Any]) -> dict[str, Any]:
    path = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in path]
    parameters += [
        {"name": p.name, "in": p.where, "required": p.required, "schema": p.schema, "description": p.says}
        for p in route.parameters
    ]
    made: dict[str, Any] = {
        "summary": route.says,
        "operationId": route.handler.__name__,
        "parameters": parameters,
        "responses": {str(status): _answer(schema) for status, schema in route.answers.items()},
        "security": [{"bearer": []}] if route.token else [],
    }
    for status in _errors(route):
        made["responses"][str(status)] = {
            "description": ERRORS[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if route.multipart:
        file = {"type": "object", "properties": {"file": {"type": "string", "contentMediaType": "image/*"}}}
        made["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": file}}}
    if route.body is not None:
        name = route.body.__name__
        schema = route.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
        made["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        }
    return made


def _answer(schema: str) -> dict[str, Any]:
    if not schema:
        return {"description": "没有变"}
    if schema == "image":
        return {"description": "图片", "content": {"image/jpeg": {}}}
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    if schema == "Scorecard":
        content[XLSX] = {}
    return {"description": "好", "content": content}


def _errors(route: "Route") -> list[int]:
    found = [422]
    found += [401, 403] if route.token or "callbacks" in route.path else [429]
    if "{number}" in route.path:
        found.append(404)
    if route.method == "POST":
        found += [409, 413, 415]
    if any(p.name == "If-Match" for p in route.parameters):
        found += [412, 428]
    return sorted(set(found))
