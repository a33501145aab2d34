"""Figures over HTTP and on the command line: who sees what, and exports without formulas."""

import asyncio
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from bot.api.app import add_api
from bot.cli import main
from bot.directory.load import Directory
from bot.directory.models import Organisation
from bot.directory.roles import Role
from bot.directory.tokens import create_token
from bot.reports.sheet import write
from bot.settings import Settings
from tests.reports.ledger import november
from tests.tickets.conftest import Desk

DAYS = "from=2026-11-01&to=2026-11-30"


@pytest.fixture
def server() -> str:
    return "sqlite"


class Door:
    """A client with a token of every role."""

    def __init__(self, client: TestClient, tokens: dict[str, str]) -> None:
        self.client, self.tokens = client, tokens

    async def get(self, path: str, who: str | None) -> ClientResponse:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        return await self.client.get(f"/api/v1/reports/{path}", headers=headers)


@pytest.fixture
async def door(desk: Desk) -> AsyncIterator[Door]:
    tokens = {}
    async with desk.context.db.write() as session:
        for role in Role:
            org = "HSZ" if role is Role.ORGANISATION else None
            tokens[role.value] = await create_token(session, role, org, role.value, desk.now(), None)
        tokens["nobody's"] = await create_token(session, Role.ORGANISATION, None, "none", desk.now(), None)
    app = web.Application()
    add_api(app, desk.context)
    async with TestClient(TestServer(app)) as client:
        yield Door(client, tokens)


async def test_who_sees_which_figures(door: Door, desk: Desk) -> None:
    await november(desk)
    for who in ("administrator", "reviewer", "convenor", "auditor"):
        response = await door.get(f"scorecard?{DAYS}", who)
        assert response.status == 200
        rows = (await response.json())["rows"]
        assert len(rows) == 11
    own = await (await door.get(f"scorecard?{DAYS}", "organisation")).json()
    assert [row["key"] for row in own["rows"]] == ["HSZ"]
    assert own["county"]["figures"]["response"]["period"]["denominator"] == 18
    for who in ("station", "maintainer", "channel", "nobody's"):
        assert (await door.get(f"scorecard?{DAYS}", who)).status == 403
    assert (await door.get(f"scorecard?{DAYS}", None)).status == 401


async def test_the_inspected_do_not_see_the_inspectors_lists(door: Door) -> None:
    for role in Role:
        expected = 200 if role is Role.AUDITOR else 403
        assert (await door.get("inspection", role.value)).status == expected, role
    lists = (await (await door.get("inspection", "auditor")).json())["items"]
    assert [one["list"] for one in lists] == [
        "too_fast", "staff_networks", "withdrawn_after_call", "same_photo", "without_task",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=november", "from"),
        ("from=2026-11-30&to=2026-11-01", "from"),
        ("from=2016-11-30&to=2026-11-01", "from"),
        ("by=staff", "by"),
        ("format=pdf", "format"),
        ("to=9999-12-31", "from"),
    ],
)
async def test_wrong_questions_name_what_is_wrong(door: Door, query: str, field: str) -> None:
    response = await door.get(f"scorecard?{query}", "reviewer")
    assert response.status == 422 and (await response.json())["field"] == field
    assert response.content_type == "application/problem+json"


async def test_the_workbook_holds_the_same_figures(door: Door, desk: Desk) -> None:
    ledger = await november(desk)
    response = await door.get(f"scorecard?{DAYS}&format=xlsx", "reviewer")
    assert "attachment" in response.headers["Content-Disposition"]
    book = load_workbook(BytesIO(await response.read()))
    rows = [tuple(cell.value for cell in row) for row in book["评价"].iter_rows(min_row=3)]
    row = next(row for row in rows if row[:2] == ("县残联", "按时办结率"))
    assert row[2:4] == (5, 6) and row[4] is None and "少于 10 件" in row[8]
    behind = [tuple(cell.value for cell in row) for row in book["工单"].iter_rows(min_row=2)]
    assert ("县残联", "按时办结率", "没做到", ledger.numbers["C4"]) in behind


async def test_names_that_look_like_formulas_stay_text(door: Door, desk: Desk) -> None:
    async with desk.context.db.write() as session:
        (await session.get(Organisation, "KX")).name = '=HYPERLINK("http://x","县科协")'
        (await session.get(Organisation, "WL")).name = "@SUM(1+1)*cmd|' /C calc'!A0"
    desk.context.directory = Directory(desk.context.db, desk.context.clock)
    response = await door.get(f"scorecard?{DAYS}&format=xlsx", "reviewer")
    book = load_workbook(BytesIO(await response.read()))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("=HYPERLINK") and cell.quotePrefix for cell in cells)


def test_control_characters_do_not_break_the_workbook() -> None:
    sheet = Workbook().active
    write(sheet, ["a\x00b", "\t=1+1", -1, ""])
    assert [cell.value for cell in sheet[1]] == ["ab", "\t=1+1", -1, ""]
    assert [cell.data_type for cell in sheet[1]][:3] == ["s", "s", "n"]


async def test_the_command_prints_what_the_api_says(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await november(desk)
    monkeypatch.setenv("DATABASE_URL", desk.context.db.url.render_as_string(hide_password=False))
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KEY_DIR", str(tmp_path / "keys"))
    monkeypatch.setitem(Settings.model_config, "env_file", None)

    async def call(*arguments: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, main, ["report", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    days = ("--from", "2026-10-01", "--to", "2026-10-31")
    text = await call(*days)
    assert "县科协" in text and "按时签收率" in text and "÷" in text
    said = json.loads(await call(*days, "--json"))
    row = next(row for row in said["rows"] if row["key"] == "KX")
    # R1, R2 and R3 were signed in October; R3 was closed twice.
    assert row["figures"]["signed_in_time"]["period"]["numerator"] == 3
    assert row["figures"]["done_in_time"]["period"]["denominator"] == 4
    path = tmp_path / "october.xlsx"
    await call(*days, "--xlsx", str(path))
    assert load_workbook(path).sheetnames == ["评价", "怎么算的", "工单"]
