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
    run,
    talk,
    targets,
)


@click.group()
def main() -> None:
    """The county's one door: run it, fill it, look after it."""


for module in (run, database, people, knowledge, talk, care, retention, deliveries, targets, audit, report):
    for command in module.COMMANDS:
        main.add_command(command)
