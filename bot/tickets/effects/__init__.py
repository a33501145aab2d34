"""What else a step does; the names are those of the state table."""

from bot.tickets.effects import decisions, dispatch, handling, helpers, pauses, rating, record, review
from bot.tickets.effects.registry import EFFECTS

__all__ = ["EFFECTS", "decisions", "dispatch", "handling", "helpers", "pauses", "rating", "record", "review"]
