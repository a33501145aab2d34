"""A backup of a running installation comes back row by row, on either database and across."""

import asyncio
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.backup.archive import BackupError
from bot.backup.make import make_backup
from bot.backup.restore import restore_backup
from bot.context import Context
from bot.conversations import store
from bot.conversations.models import Conversation, Message
from bot.conversations.trackers import TRACKERS, trackers
from bot.directory.models import Token
from bot.storage import migrate
from bot.tickets.models import Attachment
from nlu.vault import Vault, VaultError, create_keys
from tests.backup.fill import everything, fill

ONE = pytest.mark.parametrize("server", ["sqlite"])
HERE = pytest.mark.parametrize("elsewhere", ["to_sqlite"], indirect=True)


async def _talk(county: Context, sender: str, text: str) -> None:
    async with county.db.write() as session:
        conversation = await store.open_conversation(session, county.vault, "rest", sender, county.clock())
        await store.append(session, county.vault, conversation, county.clock(), author="resident", text=text)


async def _inhabit(county: Context) -> bytes:
    """Rows everywhere, an attachment with its file, a tracker; returns the file's content."""
    content = b"sealed picture " * 99
    digest = "ab" * 32
    path = county.settings.state_dir / "attachments" / "ab" / digest
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    async with county.db.write() as session:
        await fill(session)
        session.add(
            Attachment(
                digest=digest,
                media_type="image/jpeg",
                size=1,
                name=b"n",
                added_by="x",
                added_at=county.clock(),
            )
        )
    await _talk(county, "王建国", "我想给父亲申请轮椅")
    async with trackers(county) as db, db.write() as session:
        await session.execute(TRACKERS.insert(), [{"key": "k" * 64, "body": b"\x00\xff", "last_used": 1.25}])
    return content


async def test_everything_comes_back_while_writers_go_on(
    county: Context, elsewhere: Context, tmp_path: Path
) -> None:
    content = await _inhabit(county)
    async with county.db.read() as session:
        before = await everything(session)
    stop = asyncio.Event()
    written = 0

    async def keep_writing() -> None:
        nonlocal written
        while not stop.is_set():
            await _talk(county, f"resident {written}", "还有一件事")
            written += 1

    writer = asyncio.create_task(keep_writing())
    while written < 3:
        await asyncio.sleep(0)
    started = written
    manifest = await make_backup(county, tmp_path / "b.zip")
    during = written - started
    stop.set()
    await writer
    assert during > 0, "nothing was written while the backup was made"
    await restore_backup(elsewhere, tmp_path / "b.zip")
    async with elsewhere.db.read() as session:
        after = await everything(session)
        unpaired = await session.scalar(
            sa.select(sa.func.count())
            .select_from(Conversation)
            .outerjoin(Message, Message.conversation == Conversation.id)
            .where(Conversation.channel == "rest", Message.id.is_(None))
        )
    assert unpaired == 0, "the snapshot cut a transaction in two"
    moving = {"conversations", "messages"}
    for name in before.keys() - moving:
        assert after[name] == before[name], name
    for name in moving:
        assert set(map(repr, before[name])) <= set(map(repr, after[name])), name
        assert len(after[name]) == manifest["tables"][name]["rows"]
    async with elsewhere.db.read() as session:
        conversation = await store.find(session, elsewhere.vault, "rest", "王建国")
        assert conversation is not None
        lines = await store.lines(session, elsewhere.vault, conversation.id)
    assert [line.text for line in lines] == ["我想给父亲申请轮椅"]
    restored = elsewhere.settings.state_dir / "attachments" / "ab" / ("ab" * 32)
    assert restored.read_bytes() == content and restored.stat().st_mode & 0o077 == 0
    async with trackers(elsewhere) as db, db.read() as session:
        assert [tuple(row) for row in await session.execute(sa.select(TRACKERS))] == [
            ("k" * 64, b"\x00\xff", 1.25)
        ]


async def test_numbers_go_on_after_a_restore(county: Context, elsewhere: Context, tmp_path: Path) -> None:
    async with county.db.write() as session:
        await fill(session, rows=2)
    await make_backup(county, tmp_path / "b.zip")
    await restore_backup(elsewhere, tmp_path / "b.zip")
    async with elsewhere.db.write() as session:
        session.add(Token(digest="0" * 64, name="t", role="auditor", created_at=county.clock()))
        await session.flush()


@ONE
@HERE
async def test_inhabited_installation_is_refused(county: Context, elsewhere: Context, tmp_path: Path) -> None:
    await make_backup(county, tmp_path / "b.zip")
    with pytest.raises(BackupError, match="not empty"):
        await restore_backup(county, tmp_path / "b.zip")
    await restore_backup(elsewhere, tmp_path / "b.zip")
    with pytest.raises(BackupError, match="not empty"):
        await restore_backup(elsewhere, tmp_path / "b.zip")


@ONE
@pytest.mark.parametrize("change", ["part", "manifest", "extra", "truncated"])
@HERE
async def test_changed_backup_is_refused_and_nothing_is_written(
    county: Context, elsewhere: Context, tmp_path: Path, change: str
) -> None:
    await make_backup(county, tmp_path / "b.zip")
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if change == "part" and name == "tables/staff.jsonl":
                body += b"\n"
            if change == "manifest" and name == "manifest.json":
                body = json.dumps({**json.loads(body), "made_at": "2020"}).encode()
            new.writestr(name, body)
        if change == "extra":
            new.writestr("../escaped", b"x")
    if change == "truncated":
        changed.write_bytes(changed.read_bytes()[:-2000])
    with pytest.raises(BackupError):
        await restore_backup(elsewhere, changed)
    assert await migrate.revision_of(elsewhere.db) is None
    assert not (elsewhere.settings.state_dir / "attachments").exists()


@ONE
@HERE
async def test_other_keys_are_noticed(county: Context, elsewhere: Context, tmp_path: Path) -> None:
    await make_backup(county, tmp_path / "b.zip")
    create_keys(tmp_path / "other")
    elsewhere.vault = Vault(tmp_path / "other")
    with pytest.raises(BackupError, match="KEY_DIR"):
        await restore_backup(elsewhere, tmp_path / "b.zip")
    with pytest.raises(VaultError):
        Vault(tmp_path / "none")


@ONE
@HERE
async def test_failed_restore_leaves_it_empty(
    county: Context, elsewhere: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _inhabit(county)
    await make_backup(county, tmp_path / "b.zip")

    async def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("bot.backup.restore._load", full_disk)
        with pytest.raises(OSError, match="No space"):
            await restore_backup(elsewhere, tmp_path / "b.zip")
    await restore_backup(elsewhere, tmp_path / "b.zip")


@ONE
async def test_backup_overwrites_nothing_and_is_the_owners_alone(county: Context, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    await make_backup(county, path)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupError, match="there already"):
        await make_backup(county, path)
    assert [entry.name for entry in tmp_path.glob("*.part")] == []
    names = zipfile.ZipFile(path).namelist()
    assert not [name for name in names if "key" in name]
