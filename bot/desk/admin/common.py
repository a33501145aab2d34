"""What the parts of the administration share: refusals, reading forms, the sections and their order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.directory.changes import Author
from bot.tickets.actors import Actor


class AdminError(Exception):
    """What cannot be changed; the message says why and what to do, `field` names what to look at."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Section:
    """A part of the administration as the page's own navigation shows it."""

    key: str
    title: str
    icon: str
    address: str
    what: str


SECTIONS = (
    Section("orgs", "单位", "building-community", "/desk/admin/orgs", "加单位，改名，停用或由别的单位接替"),
    Section("targets", "送达", "mail-forward", "/desk/admin/targets", "工单另外送到的邮箱和系统，试送，重送"),
    Section(
        "services", "服务目录", "list-details", "/desk/admin/services", "服务由谁办，问居民什么，试过再发布"
    ),
    Section("grid", "网格", "sitemap", "/desk/admin/grid", "站点、乡镇、村和社区，哪天起归哪里"),
    Section("calendar", "日历", "calendar", "/desk/admin/calendar", "放假和补班，各单位的上班时间"),
    Section("terms", "时限", "clock", "/desk/admin/terms", "审核、签收、联系、审结各多久"),
    Section("templates", "答复模板", "template", "/desk/admin/templates", "写给居民的话，从这里起头"),
    Section("import", "导入", "upload", "/desk/admin/import", "单位、网格、人员从表格一次导入"),
    Section("changes", "变更记录", "history", "/desk/admin/changes", "谁在什么时候把什么改成了什么"),
)


def author_of(actor: Actor) -> Author:
    """The person as the record of changes names him."""
    return Author(actor.key, actor.name)


def text(form: Mapping[str, Any], name: str, longest: int, needed: str | None = None) -> str:
    """A field's text without blanks at its ends; AdminError where it is needed and empty, or too long."""
    value = str(form.get(name, "")).strip()
    if needed and not value:
        raise AdminError(needed, name)
    if len(value) > longest:
        raise AdminError(f"太长了，最多 {longest} 个字。", name)
    return value


def day(form: Mapping[str, Any], name: str, needed: str | None = None) -> date | None:
    """A field's day; AdminError where it is no day, or needed and empty."""
    value = text(form, name, 10, needed)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise AdminError("日期要写成 2026-12-01 这样。", name) from error


def number(form: Mapping[str, Any], name: str, least: float, most: float, what: str) -> float:
    """A field's number within its limits; AdminError otherwise."""
    value = text(form, name, 12)
    try:
        found = float(value)
    except ValueError as error:
        raise AdminError(f"{what}要填数字。", name) from error
    if not least <= found <= most:
        raise AdminError(f"{what}要在 {least:g} 到 {most:g} 之间。", name)
    return found
