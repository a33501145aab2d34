"""Verifying that nobody changed what happened."""

import json
from pathlib import Path

import click

from bot.cli.opening import in_context
from bot.context import Context
from bot.tickets import audit as auditing


@click.group()
def audit() -> None:
    """The chains of events and reads."""


@audit.command()
@click.option("--anchor", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None)
def verify(anchor: Path | None) -> None:
    """Find every changed, missing or inserted event; ends with 1 where there is one."""

    async def work(context: Context) -> auditing.Report:
        return await auditing.verify(context, anchor)

    report = in_context(work)
    for finding in report.findings:
        click.echo(f"{finding.where}: {finding.what}")
    click.echo(
        f"{report.events} events of {report.tickets} tickets, {report.reads} reads, {report.seals} seals: "
        + (f"{len(report.findings)} findings" if report.findings else "everything verifies")
    )
    if report.findings:
        raise SystemExit(1)


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def anchor(file: Path) -> None:
    """Seal what is settled and write all seals to FILE, to be kept elsewhere."""

    async def work(context: Context) -> dict[str, object]:
        await auditing.seal(context)
        return await auditing.anchor(context)

    made = in_context(work)
    file.write_text(json.dumps(made, indent=1), "utf-8")
    click.echo(f"{file}: {len(made['seals'])} seals")  # type: ignore[arg-type]


COMMANDS = (audit,)
