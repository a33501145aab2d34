"""What every part of the application shares: settings, database, vault, directory, clock."""

from dataclasses import dataclass, field

from redis.asyncio import Redis

from bot.clock import Clock, now
from bot.directory.load import Directory
from bot.live import Hub
from bot.replicas import RedisHub
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
    redis: Redis | None = None
    """What several processes share; without it there is one."""
    directory: Directory = field(init=False)

    def __post_init__(self) -> None:
        self.directory = Directory(self.db, lambda: self.clock())

    @classmethod
    def open(cls, settings: Settings) -> "Context":
        """Open the resources that the settings name; close them with `close()`."""
        db, vault = Database(settings.database), Vault(settings.key_dir)
        if not settings.redis_url:
            return cls(settings, db, vault)
        redis = Redis.from_url(settings.redis_url)
        return cls(settings, db, vault, hub=RedisHub(redis, vault), redis=redis)

    async def close(self) -> None:
        """Close what was opened."""
        if self.redis is not None:
            await self.redis.aclose()
        await self.db.close()
