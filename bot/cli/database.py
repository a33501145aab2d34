"""Schema and contents of the database."""

from pathlib import Path

import click

from bot.cli.opening import in_context
from bot.context import Context
from bot.directory.seed import read_seed, store_directory
from bot.knowledge.seed import store_faq
from bot.settings import ROOT
from bot.storage import migrate as migrations


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""

    async def work(context: Context) -> None:
        await migrations.upgrade(context.db)

    in_context(work)


@click.command()
@click.option("--from", "folder", type=click.Path(path_type=Path), default=ROOT / "data" / "seed")
def seed(folder: Path) -> None:
    """Load the county's files; again and again does no harm."""

    async def work(context: Context) -> None:
        rows = read_seed(folder)
        async with context.db.write() as session:
            await store_directory(session, rows)
            published = await store_faq(session, rows, context.clock())
        click.echo(
            f"{rows.county}: {len(rows.organisations)} organisations, {len(rows.points)} grid points, "
            f"{len(rows.services)} services, {len(rows.faq)} questions ({published} published now)"
        )

    in_context(work)


COMMANDS = (migrate, seed)
