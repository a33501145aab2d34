"""Sealed values open only with their key, in their place, unchanged."""

from pathlib import Path

import pytest

from nlu.vault import Vault, VaultError, add_key, create_keys


def test_keys_are_the_owners_alone(tmp_path: Path) -> None:
    made = create_keys(tmp_path / "keys")
    assert len(made) == 3 and create_keys(tmp_path / "keys") == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*made, tmp_path / "keys"])


def test_seal_and_open(vault: Vault) -> None:
    sealed = vault.seal("13912341357", "ticket")
    assert b"13912341357" not in sealed
    assert vault.open(sealed, "ticket") == "13912341357"
    assert vault.seal("13912341357", "ticket") != sealed


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1] + bytes([s[-1] ^ 1]), lambda s: b"\x09" + s[1:], lambda s: b""]
)
def test_changed_value_does_not_open(vault: Vault, change) -> None:
    with pytest.raises(VaultError):
        vault.open(change(vault.seal("周建国", "ticket")), "ticket")


def test_moved_value_does_not_open(vault: Vault) -> None:
    with pytest.raises(VaultError):
        vault.open(vault.seal("周建国", "ticket:1"), "ticket:2")


def test_rotated_key_seals_and_old_ones_open(tmp_path: Path) -> None:
    create_keys(tmp_path)
    old = Vault(tmp_path)
    sealed, found = old.seal("x"), old.lookup("phone", "1")
    add_key(tmp_path, "encryption")
    new = Vault(tmp_path)
    assert new.open(sealed) == "x" and new.seal("x")[0] == 2
    assert new.lookup("phone", "1") == found
    with pytest.raises(VaultError):
        old.open(new.seal("x"))


def test_lookup_differs_by_kind(vault: Vault) -> None:
    assert vault.lookup("phone", "1") != vault.lookup("person", "1")
