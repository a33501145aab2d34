"""Figures on the command line."""

import json
from datetime import date, datetime
from pathlib import Path

import click

from bot.cli.opening import in_context
from bot.clock import local
from bot.context import Context
from bot.reports.as_json import as_json
from bot.reports.printed import printed
from bot.reports.scorecard import BY_NAMES, BadPeriod, Scorecard, period_of, scorecard
from bot.reports.sheet import workbook

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "start", type=DAY, help="First day; the first of the month by default.")
@click.option("--to", "end", type=DAY, help="Last day; today by default.")
@click.option("--by", type=click.Choice(list(BY_NAMES)), default="organisation", show_default=True)
@click.option("--json", "as_document", is_flag=True, help="Print JSON, with the tickets behind each figure.")
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="Write a workbook instead.")
def report(
    start: datetime | None, end: datetime | None, by: str, as_document: bool, xlsx: Path | None
) -> None:
    """Print the scorecard of a period."""

    async def work(context: Context) -> Scorecard:
        today = local(context.clock()).date()
        last: date = end.date() if end else today
        first: date = start.date() if start else last.replace(day=1)
        try:
            period = period_of(first, last, context.clock())
        except BadPeriod as error:
            raise click.ClickException(str(error)) from error
        return await scorecard(context, period, by)

    card = in_context(work)
    if xlsx is not None:
        xlsx.write_bytes(workbook(card))
        click.echo(str(xlsx))
        return
    click.echo(json.dumps(as_json(card), ensure_ascii=False, indent=1) if as_document else printed(card))


COMMANDS = (report,)
