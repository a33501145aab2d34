"""What a resident may ask for about his own data, in his own words: a copy, a correction, the removal.

The removal itself is done by the dialogue once the answer is given, for it takes the conversation with it.
"""

from __future__ import annotations

import re
from typing import Any

from actions.intake.show import hide_numbers, shown
from actions.intake.wording import wording
from actions.turn import Turn, button
from bot.conversations.drafts import OPEN
from bot.dialogue.forget import PERSON
from bot.retention.rights import export_conversation, hindrances
from bot.tickets.actors import resident
from bot.tickets.states import STATE_NAMES

_MINE = (
    r"(?:我(?:本人|自己)?的?|本人的?)(?:所有|全部|个人|那些)*(?:信息|数据|资料|隐私|聊天记录|对话记录|记录)"
)
_REMOVE = re.compile(
    rf"(?:删除?|删掉|注销|清除|清空|抹掉|抹去|销毁)(?:了|掉|一下)?{_MINE}|"
    rf"(?:把|将)?{_MINE}.{{0,6}}(?:都|全部?)?(?:给我)?(?:删除?|删掉|删了|注销|清除|清空|抹掉|销毁)"
)
_COPY = re.compile(
    rf"(?:复制|导出|查看|看(?:看|一下|下)?|拿|要|给我|调取|下载)(?:一份|一下|下)?{_MINE}|"
    rf"{_MINE}.{{0,4}}(?:复制|导出|拷|打印)(?:一份|给我|出来)?|"
    r"(?:存|留|记|掌握|收集)(?:着|了|有)?我(?:的)?(?:哪些|什么|多少)(?:个人)?(?:信息|数据|资料|东西|内容)?"
)
_CORRECT = re.compile(
    rf"(?:更正|改正|修改|改一?下?)(?:一下)?{_MINE}|{_MINE}.{{0,4}}(?:错了|不对|要(?:更)?改)"
)
MOST_LINES = 5
"""Messages that the copy repeats in words; the rest is counted."""


async def asked(turn: Turn) -> bool:
    """Answer a wish about one's own data; False where the message is none."""
    for pattern, handler in ((_REMOVE, _remove), (_CORRECT, _correct), (_COPY, _copy)):
        if pattern.search(turn.text):
            await handler(turn)
            return True
    return False


async def _remove(turn: Turn) -> None:
    """Say what would go and ask for the word; or why it must wait."""
    reasons = await hindrances(turn.context, turn.talk.id)
    if reasons:
        turn.say(
            "现在还不能删：\n" + "\n".join(reasons), [button("看进度", do="intent", intent="check_ticket")]
        )
        return
    turn.say(
        "删除后，这个对话、没填完的登记、图片都没有了，办结的工单里您的姓名、电话、地址和说过的话也去掉，"
        "只留不认得出人的统计。删了找不回来。确定删吗？",
        [button("确定删除", do="forget_me", look="danger"), button("不删", do="keep_me")],
    )


async def removed(turn: Turn, _command: dict[str, Any]) -> None:
    """确定删除: the dialogue removes everything after this answer."""
    reasons = await hindrances(turn.context, turn.talk.id)
    if reasons:
        turn.say(
            "现在还不能删：\n" + "\n".join(reasons), [button("看进度", do="intent", intent="check_ticket")]
        )
        return
    turn.say("已经删掉了。以后想问什么、想办什么，还可以来。", [], {"forget": PERSON})


async def kept(turn: Turn, _command: dict[str, Any]) -> None:
    """不删."""
    turn.say("好，都还留着。")


async def _correct(turn: Turn) -> None:
    turn.say(
        "哪一件、哪一处不对，直接说，比如“电话改成 138…”。还在填的马上改；已经登记的，我补充到工单里，"
        "由办事的单位改。要是写在工单里的内容错了，也可以转人工。",
        [
            button("补充到工单", do="intent", intent="supplement_ticket"),
            button("转人工", do="intent", intent="human_handoff"),
        ],
    )


async def _copy(turn: Turn) -> None:
    """Everything that is kept, in words; the look goes into the access log like anybody's."""
    found = await export_conversation(turn.context, turn.talk.id, resident(turn.talk.id))
    said = [line for line in found["messages"] if line["author"] == "resident" and line["text"]]
    parts = [f"这里存着您的：对话 {len(found['messages'])} 条，其中您说的 {len(said)} 条。"]
    if said:
        recent = "；".join(hide_numbers(line["text"])[:60] for line in said[-MOST_LINES:])
        parts.append(f"最近说的：{recent}")
    open_drafts = [draft for draft in found["drafts"] if draft["state"] == OPEN and draft["fields"]]
    parts += [f"没填完的登记：{_fields(turn, draft)}" for draft in open_drafts]
    parts += [
        f"工单 {ticket['number']}（{STATE_NAMES[ticket['state']]}）：{_fields(turn, ticket)}"
        for ticket in found["tickets"]
    ]
    if found["attachments"]:
        parts.append(f"图片 {len(found['attachments'])} 张。")
    agreed = found["conversation"]["consent_at"]
    if agreed:
        parts.append(f"您同意登记的时间：{agreed[:10]}。")
    parts.append("要完整的一份带走，可以到服务中心拷贝或打印；要删除，就说“删除我的信息”。")
    turn.say(
        "\n".join(parts),
        [button("删除我的信息", do="ask_forget"), button("转人工", do="intent", intent="human_handoff")],
    )
    if turn.talk.private:
        turn.replies[-1]["custom"]["private"] = True


async def ask_forget(turn: Turn, _command: dict[str, Any]) -> None:
    """The button under the copy."""
    await _remove(turn)


def _fields(turn: Turn, held: dict[str, Any]) -> str:
    service = turn.county.services.get(held["service"])
    values = [
        f"{wording(name).label} {shown(turn.county, turn.county.slots[name], value)}"
        for name, value in held["fields"].items()
        if name in turn.county.slots and value not in (None, "")
    ]
    return f"{service.name if service else held['service']}，" + ("、".join(values) or "没有内容")
