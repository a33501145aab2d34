"""The knowledge base: entries in and out as files, publishing."""

import sys
from collections import Counter
from pathlib import Path

import click

from bot.cli.opening import in_context
from bot.context import Context
from bot.knowledge import entries
from bot.knowledge.entries import Editor, KnowledgeError
from bot.knowledge.exchange import FileError, Outcome, export_rows, import_rows, read_rows, write_rows
from bot.knowledge.publish import refresh_index

EDITOR = click.option("--as", "editor", default="导入", show_default=True, help="Who stands as the author.")


@click.group()
def faq() -> None:
    """Questions and answers."""


@faq.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="Publish at once; without, drafts are made.")
@EDITOR
def faq_import(file: Path, publish: bool, editor: str) -> None:
    """Take entries from a file in the form of data/seed/faq.yml; says what became of each.

    Ends with status 1 where an entry was refused; the others are taken.
    """
    try:
        rows = read_rows(file.read_text("utf-8"))
    except (FileError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {error}") from error

    async def work(context: Context) -> list[Outcome]:
        async with context.db.write() as session:
            outcomes = await import_rows(
                session, rows, Editor(editor, "ZX"), context.clock(), publish=publish
            )
        if any(outcome.published or outcome.phrasings for outcome in outcomes):
            await refresh_index(context)
        return outcomes

    outcomes = in_context(work)
    for outcome in outcomes:
        click.echo(f"{file}:{outcome.line}: {outcome.id}: {_told(outcome)}")
    counts = Counter(outcome.kind for outcome in outcomes)
    total = ", ".join(f"{counts[kind]} {kind}" for kind in ("new", "changed", "same", "refused"))
    click.echo(f"{total}; {sum(outcome.published for outcome in outcomes)} published")
    if counts["refused"]:
        sys.exit(1)


def _told(outcome: Outcome) -> str:
    parts = [f"{outcome.kind} ({outcome.detail})" if outcome.detail else outcome.kind]
    if outcome.phrasings:
        parts.append(f"{outcome.phrasings} ways of asking added")
    if outcome.published:
        parts.append("published")
    return ", ".join(parts)


@faq.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--drafts", is_flag=True, help="The newest version of each entry, published or not.")
def faq_export(file: Path, drafts: bool) -> None:
    """Write the published entries to a file (`-`: to the terminal)."""

    async def work(context: Context) -> str:
        async with context.db.read() as session:
            return write_rows(await export_rows(session, drafts=drafts))

    text = in_context(work)
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        file.write_text(text, "utf-8")


@faq.command("publish")
@click.argument("entry", metavar="ID")
@EDITOR
def faq_publish(entry: str, editor: str) -> None:
    """Publish the draft of an entry; residents get it within two seconds."""

    async def work(context: Context) -> int:
        try:
            async with context.db.write() as session:
                version = await entries.publish(session, entry, Editor(editor, "ZX"), context.clock())
        except KnowledgeError as error:
            field = f"{error.field}: " if error.field else ""
            raise click.ClickException(f"{entry}: {field}{error}") from error
        await refresh_index(context)
        return version.number

    click.echo(f"{entry}: version {in_context(work)} is published")


COMMANDS = (faq,)
