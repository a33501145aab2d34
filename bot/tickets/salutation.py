"""How a message addresses its resident: filled in where it is sent, so that a masked page stays masked."""

from collections.abc import Mapping
from typing import Any

SALUTATION = "【称呼】"
NAMES = ("applicant_name", "contact_name")


def addressed(text: str, fields: Mapping[str, Any]) -> str:
    """The text with 【称呼】 replaced by the name of who filed, or by a greeting without one."""
    if SALUTATION not in text:
        return text
    name = next((str(fields[slot]).strip() for slot in NAMES if fields.get(slot)), "")
    return text.replace(SALUTATION, f"{name}您好" if name else "您好")
