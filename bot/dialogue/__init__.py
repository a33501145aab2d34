"""The dialogue: lines up what residents say, asks Rasa once, keeps what was said."""

from bot.dialogue.dialogue import Dialogue, Incoming, Taken
from bot.dialogue.rasa import Rasa, RasaDown

__all__ = ["Dialogue", "Incoming", "Rasa", "RasaDown", "Taken"]
