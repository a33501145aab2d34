"""The summary that a resident confirms, and the filing itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions.intake import plan
from actions.intake.ask import state
from actions.intake.show import hide_numbers, shown
from actions.intake.wording import wording
from actions.turn import Turn, button
from bot.clock import spoken
from bot.conversations.consent import CONSENT, CONSENT_VERSION
from bot.conversations.drafts import FILED, Draft
from bot.directory.catalogue import County, Service
from bot.tickets.actors import resident
from bot.tickets.service import Filed, Filing, Tickets


def show(turn: Turn, draft: Draft, service: Service, lead: str = "") -> None:
    """Show what will be filed and ask for the resident's word."""
    draft.progress["stage"], draft.progress["asked"] = "confirm", []
    rows = summary_rows(turn.county, service, draft)
    who = who_handles(turn.county, service)
    lines = [f"{row['label']}：{row['value']}" for row in rows]
    text = (
        f"{lead}请核对“{service.name}”，没错就说“确认提交”，有错直接说对的。\n"
        + "\n".join(lines)
        + f"\n{who}{CONSENT}"
    )
    buttons = [
        button("确认提交", do="confirm", draft=draft.id),
        button("改一处", do="edit", draft=draft.id),
        button("补充一句", do="add", draft=draft.id),
        button("取消", do="cancel", draft=draft.id),
    ]
    custom = {
        "summary": {"service": service.code, "name": service.name, "rows": rows, "who": who},
        "form": state(turn.county, service, draft),
    }
    turn.say(text, buttons, custom)


def summary_rows(county: County, service: Service, draft: Draft) -> list[dict[str, str]]:
    """Label and value of each filled slot, in the catalogue's order."""
    rows = []
    if draft.proxy:
        rows.append(
            {"slot": "is_proxy", "label": "替谁办", "value": f"您的{draft.progress.get('relation', '家人')}"}
        )
    for slot in plan.slots_of(county, service, draft):
        if slot.name in draft.fields:
            value = hide_numbers(shown(county, slot, draft.fields[slot.name]))
            rows.append({"slot": slot.name, "label": wording(slot.name).label, "value": value[:120]})
    return rows


def who_handles(county: County, service: Service) -> str:
    """由县残联主办，县红十字会协办。"""
    lead = county.orgs[service.lead].name
    helpers = "、".join([county.orgs[code].name for code in service.helpers] + list(service.local))
    return f"由{lead}主办{f'，{helpers}协办' if helpers else ''}。"


def filing_of(turn: Turn, draft: Draft, service: Service) -> Filing:
    """What is filed for a draft; its id is the key."""
    fields = dict(draft.fields)
    photos = fields.pop("photos", None)
    plan.fill_doublets(fields)
    return Filing(
        key=draft.id,
        service=service.code,
        fields=fields,
        channel=turn.talk.channel,
        actor=resident(turn.talk.id),
        conversation=turn.talk.id,
        urgent=draft.urgent,
        linked=draft.progress.get("linked") or (draft.id if draft.progress.get("also") else None),
        attachments=tuple(photos) if isinstance(photos, list) else (),
    )


async def offer_same(turn: Turn, draft: Draft, service: Service) -> bool:
    """Where this conversation has the same matter under way, ask whether to add to it; True when asked.

    Only one's own: that somebody with the same number filed something is told to nobody.
    """
    like = await Tickets(turn.context).open_like(filing_of(turn, draft, service))
    if like is None or like.conversation != turn.talk.id:
        return False
    turn.say(
        f"您这件事已经登记过，还在办：{like.number}。是补充到那一件，还是另外登记一件？",
        [
            button("补充到那一件", do="merge", draft=draft.id, number=like.number),
            button("另外登记", do="confirm", draft=draft.id),
        ],
        {"form": state(turn.county, service, draft)},
    )
    return True


async def file(turn: Turn, draft: Draft, service: Service) -> Filed:
    """File the draft, once; the same draft always gives the same ticket."""
    filed = await Tickets(turn.context).file(filing_of(turn, draft, service))
    draft.state = FILED
    draft.progress["number"] = filed.ticket.number
    turn.save(draft)
    turn.talk.consent = CONSENT_VERSION
    turn.memory["ticket"] = filed.ticket.number
    turn.memory["about"] = {"service": service.code, "ticket": filed.ticket.number}
    return filed


def say_filed(turn: Turn, service: Service, filed: Filed) -> None:
    """Number, code, and what happens now."""
    number, code = filed.ticket.number, filed.retrieval_code
    spaced = f"{code[:3]} {code[3:]}" if len(code) == 6 else code
    headline = "已登记，工作人员正在审核" if filed.created else "这件事已经登记过了，还是这一件"
    after = next_steps(turn.county, service, filed.ticket.due, turn.now)
    numbered = "\n".join(f"{place}. {line}" for place, line in enumerate(after, 1))
    text = (
        f"{headline}。\n工单号 {number}\n取回码 {spaced}（查进度要用）\n"
        f"请截图或抄下来。别人知道号码和取回码，也能看到进度。\n接下来：\n{numbered}"
    )
    turn.say(
        text,
        [button("看进度", do="progress", number=number)],
        {"ticket_number": number, "retrieval_code": code, "filed": {"headline": headline, "next": after}},
    )


def next_steps(county: County, service: Service, due: datetime | None, now: datetime) -> list[str]:
    """What happens after filing, by whom and by when; who decides where that is another body."""
    lead = county.orgs[service.lead].name
    lines = [f"审核派单：{spoken(due, now)} 前" if due else "工作人员审核派单"]
    lines.append(f"{lead}联系您，说清怎么办")
    if service.urgent:
        lines.append("按紧急办理，当天有人联系")
    else:
        unit = "天" if "法定" in service.days_are else "个工作日"
        lines.append(f"办结：一般 {service.days} {unit}内")
    if service.decider:
        lines.append(f"最后由{service.decider}定，要等他们的结果，我们替您盯着")
    if service.window:
        lines.append(f"这一项{service.window}受理，不在期内的先登记，到时通知您")
    if service.materials and "无需" not in service.materials and "口述" not in service.materials:
        lines.append(f"可以先备好：{service.materials}")
    return lines


def confirm_buttons(draft: Draft) -> list[dict[str, Any]]:
    """The short form of the summary's buttons, after a question in between."""
    return [
        button("确认提交", do="confirm", draft=draft.id),
        button("改一处", do="edit", draft=draft.id),
        button("取消", do="cancel", draft=draft.id),
    ]
