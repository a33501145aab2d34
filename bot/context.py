"""What every part of the application shares: settings, database, vault, directory, clock."""

from dataclasses import dataclass, field

from bot.clock import Clock, now
from bot.directory.load import Directory
from bot.live import Hub
from bot.settings import Settings
from bot.storage.engine import Database
from nlu.vault import Vault


@dataclass
class Context:
    """The shared resources of one process; made once at its rim and passed on."""

    settings: Settings
    db: Database
    vault: Vault
    clock: Clock = now
    hub: Hub = field(default_factory=Hub)
    directory: Directory = field(init=False)

    def __post_init__(self) -> None:
        self.directory = Directory(self.db, lambda: self.clock())

    @classmethod
    def open(cls, settings: Settings) -> "Context":
        """Open the resources that the settings name; close them with `close()`."""
        return cls(settings, Database(settings.database), Vault(settings.key_dir))

    async def close(self) -> None:
        """Close what was opened."""
        await self.db.close()
