"""No room on the disk: what could not be written is refused, what was confirmed is there, and it goes on."""

import contextlib
import io
import random
import resource
from collections.abc import Iterator

import pytest
from PIL import Image
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.engine import Database
from bot.tickets import pictures
from bot.tickets.errors import TicketError
from bot.tickets.service import Filing
from tests.faults.conftest import agree
from tests.soak import often, report
from tests.tickets.conftest import MINE, REVIEWER, WHEELCHAIR, Desk

ROUNDS = often(2, 60)


@contextlib.contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.soak
@pytest.mark.timeout(often(600, 7200))
@pytest.mark.parametrize("server", ["sqlite"])
async def test_full_disk(desk: Desk, dice: random.Random) -> None:
    folder = desk.context.settings.state_dir.parent
    numbers: dict[str, str] = {}
    refused = 0

    async def file(key: str) -> None:
        filed = await desk.tickets.file(Filing(key, "A07", WHEELCHAIR, "web", MINE, MINE.id))
        assert numbers.setdefault(key, filed.ticket.number) == filed.ticket.number

    for turn in range(ROUNDS):
        await file(f"{turn}-before")
        used = max(one.stat().st_size for one in folder.glob("county.db*"))
        log = folder / "county.db-wal"
        with no_room(log.stat().st_size + dice.randrange(2_000, 120_000) if turn % 2 else used):
            for place in range(20):
                key = f"{turn}-{place}"
                try:
                    await file(key)
                    await desk.tickets.step(numbers[key], "awaiting_sign", REVIEWER)
                except SQLAlchemyError:
                    refused += 1
                    break
        for place in range(3):
            key = f"{turn}-{place}"
            await file(key)
            with contextlib.suppress(TicketError):
                await desk.tickets.step(numbers[key], "awaiting_sign", REVIEWER)
    found = await agree(desk.context, numbers.values())
    again = Database(str(desk.context.db.url))
    async with again.read() as session:
        connection = await session.connection()
        assert (await connection.exec_driver_sql("PRAGMA integrity_check")).scalar() == "ok"
    await again.close()
    report("A full disk", **found, writes_refused=refused)
    assert refused


@pytest.mark.parametrize("server", ["sqlite"])
async def test_picture_on_a_full_disk(desk: Desk) -> None:
    number = await desk.number()
    out = io.BytesIO()
    Image.effect_noise((200, 200), 80).save(out, "PNG")
    folder = desk.context.settings.state_dir / "attachments"
    content = pictures.clean(out.getvalue()).content
    with no_room(1000), pytest.raises(OSError):
        pictures.write(desk.context, "ab" * 32, content)
    assert [path for path in folder.rglob("*") if path.is_file()] == [], "nothing half written is left"
    await desk.tickets.attach(number, REVIEWER, out.getvalue(), "家门口.png")
    assert await agree(desk.context, [number])
