"""Deliveries that failed for good, and trying them again."""

import click
from sqlalchemy import select

from bot.cli.opening import in_context
from bot.clock import local
from bot.context import Context
from bot.tickets.delivery.worker import retry
from bot.tickets.models import Outbox, Ticket


@click.group()
def deliveries() -> None:
    """What could not be delivered."""


@deliveries.command("failed")
def deliveries_failed() -> None:
    """List the failed ones: id, ticket, kind, target, tries, since when, why."""

    async def work(context: Context) -> None:
        query = (
            select(Outbox, Ticket.number)
            .join(Ticket, Ticket.id == Outbox.ticket)
            .where(Outbox.state == "failed")
            .order_by(Outbox.id)
        )
        async with context.db.read() as session:
            for row, number in await session.execute(query):
                since = f"{local(row.created_at):%Y-%m-%d %H:%M}"
                tried = f"{row.attempts} tries since {since}"
                click.echo(f"{row.id}\t{number}\t{row.kind} {row.target}\t{tried}\t{row.error}")

    in_context(work)


@deliveries.command("retry")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="All that failed.")
def deliveries_retry(ids: tuple[int, ...], every: bool) -> None:
    """Put failed deliveries back into the queue of the running bot."""
    if bool(ids) == every:
        raise click.UsageError("give ids, or --all")

    async def work(context: Context) -> None:
        async with context.db.read() as session:
            failed = list(await session.scalars(select(Outbox.id).where(Outbox.state == "failed")))
        for identity in failed if every else ids:
            done = await retry(context, identity)
            click.echo(f"{identity}: {'waits to be delivered' if done else 'had not failed'}")

    in_context(work)


COMMANDS = (deliveries,)
