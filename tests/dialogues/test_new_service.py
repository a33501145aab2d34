"""A service that an administrator makes is understood and taken in: no code, no training, no restart."""

import secrets
import time

import pytest
from sqlalchemy import select

from actions.intake.preview import IntakePreview
from bot.desk.admin import catalogue
from bot.directory.changes import Author
from bot.tickets.models import Ticket
from tests.dialogues.stage import Stage

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
MOST_SECONDS = 15
"""Two on a machine that does nothing else."""
AUTHOR = Author("staff:1", "管理员")
BATH = {
    "name": "失能老人上门助浴",
    "lead": "HSZ",
    "helpers": ["CL"],
    "group": "失能、半失能老人",
    "required": ["mobility"],
    "asked": ["home_visit"],
    "days": 3,
    "phrasings": [
        "我妈瘫在床上，想请人上门帮她洗澡",
        "老人动不了，有没有上门助浴",
        "能不能派人来给我爸洗个澡",
        "失能老人洗澡没人帮忙怎么办",
        "想申请上门助浴",
        "家里老人卧床，洗澡洗不了",
    ],
}
STORY = "我奶奶卧床三年了，想请你们上门给她洗个澡"


def _service(line) -> str | None:  # type: ignore[no-untyped-def]
    return (line.custom.get("form") or {}).get("service")


async def test_published_in_the_desk_it_is_taken_in_at_once(stage: Stage) -> None:
    context, pid = stage.context, stage.rasa.pid
    code = await catalogue.begin(context, AUTHOR, {"name": BATH["name"], "category": "个人帮扶"})
    await catalogue.save(context, AUTHOR, code, {**catalogue.EMPTY, **BATH}, 1)
    assert not any(_service(line) == code for line in await stage.say(secrets.token_hex(6), STORY))
    await catalogue.publish(context, AUTHOR, IntakePreview(context), code)
    published = time.monotonic()
    try:
        while True:
            sender = secrets.token_hex(6)
            lines = await stage.say(sender, STORY)
            if any(_service(line) == code for line in lines):
                break
            waited = time.monotonic() - published
            assert waited < MOST_SECONDS, [line.text for line in lines]
        for text in ("我叫周远，13912341357，石岭村", "我奶奶叫李桂英，86 岁", "来不了，要上门", "跳过"):
            lines = await stage.say(sender, text)
        assert any("summary" in line.custom for line in lines), [line.text for line in lines]
        lines = await stage.say(sender, "确认提交")
        number = next(line.custom["ticket_number"] for line in lines if "ticket_number" in line.custom)
        async with context.db.read() as session:
            ticket = await session.scalar(select(Ticket).where(Ticket.number == number))
        assert (ticket.service, ticket.state) == (code, "in_review")
        assert stage.rasa.pid == pid
    finally:
        await catalogue.set_active(context, AUTHOR, code, active=False)
