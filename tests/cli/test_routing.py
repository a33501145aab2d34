"""Decisions on proposals are exported without names and numbers."""

import json
from pathlib import Path

from tests.cli.conftest import Call, in_thread
from tests.retention.conftest import desk as desk
from tests.tickets.conftest import REVIEWER, Desk

SAID = "我叫王建国，电话 13912345678，村口路灯不亮"


async def test_export(desk: Desk, call: Call, tmp_path: Path) -> None:
    fields = {"applicant_name": "王建国", "phone": "13912345678", "village": "T01-05", "demand_desc": SAID}
    await desk.tickets.step(await desk.number("Z01", fields), "awaiting_sign", REVIEWER, org="KX")
    said = await in_thread(call, "routing", "export", str(tmp_path / "lessons.jsonl"))
    assert said.output == "1 decisions, 0 of them other than proposed\n"
    text = (tmp_path / "lessons.jsonl").read_text("utf-8")
    lesson = json.loads(text)
    assert lesson["chosen"] == "KX" and "路灯不亮" in lesson["text"]
    assert "13912345678" not in text and "王建国" not in text
