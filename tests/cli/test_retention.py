"""Terms and a person's rights as an administrator calls them."""

import json
from pathlib import Path

from bot.context import Context
from tests.cli.conftest import Call, in_thread
from tests.retention.conftest import desk as desk
from tests.retention.conftest import talk
from tests.tickets.conftest import Desk, resident


async def test_person_gets_a_copy_a_reason_and_the_removal(desk: Desk, call: Call, tmp_path: Path) -> None:
    mine = await talk(desk.context, "王建国", "父亲要轮椅")
    number = await desk.number(actor=resident(mine), conversation=mine)
    file = tmp_path / "copy.json"
    assert (await in_thread(call, "person", "export", "--ticket", number, "--to", str(file))).exit_code == 0
    assert json.loads(file.read_text("utf-8"))["messages"][0]["text"] == "父亲要轮椅"
    assert file.stat().st_mode & 0o077 == 0
    refused = await in_thread(call, "person", "erase", "--conversation", mine, "--yes")
    assert refused.exit_code == 1 and f"工单 {number} 还没办结" in refused.output
    await desk.tickets.step(number, "withdrawn", resident(mine))
    unsure = await in_thread(call, "person", "erase", "--ticket", number, input="n\n")
    assert unsure.exit_code == 1
    done = await in_thread(call, "person", "erase", "--ticket", number, "--yes")
    assert done.exit_code == 0 and "tickets: 1" in done.output, done.output
    gone = await in_thread(call, "person", "export", "--conversation", mine)
    assert gone.exit_code == 1 and "没有这个会话" in gone.output
    neither = await in_thread(call, "person", "export")
    assert neither.exit_code == 2 and "--ticket" in neither.output


async def test_retention_runs_and_shows(county: Context, call: Call) -> None:
    assert "last run: never" in (await in_thread(call, "retention", "show")).output
    result = await in_thread(call, "retention", "run")
    assert result.exit_code == 0 and "conversations: 0\n" in result.output
    assert "never" not in (await in_thread(call, "retention", "show")).output
    (county.settings.state_dir / "retention.yml").write_text("terms:\n  conversations: 1\n")
    refused = await in_thread(call, "retention", "run")
    assert refused.exit_code == 1 and "at least 180" in refused.output
