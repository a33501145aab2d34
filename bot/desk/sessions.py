"""Signing in: sessions of twelve hours, and a wait after five wrong tries."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.desk.models import SignInFailures, StaffSession
from bot.directory.models import Staff
from bot.directory.passwords import hash_password, random_password, verify_password

SESSION_HOURS = 12
TRIES = 5
WAIT_MINUTES = (1, 2, 5, 10, 15)
"""Waits after the fifth, tenth … wrong try; the last one repeats."""
FORGET_AFTER = timedelta(days=1)
MIN_PASSWORD = 10


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, with the token that his forms must carry."""

    staff: Staff
    session: int
    csrf: str


class WrongSignIn(Exception):
    """Name and password do not fit, or the name has to wait; the message is for people."""


class WeakPassword(Exception):
    """The new password cannot be taken; the message is for people."""


def digest(cookie: str) -> str:
    """What is stored of a cookie's value; it is random, so a plain hash suffices."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def csrf_token(context: Context, cookie: str) -> str:
    """The token of a session's forms; nobody without the cookie and the key can make it."""
    return context.vault.lookup("csrf", cookie)[:32]


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that nothing fits: unknown names take as long as known ones."""
    return hash_password(random_password())


async def sign_in(context: Context, login: str, password: str) -> str:
    """Start a session and return the cookie's value; WrongSignIn says why not."""
    login = login.strip()[:64]
    at = context.clock()
    key = context.vault.lookup("login", login.lower())
    await _count_try(context, key, at)
    async with context.db.read() as session:
        staff = await session.scalar(select(Staff).where(Staff.login == login, Staff.active))
    digest_of = staff.password_hash if staff else _nobody()
    fits = await asyncio.to_thread(verify_password, digest_of, password)
    if staff is None or not fits:
        raise WrongSignIn("用户名或密码不对。")
    cookie = secrets.token_urlsafe(32)
    async with context.db.write() as session:
        await session.execute(
            delete(SignInFailures).where(
                or_(SignInFailures.login_hash == key, SignInFailures.last_at < at - FORGET_AFTER)
            )
        )
        await session.execute(delete(StaffSession).where(StaffSession.expires_at <= at))
        session.add(
            StaffSession(
                digest=digest(cookie),
                staff=staff.id,
                created_at=at,
                expires_at=at + timedelta(hours=SESSION_HOURS),
            )
        )
    return cookie


async def _count_try(context: Context, key: str, at: datetime) -> None:
    """Count a try as wrong before it is judged, so that tries side by side cannot outrun the wait.

    A right password takes the count back. Two first tries at once meet in the table: the later comes again.
    """
    try:
        await _count(context, key, at)
    except IntegrityError:
        await _count(context, key, at)


async def _count(context: Context, key: str, at: datetime) -> None:
    async with context.db.write() as session:
        row = await session.get(SignInFailures, key, with_for_update=True)
        if row is not None and row.last_at < at - FORGET_AFTER:
            row.count, row.locked_until = 0, None
        if row is None:
            row = SignInFailures(login_hash=key, count=0, locked_until=None, last_at=at)
            session.add(row)
        elif row.locked_until is not None and row.locked_until > at:
            raise WrongSignIn(_wait(row.locked_until - at))
        row.count, row.last_at = row.count + 1, at
        if row.count % TRIES == 0:
            step = min(row.count // TRIES, len(WAIT_MINUTES)) - 1
            row.locked_until = at + timedelta(minutes=WAIT_MINUTES[step])


def _wait(left: timedelta) -> str:
    return f"错的次数太多了，请过 {int(left.total_seconds() // 60) + 1} 分钟再试。"


async def find_session(context: Context, cookie: str | None) -> SignedIn | None:
    """Whose session a cookie is; None when it is unknown, over, or the person is no longer active."""
    if not cookie:
        return None
    async with context.db.read() as session:
        found = (
            await session.execute(
                select(StaffSession, Staff)
                .join(Staff, Staff.id == StaffSession.staff)
                .where(StaffSession.digest == digest(cookie), Staff.active)
            )
        ).first()
    if found is None or found[0].expires_at <= context.clock():
        return None
    return SignedIn(found[1], found[0].id, csrf_token(context, cookie))


async def sign_out(context: Context, session_id: int) -> None:
    """End a session."""
    async with context.db.write() as session:
        await session.execute(delete(StaffSession).where(StaffSession.id == session_id))


async def end_sessions(session: AsyncSession, staff: int, *, but: int | None = None) -> None:
    """End a person's sessions, all or all but one."""
    await session.execute(
        delete(StaffSession).where(StaffSession.staff == staff, StaffSession.id != (but if but else -1))
    )


async def change_password(context: Context, me: SignedIn, old: str, new: str, again: str) -> None:
    """Change one's own password; his other sessions end."""
    if not await asyncio.to_thread(verify_password, me.staff.password_hash, old):
        raise WrongSignIn("现在的密码不对。")
    if new != again:
        raise WeakPassword("两次输入的新密码不一样。")
    if len(new) < MIN_PASSWORD:
        raise WeakPassword(f"新密码至少 {MIN_PASSWORD} 个字符。")
    if new.lower() in (me.staff.login.lower(), old.lower()) or len(set(new)) < 5:
        raise WeakPassword("这个密码太容易猜到，换一个。")
    hashed = await asyncio.to_thread(hash_password, new)
    async with context.db.write() as session:
        row = await session.get(Staff, me.staff.id, with_for_update=True)
        assert row is not None
        row.password_hash = hashed
        await end_sessions(session, row.id, but=me.session)
