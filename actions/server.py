"""The action server: rasa-sdk's executor behind one aiohttp handler that demands a secret."""

import hmac
import logging

from aiohttp import web
from rasa_sdk.executor import ActionExecutor

from actions.registry import actions
from bot.context import Context

LARGEST_BODY = 4 * 1024 * 1024
_log = logging.getLogger(__name__)


def make_actions_app(context: Context, secret: str) -> web.Application:
    """The application that Rasa calls on the actions port; `secret` is the value of X-Actions-Secret."""
    executor = ActionExecutor()
    for action in actions(context):
        executor.register_action(action)
    expected = secret.encode()

    async def webhook(request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get("X-Actions-Secret", "").encode(), expected):
            raise web.HTTPUnauthorized
        call = await request.json()
        if call.get("next_action") not in executor.actions:
            return web.json_response(
                {"error": "unknown action", "action_name": call.get("next_action")}, status=404
            )
        call.setdefault("domain", {})
        result = await executor.run(call)
        return web.json_response(result.model_dump() if result else {"events": [], "responses": []})

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_post("/webhook", webhook)
    app.router.add_get("/health", health)
    return app
