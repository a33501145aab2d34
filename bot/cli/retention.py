"""Terms of keeping, and what a person may ask for."""

import json
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.cli.opening import in_context
from bot.context import Context
from bot.directory.models import Setting
from bot.retention import rights
from bot.retention.job import LAST, remove_outlived
from bot.retention.terms import TermsError, read_terms
from bot.tickets.actors import Actor

Result = TypeVar("Result")
OPERATOR = Actor("system", "cli", "管理员（命令行）")
"""Who stands in the events and in the access log."""
WHOSE = (
    click.option("--conversation", metavar="ID", help="The conversation's id."),
    click.option("--ticket", metavar="NUMBER", help="A ticket's number; its conversation goes with it."),
)


@click.group()
def retention() -> None:
    """How long what is kept."""


@retention.command("run")
def retention_run() -> None:
    """Remove now what has outlived its term; the running bot does it every night."""

    async def work(context: Context) -> dict[str, int]:
        return await _plainly(remove_outlived(context))

    for kind, count in in_context(work).items():
        click.echo(f"{kind}: {count}")


@retention.command("show")
def retention_show() -> None:
    """The terms in days, and what the last run removed."""

    async def work(context: Context) -> None:
        try:
            terms = read_terms(context.settings)
        except TermsError as error:
            raise click.ClickException(str(error)) from error
        async with context.db.read() as session:
            last = await session.get(Setting, LAST)
        counts = last.value["counts"] if last else {}
        for kind, days in terms.items():
            click.echo(f"{kind:18}{days:6} days   last removed {counts.get(kind, 0)}")
        click.echo(f"last run: {last.value['at'] if last else 'never'}")

    in_context(work)


@click.group()
def person() -> None:
    """What a resident may ask for: a copy of what is kept of him, and its removal."""


def _whose(command: Any) -> Any:
    for option in WHOSE:
        command = option(command)
    return command


@person.command("export")
@_whose
@click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path), help="Else to the terminal.")
def person_export(conversation: str | None, ticket: str | None, file: Path | None) -> None:
    """Everything that is kept of a person, as JSON; the access log notes it."""

    async def work(context: Context) -> dict[str, Any]:
        found = await _plainly(_conversation(context, conversation, ticket))
        if found is not None:
            return await _plainly(rights.export_conversation(context, found, OPERATOR))
        return await _plainly(rights.export_ticket(context, str(ticket), OPERATOR))

    text = json.dumps(in_context(work), ensure_ascii=False, indent=2)
    if file is None:
        click.echo(text)
        return
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(text + "\n", "utf-8")


@person.command("erase")
@_whose
@click.option("--yes", is_flag=True, help="Do not ask again.")
def person_erase(conversation: str | None, ticket: str | None, yes: bool) -> None:
    """Remove what is kept of a person; refused, with the reason, while a ticket is open.

    State, service, place, dates and rating of his tickets stay for the figures.
    """
    if not yes:
        click.confirm("This cannot be undone. Remove it?", abort=True)

    async def work(context: Context) -> dict[str, int]:
        found = await _plainly(_conversation(context, conversation, ticket))
        if found is not None:
            return await _plainly(rights.erase_person(context, found, OPERATOR))
        return await _plainly(rights.erase_ticket(context, str(ticket), OPERATOR))

    for kind, count in in_context(work).items():
        click.echo(f"{kind}: {count}")


async def _conversation(context: Context, conversation: str | None, ticket: str | None) -> str | None:
    if (conversation is None) == (ticket is None):
        raise click.UsageError("give --conversation or --ticket")
    return conversation if ticket is None else await rights.conversation_of(context, ticket)


async def _plainly(work: Awaitable[Result]) -> Result:
    """The result of a piece of work; its own errors become one plain line."""
    try:
        return await work
    except (TermsError, rights.NotKept) as error:
        raise click.ClickException(str(error)) from error
    except rights.Refused as error:
        raise click.ClickException("\n".join(["refused:", *error.reasons])) from error


COMMANDS = (retention, person)
