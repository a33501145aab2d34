"""Passwords of staff: argon2id, and random ones for new accounts."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """Argon2id with the library's recommended costs."""
    return _hasher.hash(password)


def verify_password(digest: str, password: str) -> bool:
    """Whether a password fits its hash."""
    try:
        return _hasher.verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False


def random_password() -> str:
    """Four groups of four characters that are not mistaken for one another (about 79 bits)."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
