"""Backup, restore and keys as a person calls them."""

from pathlib import Path

import pytest

from bot.context import Context
from nlu.vault import Vault
from tests.cli.conftest import Call, in_thread


async def test_backup_and_restore(
    county: Context, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await in_thread(call, "backup")
    assert made.exit_code == 0, made.output
    [file] = (county.settings.state_dir / "backups").glob("county-*.zip")
    assert str(file) in made.output and "KEY_DIR" in made.output
    refused = await in_thread(call, "restore", str(file))
    assert refused.exit_code == 1 and "not empty" in refused.output
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "new"))
    restored = await in_thread(call, "restore", str(file))
    assert restored.exit_code == 0 and "restored what was backed up" in restored.output
    assert (tmp_path / "new" / "county.db").exists()


async def test_restore_makes_no_keys(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await in_thread(call, "backup", str(tmp_path / "b.zip"))
    monkeypatch.setenv("KEY_DIR", str(tmp_path / "no-keys"))
    refused = await in_thread(call, "restore", str(tmp_path / "b.zip"))
    assert refused.exit_code == 1 and "no encryption key" in refused.output
    assert not (tmp_path / "no-keys").exists()


async def test_rotated_key_seals_and_the_old_one_opens(county: Context, call: Call, tmp_path: Path) -> None:
    sealed = county.vault.seal("王建国", "name")
    assert (await in_thread(call, "keys", "rotate")).exit_code == 0
    after = Vault(tmp_path / "keys")
    assert after.open(sealed, "name") == "王建国"
    assert after.seal("王建国")[0] == sealed[0] + 1
    assert after.lookup("phone", "1") == county.vault.lookup("phone", "1")
    assert after.chain(b"x") == county.vault.chain(b"x")
