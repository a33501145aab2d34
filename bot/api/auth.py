"""Bearer tokens: who a request acts as."""

from aiohttp import web

from bot.api.keys import CONTEXT
from bot.api.problems import Refused
from bot.directory.roles import Role
from bot.directory.tokens import find_token
from bot.tickets.actors import Actor

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="county"'}


async def actor_of(request: web.Request) -> Actor:
    """The actor behind the token; Refused 401 when there is none, or it does not count any more."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused(401, "需要令牌：Authorization: Bearer …", CHALLENGE)
    context = request.app[CONTEXT]
    async with context.db.read() as session:
        row = await find_token(session, token.strip(), context.clock())
    if row is None:
        raise Refused(401, "令牌不对，或者已经过期、停用。", CHALLENGE)
    return Actor("token", str(row.id), row.name, Role(row.role), row.org)


def source(request: web.Request) -> str:
    """The address that a request comes from."""
    if request.app[CONTEXT].settings.behind_proxy:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        if forwarded:
            return forwarded
    return request.remote or "unknown"
