from tests.channels.conftest import clock, dialogue, rasa

__all__ = ["clock", "dialogue", "rasa"]
