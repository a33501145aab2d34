"""The client with tokens of every role, for all tests of the API."""

from tests.api.test_tickets import api as api
