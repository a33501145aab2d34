"""Benchmarks: figures as ratios against a named alternative in the same run; never a timed test."""
