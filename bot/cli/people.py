"""Who may come in: staff and tokens."""

import click

from bot.cli.opening import in_context
from bot.context import Context
from bot.directory.models import Organisation, Staff
from bot.directory.passwords import hash_password, random_password
from bot.directory.roles import STAFF_ROLES, Role
from bot.directory.tokens import create_token, revoke_tokens


@click.group()
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


@click.group()
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


@token.command("revoke")
@click.argument("name")
def token_revoke(name: str) -> None:
    """Revoke the tokens of a name, from now on."""

    async def work(context: Context) -> int:
        async with context.db.write() as session:
            return await revoke_tokens(session, name, context.clock())

    click.echo(f"{in_context(work)} revoked")


COMMANDS = (staff, token)
