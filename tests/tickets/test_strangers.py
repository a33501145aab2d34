"""Another's ticket: by guessed numbers, links, merges and files."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from bot.conversations import pictures
from bot.directory.roles import Role
from bot.tickets.actors import Actor, bearer_of_code, resident
from bot.tickets.errors import Forbidden, NotFound, TicketError
from bot.tickets.models import Attachment, Ticket
from tests.tickets.conftest import ADMIN, MINE, OTHER, REVIEWER, STRANGER, WHEELCHAIR, Desk

UNKNOWN = "QT-0000-0000"
THEIRS = Actor("token", "9", "别的平台", Role.CHANNEL)


@pytest.fixture
def server() -> str:
    return "sqlite"


async def said(call) -> tuple[str, str]:  # type: ignore[no-untyped-def]
    with pytest.raises(TicketError) as refused:
        await call
    return type(refused.value).__name__, str(refused.value)


@pytest.mark.parametrize(
    "who", [STRANGER, resident(""), bearer_of_code(UNKNOWN)], ids=["stranger", "none", "code"]
)
async def test_a_guessed_number_says_nothing(desk: Desk, who: Actor) -> None:
    number = await desk.rated()
    tickets = desk.tickets
    for call in (
        lambda n: tickets.view(n, who),
        lambda n: tickets.progress(n, who),
        lambda n: tickets.supplement(n, "补", who),
        lambda n: tickets.rate(n, "满意", None, who),
        lambda n: tickets.rate(n, "不满意", "没解决", who),
        lambda n: tickets.step(n, "withdrawn", who),
        lambda n: tickets.act(n, "urged", who),
        lambda n: tickets.note(n, "你好", who, internal=False),
        lambda n: tickets.attachment(n, 1, who),
        lambda n: tickets.attach(n, who, picture(), "x.png"),
    ):
        assert await said(call(number)) == await said(call(UNKNOWN)), "the two are told apart"
    assert await tickets.of_conversation(who.id) == []
    assert await tickets.allowed(await tickets.view(number, ADMIN, masked=True), who) == []
    assert (await desk.types(number))[-1] == "passed", "nothing was changed"


async def test_a_link_joins_only_what_its_filer_sees(desk: Desk) -> None:
    number = await desk.number()
    for who in (STRANGER, THEIRS):
        conversation = who.id if who.kind == "resident" else None
        filed = await desk.file(linked=number, actor=who, conversation=conversation)
        assert filed.ticket.linked == ()
    assert (await desk.tickets.view(number, REVIEWER)).linked == ()
    async with desk.context.db.read() as session:
        assert await session.scalar(select(Ticket.linked).where(Ticket.number == number)) is None


async def test_a_mark_of_one_program_is_none_of_anothers(desk: Desk) -> None:
    other = Actor("token", "10", "再一个", Role.CHANNEL)
    for who in (THEIRS, THEIRS, other):
        last = await desk.file(linked="story-1", actor=who, conversation=None)
    assert last.ticket.linked == ()


async def test_a_merger_opens_neither_to_the_other(desk: Desk) -> None:
    survivor = await desk.at_work()
    number = await desk.number(conversation=STRANGER.id, actor=STRANGER)
    await desk.tickets.step(number, "merged", REVIEWER, data={"into": survivor})
    for who, foreign in ((STRANGER, survivor), (MINE, number)):
        with pytest.raises(NotFound):
            await desk.tickets.view(foreign, who)
        with pytest.raises(NotFound):
            await desk.tickets.progress(foreign, who)
        with pytest.raises(NotFound):
            await desk.tickets.step(foreign, "withdrawn", who)
    with pytest.raises(NotFound):
        await desk.tickets.progress(survivor, bearer_of_code(number))
    shown = await desk.tickets.progress(number, STRANGER)
    assert "轮椅" not in shown.explanation + (shown.result or "")
    with pytest.raises(Forbidden):
        await desk.tickets.view(survivor, OTHER)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


async def test_a_file_of_another_conversation_cannot_be_taken(desk: Desk) -> None:
    file = await pictures.keep(desk.context, "web", "zhou", picture(), "证件.png")
    filed = await desk.file(actor=STRANGER, conversation=STRANGER.id, attachments=(file,))
    number = filed.ticket.number
    await desk.tickets.supplement(number, "照片", STRANGER, attachments=(file,))
    await desk.tickets.supplement(number, "照片", bearer_of_code(number), attachments=(file,))
    other = await desk.file(actor=THEIRS, conversation=None, fields=WHEELCHAIR, attachments=(file,))
    assert filed.ticket.attachments == other.ticket.attachments == ()
    async with desk.context.db.read() as session:
        assert await session.scalar(select(Attachment.ticket).where(Attachment.id == file)) is None
    mine = await desk.tickets.view(number, STRANGER)
    assert mine.attachments == ()


async def test_a_code_typed_in_any_digits_opens_and_a_strange_one_is_only_wrong(desk: Desk) -> None:
    number = await desk.number()
    code = desk.tickets.code(number)
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    for typed in (code, full_width, f" {code[:3]} {code[3:]} "):
        assert (await desk.tickets.identify(number, typed, "a")).id == f"code:{number}"
    for typed in ("", "²²²²²²", "٣٣٣٣٣٣", "一二三", "\x00", "0" * 5000):
        assert (await said(desk.tickets.identify(number, typed, "b")))[0] in ("WrongCode", "Locked")
