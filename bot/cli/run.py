"""Serving."""

import click

from bot.directory.seed import SeedError
from bot.settings import Settings
from nlu.vault import VaultError


@click.command()
def run() -> None:
    """Serve residents, staff and partners until Ctrl-C."""
    from bot.runtime import serve

    try:
        serve.main(Settings())
    except (serve.PortTaken, serve.AlreadyRunning, SeedError, VaultError, OSError) as error:
        raise click.ClickException(str(error)) from error


COMMANDS = (run,)
