"""The proposal to merge on a ticket's page: what is alike, merging with one press, who sees it."""

from datetime import timedelta

from sqlalchemy import select

from bot.context import Context
from bot.tickets.models import Ticket

from .sample import DAY, at, file_one

PLEA = {
    "applicant_name": "龙小兵",
    "phone": "13700001111",
    "village": "T02-01",
    "demand_desc": "桥头路灯不亮",
}


async def row(context: Context, number: str) -> Ticket:
    async with context.db.read() as session:
        return (await session.scalars(select(Ticket).where(Ticket.number == number))).one()


async def two(context: Context) -> tuple[str, str]:
    at(context, DAY - timedelta(days=3))
    first = await file_one(context, "Z01", dict(PLEA), key="a")
    at(context, DAY)
    return first, await file_one(context, "Z01", dict(PLEA), key="b")


async def test_the_same_matter_is_merged_with_one_press(browser, staffed: Context):
    first, second = await two(staffed)
    reviewer = await browser("huang")
    page = await reviewer.get(f"/desk/tickets/{second}")
    assert "可能是同一件事" in page and first in page and "同一个人，同一地点" in page and "相隔 3 天" in page
    older = await reviewer.get(f"/desk/tickets/{first}")
    assert "并到这里来" in older
    version = (await row(staffed, second)).version
    form = {"name": "merged", "to": "merged", "into": first, "version": version}
    await reviewer.post(f"/desk/tickets/{second}/step", **form)
    merged = await row(staffed, second)
    assert merged.state == "merged" and merged.survivor == (await row(staffed, first)).id
    assert 'id="duplicates"' not in await reviewer.get(f"/desk/tickets/{first}")


async def test_another_person_place_matter_or_month_is_none(browser, staffed: Context):
    _, second = await two(staffed)
    for key, change, service in (
        ("c", {"phone": "13700002222"}, "Z01"),
        ("d", {"village": "T02-02"}, "Z01"),
        ("e", {}, "A24"),
    ):
        await file_one(staffed, service, {**PLEA, **change}, key=key)
    at(staffed, DAY - timedelta(days=40))
    old = await file_one(staffed, "Z01", dict(PLEA), key="f")
    at(staffed, DAY)
    page = await (await browser("huang")).get(f"/desk/tickets/{second}")
    part = page.split('id="duplicates"')[1].split("</section>")[0]
    assert part.count('class="other"') == 1 and old not in part


async def test_only_reviewers_see_it(browser, staffed: Context):
    _, second = await two(staffed)
    for login in ("lu", "ning"):
        assert 'id="duplicates"' not in await (await browser(login)).get(f"/desk/tickets/{second}")
