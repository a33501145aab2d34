"""Ticket numbers (`QT-7K3M-92XF`, random, Crockford base 32) and the retrieval codes that belong to them."""

import re
import secrets

from nlu.vault import Vault

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_DIGITS = 6
_LOOK_ALIKES = str.maketrans("OIL", "011")
_SEPARATORS = re.compile(r"[\s\-_—–.·]+")
_BODY = re.compile(rf"[{ALPHABET}]{{8}}")


def new_number() -> str:
    """A random number; 40 bits, so that guessing finds nothing."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"QT-{body[:4]}-{body[4:]}"


def normalise_number(text: str) -> str | None:
    """A number as people type it, as it is stored; None when it cannot be one.

    Case, spaces and dashes do not matter; o is read as 0, i and l as 1; the QT may be missing.
    """
    body = _SEPARATORS.sub("", text.strip().upper())
    if len(body) == 10 and body.startswith("QT"):
        body = body[2:]
    body = body.translate(_LOOK_ALIKES)
    return f"QT-{body[:4]}-{body[4:]}" if _BODY.fullmatch(body) else None


def retrieval_code(vault: Vault, number: str) -> str:
    """The six digits that open a ticket without signing in; derived, so that they can be shown again."""
    return str(int(vault.lookup("retrieval", number), 16) % 10**CODE_DIGITS).zfill(CODE_DIGITS)
