"""Measures the understanding on the set-aside data and writes docs/understanding.md."""
