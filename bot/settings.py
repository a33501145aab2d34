"""Settings, from the environment or `.env`; an empty variable counts as unset."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Everything that an installation may set.

    Paths that are not absolute are taken from the root of the checkout.
    """

    model_config = SettingsConfigDict(env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8080
    rasa_port: int = 5005
    actions_port: int = 5055
    database_url: str | None = None
    redis_url: str | None = None
    state_dir: Path = Path("var")
    key_dir: Path = Path("keys")
    public_url: str | None = None
    """The address under which residents reach the page; used in links and for the Origin check."""
    behind_proxy: bool = False
    """Trust X-Forwarded-For and X-Forwarded-Proto of the one proxy in front."""

    sender_burst: int = 60
    sender_per_second: float = 2.0
    """How many messages one sender may send at once, and how many a second after that."""
    exit_url: str = "https://www.baidu.com/"
    """The neutral page that 马上离开 goes to."""

    faq_second_reader: bool = True
    """An answer goes online after somebody else has read it; off for a county with one maintainer."""

    telegram_token: str | None = None
    telegram_base_url: str | None = None
    telegram_webhook_secret: str | None = None
    """Set to receive updates on /webhooks/telegram instead of polling for them."""

    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_tls: bool | Literal["starttls", "tls"] = False
    """`tls` from the start, `starttls` upgrades; `true` is the first on port 465 and the second elsewhere."""
    smtp_ca: Path | None = None
    """The certificates (PEM) that the mail server's must come from, where the system's do not know it."""
    smtp_from: str = "qunfuwu@localhost"

    def model_post_init(self, _context: object) -> None:
        """Anchor relative paths at the root of the checkout."""
        for name in ("state_dir", "key_dir"):
            path: Path = getattr(self, name)
            if not path.is_absolute():
                setattr(self, name, ROOT / path)

    @property
    def database(self) -> str:
        """The database's address as SQLAlchemy wants it, with an asynchronous driver."""
        url = self.database_url or f"sqlite:///{self.state_dir / 'county.db'}"
        for plain, driver in (
            ("sqlite://", "sqlite+aiosqlite://"),
            ("postgresql://", "postgresql+psycopg://"),
            ("postgres://", "postgresql+psycopg://"),
        ):
            if url.startswith(plain):
                return driver + url.removeprefix(plain)
        return url

    @property
    def telegram_api(self) -> str:
        """Where the Bot API is, without a slash at its end."""
        base = self.telegram_base_url or "https://api.telegram.org"
        return base.rstrip("/").removesuffix("/bot")

    @property
    def rasa_url(self) -> str:
        """Where the Rasa server listens; always loopback."""
        return f"http://127.0.0.1:{self.rasa_port}"
