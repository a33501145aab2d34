"""Two repairs of Rasa 3.6.21, applied once when the input channel is loaded.

It re-checks the schema of an action's response, itself, on every call (about 70 % of a turn's time), and
when an action or a policy fails it logs the tracker with all that the resident wrote.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog
from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction

_TALKATIVE = (
    "rasa.core.processor",
    "rasa.core.actions.action",
    "rasa.core.actions.forms",
    "rasa.core.channels.channel",
    "rasa.core.channels.rest",
    "rasa.engine.graph",
    "rasa.shared.core.trackers",
    "rasa.shared.core.training_data",
)
_PERSONAL_KEYS = frozenset(
    {
        "text",
        "tracker",
        "tracker_latest_message",
        "slot_candidates",
        "prefilled_slots",
        "rasa_events",
        "message",
        "events",
    }
)
_applied = False


def apply() -> None:
    """Apply both repairs; a second call does nothing."""
    global _applied
    if _applied:
        return
    _applied = True
    _compile_response_schema()
    _keep_personal_data_out_of_logs()


def _compile_response_schema() -> None:
    validator = Draft7Validator(RemoteAction.action_response_format_spec())

    def _validate_action_result(_self: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = _validate_action_result  # type: ignore[method-assign]


def _keep_personal_data_out_of_logs() -> None:
    """Raise the level of loggers that print messages, and drop such values from structured events."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_without_trace)
    processors = structlog.get_config()["processors"]
    structlog.configure(processors=[_without_personal_keys, *processors])


def _without_trace(record: logging.LogRecord) -> bool:
    """Keep the kind of an error and where it arose; its text and traceback may quote the resident."""
    if record.exc_info:
        kind = (
            record.exc_info[0].__name__
            if isinstance(record.exc_info, tuple) and record.exc_info[0]
            else "error"
        )
        record.msg, record.args = f"{record.funcName} failed: {kind}", ()
        record.exc_info = record.exc_text = None
    return record.levelno >= logging.WARNING


def _without_personal_keys(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    cleaned = {key: value for key, value in event.items() if key not in _PERSONAL_KEYS}
    error = cleaned.pop("exc_info", None)
    if error:
        import sys

        kind = sys.exc_info()[0] if error is True else type(error)
        cleaned["error"] = getattr(kind, "__name__", str(kind))
    return cleaned
