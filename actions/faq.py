"""Answers to policy questions: answer, ask back, or say that it is not known."""

from __future__ import annotations

import re

from actions import followups, nlu_client
from actions.turn import Ranking, Turn, Understood, button
from bot.directory.catalogue import FALLBACK_SERVICE, Service
from bot.knowledge.answers import Answer, Answers, dated
from bot.knowledge.gaps import ASKED_BACK, record_gap

MOST_ANSWERS = 2
MOST_CHOICES = 3
_WORTH_ASKING = 0.3
"""A candidate is offered when it is at least so likely as this share of the best."""
_QUESTION = re.compile(
    r"[？?]|[吗么呢嘛](?:[。！! ]|$)|怎么|如何|多少|多久|几天|哪|什么|啥|咋|谁|能不能|可不可以|是不是|"
    r"有没有|要不要"
)
HUMAN = button("转人工", do="intent", intent="human_handoff")


async def answer(turn: Turn) -> None:
    """A question outside of the form."""
    several = await _several(turn)
    if several:
        for number, said in enumerate(several):
            assert said.faq.best is not None
            await say_entry(
                turn, said.faq.best.key, said.faq.best.score, lead="" if number == 0 else "您还问到："
            )
        return
    await by_ranking(turn, turn.said.faq)


async def by_ranking(turn: Turn, ranking: Ranking) -> None:
    """One question by its ranking."""
    if ranking.sure and ranking.best and await say_entry(turn, ranking.best.key, ranking.best.score):
        return
    if (ranking.sure or ranking.middling) and await ask_back(turn, ranking):
        return
    await not_known(turn)


async def _several(turn: Turn) -> list[Understood]:
    """The questions of a message that holds two different ones, each sure by itself."""
    parts = [part for part in nlu_client.sentences(turn.text) if _QUESTION.search(part)]
    if len(parts) < 2:
        return []
    found: dict[str, Understood] = {}
    for said in await nlu_client.understand(turn.context, parts[:4]):
        if said.faq.sure and said.faq.best and said.intent in ("ask_faq", "request_service", ""):
            found.setdefault(said.faq.best.key, said)
    return list(found.values())[:MOST_ANSWERS] if len(found) >= 2 else []


async def policy_question(turn: Turn) -> Understood | None:
    """The policy question within a message of another kind, where there is one that is sure."""
    if not _QUESTION.search(turn.text):
        return None
    if turn.said.faq.sure:
        return turn.said
    parts = [part for part in nlu_client.clauses(turn.text) if _QUESTION.search(part)]
    understood = await nlu_client.understand(turn.context, parts[:2]) if parts != [turn.text] else []
    return next((said for said in understood if said.faq.sure), None)


async def say_entry(turn: Turn, entry: str, score: float, *, lead: str = "", quiet: bool = False) -> bool:
    """Say a published answer; False where there is none any more. `quiet` leaves the buttons out."""
    found = await Answers(turn.context).answer(entry)
    if found is None:
        return False
    service = turn.county.services.get(found.service or "")
    if service and service.proposed_to:
        service = None
    turn.say(
        lead + answer_text(found), [] if quiet else _buttons(found, service), _custom(found, score, service)
    )
    turn.memory["about"] = {"faq": found.id, **({"service": service.code} if service else {})}
    turn.used.append((found.id, "hit"))
    return True


def answer_text(found: Answer) -> str:
    """The answer as text alone must carry it: body, honest line, source and date."""
    lines = [found.text]
    if found.note:
        lines.append(found.note)
    if found.expired:
        lines.append("这条依据已过有效期，正在核对，以工作人员答复为准。")
    lines.append(f"依据：{found.source}（{dated(found)}）")
    return "\n".join(lines)


def _buttons(found: Answer, service: Service | None) -> list[dict[str, str]]:
    buttons = []
    if service:
        buttons.append(button(f"登记办理：{service.name}", do="start", service=service.code))
    buttons += [
        button("有用", do="helpful", faq=found.id, yes=True),
        button("没用", do="helpful", faq=found.id, yes=False),
    ]
    return [*buttons, HUMAN]


def _custom(found: Answer, score: float, service: Service | None) -> dict[str, object]:
    return {
        "faq": found.id,
        "source": found.source,
        "confidence": round(score, 4),
        "title": found.question,
        "note": found.note,
        "unconfirmed": found.unconfirmed,
        "checked": dated(found),
        "service": service.code if service else None,
        "service_name": service.name if service else None,
    }


async def ask_back(turn: Turn, ranking: Ranking, lead: str = "") -> bool:
    """Offer the likeliest two or three questions; False where none of them is published."""
    best = ranking.best
    if best is None:
        return False
    likely = [c for c in ranking.candidates if c.score >= best.score * _WORTH_ASKING][:MOST_CHOICES]
    if len(likely) < 2:
        likely = list(ranking.candidates[:2])
    answers = await Answers(turn.context).answers([c.key for c in likely])
    shown = [answers[c.key] for c in likely if c.key in answers]
    if not shown:
        return False
    listed = "；".join(f"{number}. {found.question}" for number, found in enumerate(shown, 1))
    buttons = [button(found.short, do="faq", id=found.id) for found in shown]
    buttons.append(button("都不是", do="none_of"))
    turn.say(f"{lead}您问的是哪一个？{listed}", buttons, {"ask_back": [found.id for found in shown]})
    turn.memory["offered"] = {"faq": [found.id for found in shown]}
    turn.used += [(found.id, "offered") for found in shown]
    if turn.text.strip() and not turn.talk.private:
        nearest = [(c.key, c.score) for c in likely]
        await record_gap(turn.context, turn.text, "asked_back", turn.talk.id, nearest, waits=True)
        turn.memory[ASKED_BACK] = True
    return True


async def not_known(turn: Turn, text: str | None = None) -> None:
    """Say so, keep the question for the maintainers, offer a ticket or a person."""
    asked = text if text is not None else turn.text
    nearest = [(c.key, c.score) for c in turn.said.faq.candidates[:3]]
    if asked.strip():
        await record_gap(turn.context, asked, "unknown", turn.talk.id, nearest)
    turn.say(
        "这个我还不知道，不敢乱说。问题已经记下，工作人员会补上。想有人答复您，可以登记，也可以转人工。",
        [button("登记，让人答复我", do="start", service=FALLBACK_SERVICE), HUMAN],
        {"gap": True},
    )


async def answer_in_between(turn: Turn, service: Service, taken: bool) -> bool:
    """A question inside the form, answered first; False where nothing is asked that is known or clear."""
    if followups.about_service(turn, service, lead="先答您问的："):
        return True
    said = await _question_part(turn)
    best = said.faq.best
    if (
        said.faq.sure
        and best
        and await say_entry(turn, best.key, best.score, lead="先答您问的：", quiet=True)
    ):
        return True
    clear = re.search(r"[？?]|[吗么](?:[。！! ]|$)|请问|想问", said.text)
    if taken and not clear:
        return False
    if said.faq.middling and (clear or said.intent == "ask_faq"):
        return await ask_back(turn, said.faq, lead="先答您问的，")
    if clear and not taken:
        await record_gap(
            turn.context,
            said.text,
            "unknown",
            turn.talk.id,
            [(c.key, c.score) for c in said.faq.candidates[:3]],
        )
        turn.say("先答您问的：这个我还不知道，已经记下，工作人员联系您时可以问。", [], {"gap": True})
        return True
    return False


async def _question_part(turn: Turn) -> Understood:
    """The sentence of the message that asks, understood by itself."""
    parts = nlu_client.sentences(turn.text)
    asking = [part for part in parts if _QUESTION.search(part)]
    if len(parts) < 2 or not asking:
        return turn.said
    understood = await nlu_client.understand(turn.context, asking[:1])
    return understood[0] if understood else turn.said
