"""A small ledger of November 2026, driven through the facade; every ticket goes its own way.

A24 (农技咨询, 县科协 KX, 5 working days) and A07 (辅具, 县残联 CL with 县红十字会 HSZ, 15 and 9 days). What is
dispatched on Monday 11-02 at 09:00 must be signed and contacted by 11-03 09:00; A24 is due on 11-09 17:30,
A07 on 11-23 17:30, its helper on 11-13 17:30.
"""

from typing import Any

from bot.directory.roles import Role
from bot.tickets.actors import SYSTEM, Actor
from tests.tickets.conftest import ENQUIRY, HELPER, LEAD, MINE, REVIEWER, SECOND, WHEELCHAIR, Desk, at, staff

KX = staff(Role.ORGANISATION, "KX", id="21")
WL = staff(Role.ORGANISATION, "WL", id="22")


class Ledger:
    """Numbers by the names that the tests count with."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.tickets = desk, desk.tickets
        self.numbers: dict[str, str] = {}

    def names(self, numbers: tuple[str, ...]) -> list[str]:
        """Which of the tickets stand in a list."""
        known = {number: name for name, number in self.numbers.items()}
        return sorted(known[number] for number in numbers)

    async def sent(self, name: str, when: str = "11-02 09:00", like: str | None = None, **more: Any) -> str:
        """A ticket that is dispatched; its person is that of `like`, or nobody else."""
        service, base = ("A07", WHEELCHAIR) if name[0] == "C" else ("A24", ENQUIRY)
        phone = f"138{sum(ord(c) * 31**n for n, c in enumerate(like or name)):08d}"
        self.desk.at(f"2026-{when}")
        number = await self.desk.number(service, {**base, "phone": phone}, **more)
        await self.tickets.step(number, "awaiting_sign", REVIEWER)
        self.numbers[name] = number
        return number

    async def step(self, name: str, when: str, to: str, actor: Actor, **more: Any) -> None:
        self.desk.at(f"2026-{when}")
        await self.tickets.step(self.numbers[name], to, actor, **more)

    async def call(self, name: str, when: str, actor: Actor, outcome: str = "reached") -> None:
        self.desk.at(f"2026-{when}")
        await self.tickets.act(self.numbers[name], "contacted", actor, data={"outcome": outcome})

    async def begun(
        self, name: str, when: str = "11-02 09:00", signed: str = "11-02 10:00", **more: Any
    ) -> None:
        """Dispatched, signed and contacted in time, by default."""
        lead = LEAD if name[0] == "C" else KX
        await self.sent(name, when, **more)
        await self.step(name, signed, "in_progress", lead)
        await self.call(name, signed, lead)

    async def finished(self, name: str, when: str, actor: Actor, **more: Any) -> None:
        """Handed in and passed at once."""
        await self.step(name, when, "awaiting_close", actor, note="问清了", **more)
        await self.tickets.step(self.numbers[name], "awaiting_rating", SECOND, **more)

    async def rate(self, name: str, when: str, rating: str, actor: Actor = MINE, **more: Any) -> None:
        self.desk.at(f"2026-{when}")
        await self.tickets.rate(self.numbers[name], rating, more.pop("reason", None), actor, **more)


async def november(desk: Desk) -> Ledger:
    """All of it."""
    ledger = Ledger(desk)
    await _october(ledger)
    await _enquiries(ledger)
    await _irregular(ledger)
    await _wheelchairs(ledger)
    desk.at("2026-12-10 10:00")
    return ledger


async def _october(o: Ledger) -> None:
    """Closed in October, so that their thirty days end in November."""
    for name, closed in (("R1", "10-13 16:00"), ("R2", "10-14 16:00"), ("R3", "10-15 16:00")):
        await o.begun(name, "10-12 09:00", "10-12 10:00")
        await o.finished(name, closed, KX)
    await o.rate("R1", "10-14 09:00", "满意")
    await o.rate("R2", "10-15 09:00", "满意")
    await o.rate("R3", "10-20 09:00", "不满意", reason="还是黄")
    await o.finished("R3", "10-22 16:00", KX)
    await o.rate("R3", "10-23 09:00", "满意")


async def _enquiries(k: Ledger) -> None:
    # K1: everything in time
    await k.begun("K1")
    await k.finished("K1", "11-06 16:00", KX)
    await k.rate("K1", "11-09 12:00", "满意")
    # K2: counts as signed, late; contacted late; handed in late; unsatisfied
    await k.sent("K2")
    await k.step("K2", "11-03 09:05", "in_progress", SYSTEM)
    await k.call("K2", "11-03 10:00", KX)
    await k.finished("K2", "11-10 09:00", KX)
    await k.rate("K2", "11-11 09:00", "不满意")
    # K3: returned in time, the return rejected, then signed in time; nobody rates
    await k.sent("K3")
    await k.step("K3", "11-02 10:00", "return_review", KX, note="不是农技")
    await k.step("K3", "11-02 14:40", "awaiting_sign", REVIEWER, note="就是病虫害")
    await k.call("K3", "11-03 08:50", REVIEWER)
    await k.step("K3", "11-03 10:00", "in_progress", KX)
    await k.finished("K3", "11-09 17:00", KX)
    await k.step("K3", "11-20 09:00", "closed", SYSTEM)
    # K4: the return is upheld, WL does it in time
    await k.sent("K4")
    await k.step("K4", "11-02 10:00", "return_review", KX, note="是演出的事")
    await k.step("K4", "11-02 11:00", "awaiting_sign", REVIEWER, org="WL")
    await k.step("K4", "11-03 10:00", "in_progress", WL)
    await k.call("K4", "11-03 10:30", WL)
    await k.finished("K4", "11-09 17:00", WL)
    await k.rate("K4", "11-10 09:00", "基本满意")
    # K5: three tries on two days; an extension to 11-13; called back without a recording
    await k.sent("K5")
    await k.step("K5", "11-02 10:00", "in_progress", KX)
    for when in ("11-02 10:00", "11-02 15:00", "11-03 08:40"):
        await k.call("K5", when, KX, "no_answer")
    until = at("2026-11-13 17:30")
    await k.step("K5", "11-06 09:00", "extension_review", KX, note="专家出差", until=until)
    await k.step("K5", "11-06 10:00", "in_progress", REVIEWER, until=until)
    await k.finished("K5", "11-12 16:00", KX)
    await k.rate("K5", "11-13 09:00", "满意", SECOND)
    # K6: two days of pause move the deadline to 11-11; called back with a recording
    await k.begun("K6")
    await k.step("K6", "11-04 09:00", "awaiting_info", KX, note="拍张叶子")
    k.desk.at("2026-11-06 09:00")
    await k.tickets.supplement(k.numbers["K6"], "拍了", MINE)
    await k.finished("K6", "11-11 17:00", KX)
    await k.rate("K6", "11-12 09:00", "满意", SECOND, recording="录音 0311")


async def _irregular(k: Ledger) -> None:
    # K7: withdrawn before anything was due
    await k.sent("K7")
    await k.step("K7", "11-02 16:00", "withdrawn", MINE)
    # K8: withdrawn when it was late already
    await k.begun("K8")
    await k.step("K8", "11-10 10:00", "withdrawn", MINE)
    # K10: of the same person and matter as R1; signed, never contacted, open and late
    await k.sent("K10", like="R1")
    await k.step("K10", "11-02 10:00", "in_progress", KX)
    # K9: merged into K10
    await k.begun("K9")
    await k.step("K9", "11-03 08:50", "merged", REVIEWER, data={"into": k.numbers["K10"]})
    # K11: handed in in time, sent back, handed in again too late
    await k.begun("K11")
    await k.step("K11", "11-06 16:00", "awaiting_close", KX, note="问了")
    await k.step("K11", "11-09 10:00", "in_progress", SECOND, note="没写怎么治")
    await k.finished("K11", "11-10 10:00", KX)
    await k.rate("K11", "11-11 09:00", "满意")
    # K12: a test
    await k.begun("K12", channel="test")
    # K13: redone within its second term
    await k.begun("K13")
    await k.finished("K13", "11-05 15:00", KX)
    await k.rate("K13", "11-06 10:00", "不满意", reason="药不对")
    await k.finished("K13", "11-12 15:00", KX)
    await k.rate("K13", "11-13 09:00", "满意")
    # K14: the resident does not answer; closed by rule after two calls
    await k.begun("K14")
    await k.step("K14", "11-04 09:00", "awaiting_info", KX, note="哪块地")
    for when in ("11-05 10:00", "11-06 10:00"):
        await k.call("K14", when, KX, "no_answer")
    await k.step("K14", "11-12 09:00", "closed", KX)
    # K15: to be signed in November, to be done in December
    await k.begun("K15", "11-27 09:00", "11-27 10:00")


async def _wheelchairs(c: Ledger) -> None:
    # C1: in time; partly solved
    await c.begun("C1")
    await c.step("C1", "11-02 14:40", "in_progress", HELPER, org="HSZ")
    await c.step("C1", "11-10 09:00", "done", HELPER, note="轮椅到库")
    await c.finished("C1", "11-20 09:00", LEAD)
    await c.rate("C1", "11-20 12:00", "满意", solved="partly")
    # C2: the helper is two working days late, so is the lead: taken off
    await c.begun("C2")
    await c.step("C2", "11-02 14:40", "in_progress", HELPER, org="HSZ")
    await c.step("C2", "11-17 17:30", "done", HELPER, note="轮椅到库")
    await c.finished("C2", "11-25 17:00", LEAD)
    await c.rate("C2", "11-26 12:00", "满意")
    # C3: the helper says nothing of the matter; policy does not allow it, two people say so
    await c.begun("C3")
    await c.step("C3", "11-02 14:40", "in_progress", HELPER, org="HSZ")
    await c.step("C3", "11-09 09:00", "done", HELPER, note="收到。")
    await c.finished("C3", "11-20 09:00", LEAD, data={"policy": True})
    await c.rate("C3", "11-20 12:00", "不满意", solved="no")
    # C4: the helper is waived before it had to sign; the lead is a day late
    await c.begun("C4")
    await c.step("C4", "11-02 16:00", "waived", REVIEWER, org="HSZ", note="库里有货")
    await c.finished("C4", "11-24 09:00", LEAD)
    await c.rate("C4", "11-24 12:00", "满意", solved="solved")
    # C5: the helper's return is upheld; nobody rates
    await c.begun("C5")
    await c.step("C5", "11-02 14:40", "return_review", HELPER, org="HSZ", note="不是轮椅")
    await c.step("C5", "11-02 15:00", "cancelled", REVIEWER, org="HSZ")
    await c.finished("C5", "11-20 09:00", LEAD)
    await c.step("C5", "11-28 09:00", "closed", SYSTEM)
    # C6: the helper counts as signed, late, but replies in time
    await c.begun("C6")
    await c.step("C6", "11-03 09:05", "in_progress", SYSTEM, org="HSZ")
    await c.step("C6", "11-12 09:00", "done", HELPER, note="轮椅到库")
    await c.finished("C6", "11-23 17:00", LEAD)
    await c.rate("C6", "11-24 12:00", "满意")
