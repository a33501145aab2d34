"""Bearer tokens: random, shown once, stored as a hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.directory.models import Token
from bot.directory.roles import Role

PREFIX = "qf_"


def digest(token: str) -> str:
    """What is stored of a token; it is random, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


async def create_token(
    session: AsyncSession, role: Role, org: str | None, name: str, at: datetime, days: int | None
) -> str:
    """Store a new token and return it; nobody can read it again."""
    token = PREFIX + secrets.token_urlsafe(32)
    session.add(
        Token(
            digest=digest(token),
            name=name,
            role=role,
            org=org,
            created_at=at,
            expires_at=at + timedelta(days=days) if days else None,
        )
    )
    return token


async def find_token(session: AsyncSession, token: str, at: datetime) -> Token | None:
    """The token's row, unless it is unknown, expired or revoked."""
    row = await session.scalar(select(Token).where(Token.digest == digest(token)))
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= at):
        return None
    return row


async def revoke_tokens(session: AsyncSession, name: str, at: datetime) -> int:
    """Revoke the valid tokens of a name; returns how many there were."""
    rows = list(await session.scalars(select(Token).where(Token.name == name, Token.revoked_at.is_(None))))
    for row in rows:
        row.revoked_at = at
    return len(rows)
