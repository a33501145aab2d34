"""Every action by its name: one table from intent to handler."""

from __future__ import annotations

from actions import changes, complaints, emergency, faq, matters, people, services, smalltalk
from actions.base import Handler, TurnAction
from actions.flow import in_order
from actions.intake.form import turn_in_form
from actions.press import press
from bot.context import Context

HANDLERS: dict[str, Handler] = {
    "ask_faq": faq.answer,
    "request_service": services.request,
    "check_ticket": matters.check,
    "supplement_ticket": changes.supplement,
    "rate_ticket": changes.rate,
    "withdraw_ticket": changes.withdraw,
    "complain": complaints.complain,
    "human_handoff": people.human,
    "greet": smalltalk.greet,
    "goodbye": smalltalk.goodbye,
    "thanks": smalltalk.thanks,
    "affirm": smalltalk.affirm,
    "deny": smalltalk.deny,
    "cancel": smalltalk.cancel,
    "correct": smalltalk.correct,
    "chitchat": smalltalk.chitchat,
    "out_of_scope": smalltalk.out_of_scope,
    "emergency": emergency.open_for,
    "help": smalltalk.help_,
    "skip": smalltalk.skip,
    "inform": smalltalk.inform,
    "press": press,
}


def handler_of(intent: str) -> Handler | None:
    """The handler of an intent, for buttons that stand for one."""
    return HANDLERS.get(intent) if intent not in ("press", "emergency") else None


def actions(context: Context) -> list[TurnAction]:
    """All actions over one context."""
    made = [
        TurnAction(f"action_{intent}", context, in_order(handler)) for intent, handler in HANDLERS.items()
    ]
    made.append(TurnAction("action_default_fallback", context, in_order(smalltalk.out_of_scope)))
    made.append(TurnAction("validate_intake_form", context, turn_in_form))
    return made
