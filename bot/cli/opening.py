"""Opening the context for a command, and saying what went wrong in one plain line."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from bot.context import Context
from bot.directory.seed import SeedError
from bot.settings import Settings
from nlu.vault import VaultError, create_keys

Result = TypeVar("Result")


def in_context(work: Callable[[Context], Awaitable[Result]], *, make_keys: bool = True) -> Result:
    """Run a piece of work with the context opened; known errors become one plain line."""
    settings = Settings()
    if make_keys:
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
