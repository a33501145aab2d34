"""The knowledge base and the assistant, from the terminal."""

import click

COMMANDS: tuple[click.Command, ...] = ()
