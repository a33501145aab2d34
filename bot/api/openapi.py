"""OpenAPI 3.1, made from the table of routes."""

from typing import TYPE_CHECKING, Any

from bot.api.schemas import SCHEMAS, TEXT, XLSX
from bot.tickets.states import RATINGS

if TYPE_CHECKING:
    from bot.api.routes import Route

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
        return {"description": "没有内容"}
    if schema == "image":
        return {"description": "图片", "content": {"image/jpeg": {}}}
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    if schema == "Scorecard":
        content[XLSX] = {}
    if schema == "Events":
        content["text/event-stream"] = {}
    return {"description": "好", "content": content}


def _errors(route: "Route") -> list[int]:
    found = [422]
    found += [401, 403] if route.token or "callbacks" in route.path else [429]
    if route.path == "/events":
        found.append(429)
    if "{" in route.path:
        found.append(404)
    if route.method in ("POST", "PUT"):
        found += [409, 413, 415]
    if any(p.name == "If-Match" for p in route.parameters):
        found += [412, 428]
    return sorted(set(found))
