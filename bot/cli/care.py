"""Looking after an installation."""

import click

COMMANDS: tuple[click.Command, ...] = ()
