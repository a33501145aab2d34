"""The proposal on a complaint's page: shown to the reviewer, accepted with one press, or changed."""

from pathlib import Path

from sqlalchemy import select

from bot.context import Context
from bot.tickets.models import RoutingProposal, Ticket
from nlu.retrieval.index import Item, publish

from .sample import DAY, at, file_one

PLEA = {
    "applicant_name": "龙小兵",
    "phone": "13700001111",
    "village": "T02-01",
    "demand_desc": "工地老板拖欠工资",
}


async def complaint(context: Context, key: str = "z1") -> str:
    at(context, DAY)
    item = Item(
        key="service/A04",
        title="职工法律维权与欠薪求助",
        answer="",
        phrasings=("老板拖欠工资不给", "工地欠薪"),
        service="A04",
    )
    other = Item(
        key="service/A24", title="农技与科普咨询", answer="", phrasings=("柑橘叶子发黄",), service="A24"
    )
    publish(Path(context.settings.state_dir) / "index", [item, other], [])
    return await file_one(context, "Z01", dict(PLEA), key=key)


async def test_the_reviewer_accepts_it_or_another_lead(browser, staffed: Context):
    number = await complaint(staffed)
    reviewer = await browser("huang")
    page = await reviewer.get(f"/desk/tickets/{number}")
    assert "派给县总工会" in page and "说的像“职工法律维权与欠薪求助”" in page and "改成 A04" in page
    version = (await row(staffed, number)).version
    form = {"name": "dispatched", "to": "awaiting_sign", "org": "ZGH", "version": version}
    await reviewer.post(f"/desk/tickets/{number}/step", **form)
    async with staffed.db.read() as session:
        [kept] = await session.scalars(select(RoutingProposal))
    assert (kept.lead, kept.chosen) == ("ZGH", "ZGH") and (await row(staffed, number)).lead == "ZGH"
    assert 'id="proposal"' not in await reviewer.get(f"/desk/tickets/{number}")


async def test_only_reviewers_see_it(browser, staffed: Context):
    number = await complaint(staffed)
    for login in ("lu", "ning"):
        assert 'id="proposal"' not in await (await browser(login)).get(f"/desk/tickets/{number}")
    for login in ("yang", "han", "chen"):
        await (await browser(login)).get(f"/desk/tickets/{number}", 403)


async def row(context: Context, number: str) -> Ticket:
    async with context.db.read() as session:
        return (await session.scalars(select(Ticket).where(Ticket.number == number))).one()
