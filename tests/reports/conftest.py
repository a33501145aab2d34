"""The tickets' desk, for ledgers that the tests write through the public facade."""

from tests.tickets.conftest import desk

__all__ = ["desk"]
