"""Facts in residents' messages that code can check: numbers, dates, amounts, places, names.

Plain Python for both environments. `extract` finds them; `match_choice` maps a free answer to a
catalogue's choice.
"""

from nlu.entities.choice import match_choice
from nlu.entities.gazetteer import Gazetteer
from nlu.entities.model import Entity
from nlu.entities.pipeline import extract

__all__ = ["Entity", "Gazetteer", "extract", "match_choice"]
