"""What reviewers made of proposals, as material to learn from."""

import json
from pathlib import Path

import click

from bot.cli.opening import in_context
from bot.context import Context
from bot.tickets.proposing.proposals import lessons


@click.group()
def routing() -> None:
    """Proposals of who leads a free complaint."""


@routing.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def routing_export(file: Path) -> None:
    """Write what was proposed and decided to FILE, a line of JSON each, without names and numbers."""

    async def work(context: Context) -> tuple[int, int]:
        count = changed = 0
        with file.open("w", encoding="utf-8") as out:
            async for one in lessons(context):
                out.write(json.dumps(one, ensure_ascii=False) + "\n")
                count, changed = count + 1, changed + one["changed"]
        return count, changed

    count, changed = in_context(work)
    click.echo(f"{count} decisions, {changed} of them other than proposed")


COMMANDS = (routing,)
