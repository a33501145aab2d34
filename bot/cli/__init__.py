"""The command line: `python -m bot --help`. One module a group of commands."""

import click

from bot.cli import (
    audit,
    care,
    database,
    deliveries,
    knowledge,
    people,
    report,
    retention,
    routing,
    run,
    talk,
    targets,
)

MODULES = (
    run,
    database,
    people,
    knowledge,
    talk,
    care,
    retention,
    deliveries,
    targets,
    routing,
    audit,
    report,
)


@click.group()
def main() -> None:
    """The county's one door: run it, fill it, look after it."""


for module in MODULES:
    for command in module.COMMANDS:
        main.add_command(command)
