"""Staff as the administrator keeps them: adding, changing, new passwords, leaving."""

import asyncio
import re
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.desk.sessions import end_sessions
from bot.directory.catalogue import County
from bot.directory.changes import Author, columns, record
from bot.directory.models import Staff
from bot.directory.passwords import hash_password, random_password
from bot.directory.roles import STAFF_ROLES, Role
from bot.tickets import access
from bot.tickets.actors import Actor

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}")


class PeopleError(Exception):
    """What cannot be done with an account; the message is for people."""


def checked(county: County, form: Any) -> dict[str, Any]:
    """Name, role, organisation and point of a form; PeopleError for what does not fit together."""
    name, role, org = (str(form.get(key, "")).strip() for key in ("name", "role", "org"))
    grid = str(form.get("grid", "")).strip() or None
    if not name:
        raise PeopleError("要写姓名。")
    if role not in [one.value for one in STAFF_ROLES]:
        raise PeopleError("要选角色。")
    if org not in county.orgs:
        raise PeopleError("要选单位。")
    if role == Role.STATION and grid not in county.points:
        raise PeopleError("站点工作人员要选所在的点。")
    return {"name": name[:80], "role": role, "org": org, "grid": grid if role == Role.STATION else None}


async def add(context: Context, actor: Actor, form: Any) -> tuple[str, str]:
    """Add a person; returns (login, the password made for him, shown once)."""
    values = checked(await context.directory.county(), form)
    login = str(form.get("login", "")).strip().lower()
    if not LOGIN.fullmatch(login):
        raise PeopleError("用户名用小写字母开头，可以有数字、点和短横线，2 到 40 个字符。")
    password = random_password()
    hashed = await asyncio.to_thread(hash_password, password)
    async with context.db.write() as session:
        if await session.scalar(select(Staff.id).where(Staff.login == login)):
            raise PeopleError(f"用户名 {login} 已经有人用了。")
        session.add(Staff(login=login, password_hash=hashed, created_at=context.clock(), **values))
        await access.append(session, context, actor, None, f"staff added: {login}")
        _record(session, context, actor, login, f"加了{values['name']}（{login}）", None, values)
    return login, password


async def change(context: Context, actor: Actor, login: str, form: Any) -> None:
    """Change a person's role, organisation or name; his sessions end, so that nothing old is kept open."""
    values = checked(await context.directory.county(), form)
    async with context.db.write() as session:
        row = await _person(session, login)
        if row.role == Role.ADMINISTRATOR and values["role"] != Role.ADMINISTRATOR:
            await _keep_an_administrator(session, row)
        before = columns(row, *values)
        for name, value in values.items():
            setattr(row, name, value)
        _record(session, context, actor, login, f"改了{row.name}（{login}）", before, values)
        await end_sessions(session, row.id)
        await access.append(session, context, actor, None, f"staff changed: {login}")


async def new_password(context: Context, actor: Actor, login: str) -> str:
    """Give a person a new password, shown once; his sessions end."""
    password = random_password()
    hashed = await asyncio.to_thread(hash_password, password)
    async with context.db.write() as session:
        row = await _person(session, login)
        row.password_hash = hashed
        await end_sessions(session, row.id)
        await access.append(session, context, actor, None, f"staff password: {login}")
        _record(session, context, actor, login, f"重设了{row.name}（{login}）的密码")
    return password


async def set_active(context: Context, actor: Actor, login: str, *, active: bool) -> None:
    """Let a person in again, or keep him out from now on; what he did stays under his name."""
    async with context.db.write() as session:
        row = await _person(session, login)
        if not active:
            if str(row.id) == actor.id:
                raise PeopleError("不能停用自己。")
            if row.role == Role.ADMINISTRATOR:
                await _keep_an_administrator(session, row)
            await end_sessions(session, row.id)
        title = f"{'恢复' if active else '停用'}了{row.name}（{login}）"
        _record(session, context, actor, login, title, {"active": row.active}, {"active": active})
        row.active = active
        await access.append(session, context, actor, None, f"staff {'on' if active else 'off'}: {login}")


def _record(
    session: AsyncSession,
    context: Context,
    actor: Actor,
    login: str,
    title: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    author = Author(actor.key, actor.name)
    record(session, author, context.clock(), "staff", login, title, before, after)


async def _person(session: AsyncSession, login: str) -> Staff:
    row = await session.scalar(select(Staff).where(Staff.login == login).with_for_update())
    if row is None:
        raise PeopleError("没有这个人。")
    return row


async def _keep_an_administrator(session: AsyncSession, row: Staff) -> None:
    others = await session.scalar(
        select(func.count())
        .select_from(Staff)
        .where(Staff.role == Role.ADMINISTRATOR, Staff.active, Staff.id != row.id)
    )
    if not others:
        raise PeopleError("这是最后一个管理员，先加一个再改。")
