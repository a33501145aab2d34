"""Where organisations want their hand-overs beside the desk: e-mail, webhooks, Telegram groups, Open311."""

import secrets

import click
from sqlalchemy import select

from bot.cli.opening import in_context
from bot.clock import local
from bot.context import Context
from bot.directory.models import DeliveryTarget, Organisation
from bot.tickets.delivery.circuit import CLOSED, CircuitView, circuits
from bot.tickets.delivery.targets import KINDS, address_fits, secret_context

SHAPES = {
    "email": "e-mail address",
    "webhook": "http(s) address without a sign-in in it",
    "open311": "http(s) address without a sign-in in it",
    "telegram": "chat id (-100… or @name)",
}


@click.group()
def targets() -> None:
    """Addresses to which tickets are handed over."""


@targets.command("add", context_settings={"ignore_unknown_options": True})
@click.argument("org")
@click.argument("kind", type=click.Choice(tuple(KINDS)))
@click.argument("address")
@click.option("--allow-private", is_flag=True, help="It lies inside the county's own network.")
@click.option("--api-key", help="What an Open311 endpoint wants as api_key.")
def targets_add(org: str, kind: str, address: str, allow_private: bool, api_key: str | None) -> None:
    """Add an address of ORG (a code such as CL); of a webhook, print the secret that signs it.

    ADDRESS of an Open311 endpoint is its base, such as https://example.cn/open311/v2; what stands in its
    query (service_code=…) goes along with each request. Of a Telegram group it is the chat id.
    """
    if not address_fits(kind, address):
        raise click.ClickException(f"{address} is no {SHAPES[kind]}")
    if api_key and kind != "open311":
        raise click.UsageError("--api-key is for open311")
    secret = secrets.token_urlsafe(32) if kind == "webhook" else api_key

    async def work(context: Context) -> int:
        row = DeliveryTarget(org=org, kind=kind, address=address, allow_private=allow_private)
        row.secret = context.vault.seal(secret, secret_context(row)) if secret else None
        async with context.db.write() as session:
            if await session.get(Organisation, org) is None:
                raise click.ClickException(f"there is no organisation {org}; `python -m bot seed` loads them")
            session.add(row)
        return row.id

    number = in_context(work)
    click.echo(f"{number}\t{secret}" if kind == "webhook" else str(number))


@targets.command("list")
def targets_list() -> None:
    """List them: id, organisation, kind, address, whether it is on, and how the receiver does."""

    async def work(context: Context) -> None:
        found = await circuits(context, KINDS)
        async with context.db.read() as session:
            rows = list(await session.scalars(select(DeliveryTarget).order_by(DeliveryTarget.id)))
        for row in rows:
            state = _state(found.get((row.kind, str(row.id)), CLOSED))
            on = "on" if row.active else "off"
            click.echo(f"{row.id}\t{row.org}\t{row.kind}\t{row.address}\t{on}\t{state}")

    in_context(work)


def _state(view: CircuitView) -> str:
    if view.failures == 0:
        return "well"
    failed = f"{view.failures} failures in a row: {view.error}"
    if view.state == "open" and view.until is not None:
        return f"not tried until {local(view.until):%m-%d %H:%M}, {failed}"
    return f"tried once next, {failed}" if view.state == "half_open" else failed


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
