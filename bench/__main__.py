"""`python -m bench [NAME ...]`: run all benchmarks, or those named, and print their tables."""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path

import click

from bench import machine
from bench.client import BadAnswer
from bench.processes import StartFailed
from bench.workshop import Scale, Workshop

NAMES = {
    "turns": "a chat turn over REST, start and memory, beside Rasa's default Chinese set-up",
    "parse": "one /model/parse on one core, beside the default set-up's",
    "search": "finding tickets by words among a million",
    "growth": "the matcher from 142 to 10,000 entries, beside a TF-IDF scan",
}
_EPILOG = "\b\n" + "\n".join(f"{name:8} {what}" for name, what in NAMES.items())


@click.command(epilog=_EPILOG)
@click.argument("names", nargs=-1, type=click.Choice(list(NAMES)), metavar="[NAME]...")
@click.option(
    "--epochs", default=2, show_default=True, help="Training of the default set-up; latency does not mind."
)
@click.option("--scale", default=1.0, show_default=True, help="Share of the rounds; 0.2 for a quick look.")
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Work in this new folder and leave it, with all logs."
)
def main(names: tuple[str, ...], epochs: int, scale: float, keep: Path | None) -> None:
    """Measure speed and memory against named alternatives in the same run; figures on stdout as Markdown."""
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        workshop = Workshop(folder.resolve(), epochs, Scale(scale))
        click.echo(machine.describe())
        for name in names or NAMES:
            workshop.say(f"{name}: {NAMES[name]}")
            try:
                click.echo(f"\n{importlib.import_module(f'bench.{name}').run(workshop)}")
            except (StartFailed, BadAnswer) as error:
                raise click.ClickException(f"{error} (--keep FOLDER keeps the logs)") from error


if __name__ == "__main__":
    main(prog_name="python -m bench")
