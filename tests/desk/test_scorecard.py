"""评价看板: the same figures as the ledger's, the list behind each, and who sees which."""

import json
import re
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook

from bot.context import Context
from bot.tickets.service import Tickets
from tests.desk.conftest import Desk
from tests.reports.ledger import Ledger, november
from tests.tickets.conftest import Desk as TicketDesk
from tests.tickets.conftest import at

DAYS = "from=2026-11-01&to=2026-11-30"
NUMBER = re.compile(r"QT-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
async def ledger(staffed: Context) -> Ledger:
    desk = TicketDesk(staffed, Tickets(staffed), at("2026-11-02 09:00"))
    staffed.clock = desk.now
    return await november(desk)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def listed(page: str) -> list[str]:
    """The numbers of the list behind a figure."""
    return NUMBER.findall(page[page.index('id="detail"') :].split("</table>")[0])


async def test_a_figure_opens_its_tickets_and_they_add_up(browser, ledger: Ledger) -> None:
    huang: Desk = await browser("huang")
    page = await huang.get(f"/desk/scorecard?{DAYS}&key=KX&measure=signed_in_time&part=miss")
    # November: ten of eleven; below thirty, so the year with R1 to R3 is shown: thirteen of fourteen.
    said = text_of(page)
    assert "14 件 ＝ 做到 13 件 ＋ 没做到 1 件，另有 4 件不计，按时签收率 92.9%" in said
    assert listed(page)[0] == ledger.numbers["K2"] and len(set(listed(page))) == 1
    page = await huang.get(f"/desk/scorecard?{DAYS}&key=KX&measure=signed_in_time&part=hit")
    assert len(set(listed(page))) == 13
    page = await huang.get(f"/desk/scorecard?{DAYS}&key=KX&measure=signed_in_time&part=out")
    assert "到期前居民已撤回" in page and "退单成立，派错了" in page
    assert set(listed(page)) == {ledger.numbers[name] for name in ("K4", "K7", "K9", "K12")}


async def test_few_cases_are_flagged_and_formulas_are_in_sight(browser, ledger: Ledger) -> None:
    huang: Desk = await browser("huang")
    said = text_of(await huang.get(f"/desk/scorecard?{DAYS}"))
    assert "6/6 件 件数少" in said and "年 13/14 少" in said
    assert "少于 10 件只报件数" in said and "min(1, R×(O＋20R)÷(E＋20R))" in said
    assert "期限内提交审结且没被退回 ÷ 主办到期的" in said


async def test_the_chart_holds_the_numbers_of_the_table_below(browser, ledger: Ledger) -> None:
    huang: Desk = await browser("huang")
    page = await huang.get(f"/desk/scorecard?{DAYS}&key=KX&measure=done_in_time")
    trend = json.loads(unescape(re.search(r'data-trend="([^"]*)"', page)[1]))  # type: ignore[index]
    assert trend["months"] == ["6月", "7月", "8月", "9月", "10月", "11月"] and len(trend["lines"]) <= 3
    kx = next(line for line in trend["lines"] if line["name"] == "县科协")
    # October: R1, R2 and R3, whose second round was done within its term too; November: six of ten.
    assert kx["counts"][-2:] == ["4/4", "6/10"] and kx["rates"][-2:] == [None, 60.0]
    table = text_of(page[page.index("同样的数字") :].split("</table>")[0])
    for line in trend["lines"]:
        assert all(count in table for count in line["counts"])


async def test_an_organisation_sees_its_own(browser, ledger: Ledger) -> None:
    wang: Desk = await browser("wang")
    page = await wang.get(f"/desk/scorecard?{DAYS}&key=HSZ&measure=helper_replied&part=miss")
    assert "2/4 件" in text_of(page) and "县科协" not in text_of(page)
    assert set(listed(page)) == {ledger.numbers["C2"], ledger.numbers["C3"]}
    for query in (
        "key=KX&measure=response",
        "by=service&key=A24&measure=response",
        "by=tier&key=organisation&measure=response",
    ):
        page = await wang.get(f"/desk/scorecard?{DAYS}&{query}")
        mine = {ledger.numbers[name] for name in ("C1", "C2", "C3", "C4", "C5", "C6")}
        assert set(NUMBER.findall(page)) <= mine


async def test_who_may_open_it(browser, ledger: Ledger) -> None:
    for login in ("admin", "huang", "lu", "ning"):
        await (await browser(login)).get("/desk/scorecard")
    for login in ("chen", "han"):
        await (await browser(login)).get("/desk/scorecard", 403)
    ning: Desk = await browser("ning")
    assert "签收后几分钟就办结" in await ning.get(f"/desk/inspection?{DAYS}")
    for login in ("admin", "huang", "lu", "wang"):
        desk = await browser(login)
        await desk.get("/desk/inspection", 403)
        assert "审计清单" not in await desk.get("/desk/scorecard")


async def test_wrong_dates_say_so_and_show_the_month(browser, ledger: Ledger) -> None:
    huang: Desk = await browser("huang")
    assert "结束日期早于开始日期" in await huang.get("/desk/scorecard?from=2026-11-30&to=2026-11-01")
    assert "日期写成" in await huang.get("/desk/scorecard?from=November")
    await huang.get("/desk/scorecard?key=XX&measure=nothing&part=none&by=staff&service=Q9")


async def test_the_export_is_a_workbook(browser, ledger: Ledger) -> None:
    huang: Desk = await browser("huang")
    address = f"/desk/scorecard?{DAYS}&by=service&format=xlsx"
    async with huang.client.get(address) as response:
        book = load_workbook(BytesIO(await response.read()))
    assert {row[0].value for row in book["评价"].iter_rows(min_row=4)} >= {"农技与科普咨询"}
