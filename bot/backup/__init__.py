"""Backup of a running installation, and restore into an empty one; the keys stay apart."""
