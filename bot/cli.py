"""The command line: `python -m bot --help`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from bot.context import Context
from bot.directory.models import Organisation, Staff
from bot.directory.passwords import hash_password, random_password
from bot.directory.roles import STAFF_ROLES, Role
from bot.directory.seed import SeedError, read_seed, store_directory
from bot.directory.tokens import create_token
from bot.knowledge.seed import store_faq
from bot.settings import ROOT, Settings
from bot.storage import migrate as migrations
from nlu.vault import VaultError, create_keys

Result = TypeVar("Result")


@click.group()
def main() -> None:
    """The county's one door: run it, fill it, look after it."""


def in_context(work: Callable[[Context], Awaitable[Result]]) -> Result:
    """Run a piece of work with the context opened; known errors become one plain line."""
    settings = Settings()
    create_keys(settings.key_dir)

    async def run() -> Result:
        context = Context.open(settings)
        try:
            return await work(context)
        finally:
            await context.close()

    try:
        return asyncio.run(run())
    except (SeedError, VaultError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        raise click.ClickException(f"the database says: {str(error).splitlines()[0]}") from error


@main.command()
def run() -> None:
    """Serve residents, staff and partners until Ctrl-C."""
    from bot.runtime import serve

    try:
        serve.main(Settings())
    except (serve.PortTaken, SeedError, VaultError, OSError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""

    async def work(context: Context) -> None:
        await migrations.upgrade(context.db)

    in_context(work)


@main.command()
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


@main.group()
def staff() -> None:
    """People who sign in at the desk."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in STAFF_ROLES]), required=True)
@click.option("--org", default="ZX", show_default=True, help="Code of the organisation.")
@click.option("--grid", default=None, help="Code of the grid point, for station workers.")
def staff_add(login: str, name: str, role: str, org: str, grid: str | None) -> None:
    """Add a person and print the password made for him."""
    password = random_password()

    async def work(context: Context) -> None:
        async with context.db.write() as session:
            if await session.get(Organisation, org) is None:
                raise click.ClickException(f"there is no organisation {org}; `python -m bot seed` loads them")
            session.add(
                Staff(
                    login=login,
                    name=name,
                    role=role,
                    org=org,
                    grid=grid,
                    password_hash=hash_password(password),
                    created_at=context.clock(),
                )
            )

    in_context(work)
    click.echo(password)


@main.group()
def token() -> None:
    """Bearer tokens of the API."""


@token.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--org", default=None, help="Code of the organisation.")
@click.option("--name", default="token", show_default=True)
@click.option("--days", type=int, default=None, help="Days until it expires; without, it does not.")
def token_create(role: str, org: str | None, name: str, days: int | None) -> None:
    """Make a token and print it alone."""

    async def work(context: Context) -> str:
        async with context.db.write() as session:
            return await create_token(session, Role(role), org, name, context.clock(), days)

    click.echo(in_context(work))
