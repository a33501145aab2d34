"""Sentence encoder, published index and matcher."""
