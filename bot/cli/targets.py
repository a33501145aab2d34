"""Where organisations want their hand-overs beside the desk: e-mail and webhooks."""

import secrets

import click
from sqlalchemy import select
from yarl import URL

from bot.cli.opening import in_context
from bot.context import Context
from bot.directory.models import DeliveryTarget, Organisation
from bot.tickets.delivery.targets import secret_context

KINDS = ("email", "webhook")


@click.group()
def targets() -> None:
    """Addresses to which tickets are handed over."""


@targets.command("add")
@click.argument("org")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("address")
@click.option("--allow-private", is_flag=True, help="The webhook lies inside the county's own network.")
def targets_add(org: str, kind: str, address: str, allow_private: bool) -> None:
    """Add an address of ORG (a code such as CL); of a webhook, print the secret that signs it."""
    _check(kind, address)
    secret = secrets.token_urlsafe(32) if kind == "webhook" else None

    async def work(context: Context) -> int:
        row = DeliveryTarget(org=org, kind=kind, address=address, allow_private=allow_private)
        row.secret = context.vault.seal(secret, secret_context(row)) if secret else None
        async with context.db.write() as session:
            if await session.get(Organisation, org) is None:
                raise click.ClickException(f"there is no organisation {org}; `python -m bot seed` loads them")
            session.add(row)
        return row.id

    number = in_context(work)
    click.echo(f"{number}\t{secret}" if secret else str(number))


def _check(kind: str, address: str) -> None:
    url = URL(address)
    if kind == "webhook" and (url.scheme not in ("http", "https") or not url.host or url.user):
        raise click.ClickException(f"{address} is no http(s) address without a sign-in in it")
    name, _, host = address.partition("@")
    if kind == "email" and (not name or "." not in host or any(ch.isspace() for ch in address)):
        raise click.ClickException(f"{address} is no e-mail address")


@targets.command("list")
def targets_list() -> None:
    """List them: id, organisation, kind, address, whether it is on."""

    async def work(context: Context) -> list[DeliveryTarget]:
        async with context.db.read() as session:
            return list(await session.scalars(select(DeliveryTarget).order_by(DeliveryTarget.id)))

    for row in in_context(work):
        click.echo(f"{row.id}\t{row.org}\t{row.kind}\t{row.address}\t{'on' if row.active else 'off'}")


@targets.command("off")
@click.argument("number", type=int)
def targets_off(number: int) -> None:
    """Switch one off: what waits for it stands among the failed deliveries."""

    async def work(context: Context) -> None:
        async with context.db.write() as session:
            row = await session.get(DeliveryTarget, number)
            if row is None:
                raise click.ClickException(f"there is no target {number}")
            row.active = False

    in_context(work)
    click.echo(f"{number}: off")


COMMANDS = (targets,)
