"""Looking after an installation: backup, restore, keys."""

from pathlib import Path
from typing import Any

import click

from bot.backup.archive import BackupError
from bot.backup.make import default_path, make_backup
from bot.backup.restore import restore_backup
from bot.cli.opening import in_context
from bot.context import Context
from bot.runtime.alone import AlreadyRunning, alone
from bot.settings import Settings
from nlu.vault import add_key, create_keys


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path | None) -> None:
    """Back up the running installation to FILE (default: STATE_DIR/backups); the keys are not in it."""

    async def work(context: Context) -> tuple[Path, dict[str, Any]]:
        path = file or default_path(context, context.clock())
        try:
            return path, await make_backup(context, path)
        except BackupError as error:
            raise click.ClickException(str(error)) from error

    path, manifest = in_context(work)
    click.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB): {_contents(manifest)}")
    if missing := manifest["missing_attachments"]:
        click.echo(f"warning: the files of {len(missing)} attachments are gone; the manifest lists them")
    click.echo("keep KEY_DIR too, in another place: nothing of a backup can be read without the keys")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Restore FILE into an empty installation with the same keys; stop the bot first."""

    async def work(context: Context) -> dict[str, Any]:
        try:
            return await restore_backup(context, file)
        except BackupError as error:
            raise click.ClickException(str(error)) from error

    try:
        with alone(Settings().state_dir):
            manifest = in_context(work, make_keys=False)
    except AlreadyRunning as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"restored what was backed up at {manifest['made_at']}: {_contents(manifest)}")


def _contents(manifest: dict[str, Any]) -> str:
    rows = sum(table["rows"] for table in manifest["tables"].values())
    tickets = manifest["tables"]["tickets"]["rows"]
    return (
        f"{rows} rows of {len(manifest['tables'])} tables ({tickets} tickets), "
        f"{manifest['attachments']} attachments, {manifest['trackers']} trackers"
    )


@click.group()
def keys() -> None:
    """The keys that seal personal data."""


@keys.command("rotate")
def keys_rotate() -> None:
    """Add an encryption key: after a restart it seals, the older ones still open what they sealed."""
    settings = Settings()
    create_keys(settings.key_dir)
    path = add_key(settings.key_dir, "encryption")
    click.echo(f"{path} was made; restart the bot to seal with it, and copy it to where the keys are kept")
    click.echo("keep the older keys as long as anything lives that they sealed, backups among it")


COMMANDS = (backup, restore, keys)
