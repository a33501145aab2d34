"""What has to be there before anything is served: schema, county, administrator, index."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from bot.context import Context
from bot.directory.first_run import begin_first_run
from bot.directory.models import Setting, Staff
from bot.directory.passwords import hash_password, random_password
from bot.directory.roles import Role
from bot.directory.seed import read_seed, store_directory
from bot.knowledge.publish import refresh_index
from bot.knowledge.seed import store_faq
from bot.settings import ROOT
from bot.storage import migrate

SEED = ROOT / "data" / "seed"
SEED_DIGEST = "seed_digest"
ADMINISTRATOR_FILE = "administrator.txt"
Say = Callable[[str], None]


async def prepare(context: Context, say: Say) -> Path | None:
    """Bring everything up to date; return the file with the administrator's sign-in, if it was made now."""
    say("database: bringing the schema up to date")
    await migrate.upgrade(context.db)
    await _load_sample(context, say)
    made = await _administrator(context)
    say("index: writing what residents may ask (a minute the first time)")
    await refresh_index(context)
    return made


async def _load_sample(context: Context, say: Say) -> None:
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(SEED.rglob("*.yml")))).hexdigest()
    async with context.db.read() as session:
        known = await session.get(Setting, SEED_DIGEST)
    if known is not None:
        return
    say("county: loading the sample county")
    rows = read_seed(SEED)
    async with context.db.write() as session:
        await store_directory(session, rows)
        await store_faq(session, rows, context.clock())
        session.add(Setting(name=SEED_DIGEST, value=digest))


async def _administrator(context: Context) -> Path | None:
    """Make the first administrator when there is no staff yet; the sign-in lies in a file of the owner's."""
    async with context.db.write() as session:
        if await session.scalar(select(func.count()).select_from(Staff)):
            return None
        password = random_password()
        session.add(
            Staff(
                login="admin",
                name="管理员",
                role=Role.ADMINISTRATOR,
                org="ZX",
                password_hash=hash_password(password),
                created_at=context.clock(),
            )
        )
        await begin_first_run(session)
    path = context.settings.state_dir / ADMINISTRATOR_FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"admin {password}\n")
    return path
