"""All tables, imported in one place for migrations and tests."""

from bot.conversations import models as conversations
from bot.desk import models as desk
from bot.directory import models as directory
from bot.knowledge import models as knowledge
from bot.storage.base import Base
from bot.tickets import models as tickets

metadata = Base.metadata

__all__ = ["conversations", "desk", "directory", "knowledge", "metadata", "tickets"]
