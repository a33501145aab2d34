"""Entries in and out as files: what is new, changed, the same or refused is said line by line."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.cli import knowledge
from bot.context import Context
from bot.knowledge.answers import Answers
from tests.cli.conftest import Call, in_thread

FILE = """\
entries:
  - id: GH-03
    org: ZGH
    group: 职工
    question: 公司要不要建工会？
    answer: 满25人应当建。
    source: 《工会法》第十条
    handler: 县总工会
    scope: 全国
    confirmed: true
    phrasings: [单位必须有工会吗真的吗]
  - id: GH-99
    org: ZGH
    group: 职工
    question: 工会图书室几点开？
    answer: 开放时间【图书室时间】。
    source: 县总工会
    handler: 县总工会
    scope: 本县
    confirmed: false
    figures: {图书室时间: 9点到17点}
  - id: GH-98
    org: NONE
    group: 职工
    question: 问
    answer: 答
    source: 源
    handler: 人
    scope: 全国
    confirmed: true
  - id: GH-97
    org: ZGH
    group: 职工
    question: 问
    answer: 答
    source: 源
    handler: 人
    scope: 全国
    confirmed: 也许
"""


@pytest.fixture
def refreshed(monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    """How often the index was written; writing it is another test's matter."""
    calls: list[Context] = []

    async def note(context: Context) -> str:
        calls.append(context)
        return "version"

    monkeypatch.setattr(knowledge, "refresh_index", note)
    return calls


async def test_import_reports_each_entry_and_makes_drafts(
    county: Context, call: Call, tmp_path: Path, refreshed: list[Context]
) -> None:
    file = tmp_path / "new.yml"
    file.write_text(FILE, "utf-8")
    before = await Answers(county).answer("GH-03")
    result = await in_thread(call, "faq", "import", str(file))
    lines = result.output.splitlines()
    assert lines[0].startswith(f"{file}:2: GH-03: changed (") and "answer, source, handler" in lines[0]
    assert "1 ways of asking added" in lines[0]
    assert lines[1] == f"{file}:12: GH-99: new"
    assert lines[2] == f"{file}:22: GH-98: refused (org: NONE is not known)"
    assert lines[3].startswith(f"{file}:39: GH-97: refused (confirmed: ")
    assert lines[4] == "1 new, 1 changed, 0 same, 2 refused; 0 published"
    assert result.exit_code == 1
    assert await Answers(county).answer("GH-03") == before
    assert await Answers(county).answer("GH-99") is None


async def test_import_can_publish_and_a_second_time_changes_nothing(
    county: Context, call: Call, tmp_path: Path, refreshed: list[Context]
) -> None:
    file = tmp_path / "new.yml"
    file.write_text(FILE[: FILE.index("  - id: GH-98")], "utf-8")
    result = await in_thread(call, "faq", "import", "--publish", str(file))
    assert result.output.endswith("1 new, 1 changed, 0 same, 0 refused; 2 published\n"), result.output
    assert result.exit_code == 0 and len(refreshed) == 1
    assert (await Answers(county).answer("GH-99")).text == "开放时间9点到17点。"
    again = await in_thread(call, "faq", "import", "--publish", str(file))
    assert again.output.endswith("0 new, 0 changed, 2 same, 0 refused; 0 published\n")
    assert len(refreshed) == 1


async def test_draft_is_published_by_id(
    county: Context, call: Call, tmp_path: Path, refreshed: list[Context]
) -> None:
    file = tmp_path / "new.yml"
    file.write_text(FILE[: FILE.index("  - id: GH-99")], "utf-8")
    await in_thread(call, "faq", "import", str(file))
    result = await in_thread(call, "faq", "publish", "GH-03")
    assert result.output == "GH-03: version 2 is published\n"
    assert (await Answers(county).answer("GH-03")).text == "满25人应当建。"
    again = await in_thread(call, "faq", "publish", "GH-03")
    assert again.exit_code == 1 and "没有改动" in again.output


async def test_colleagues_draft_is_not_overwritten(
    county: Context, call: Call, tmp_path: Path, refreshed: list[Context]
) -> None:
    file = tmp_path / "new.yml"
    file.write_text(FILE[: FILE.index("  - id: GH-99")], "utf-8")
    await in_thread(call, "faq", "import", "--as", "韩雪", str(file))
    file.write_text(file.read_text("utf-8").replace("满25人应当建。", "不用建。"), "utf-8")
    result = await in_thread(call, "faq", "import", str(file))
    assert "refused (韩雪 has an unpublished draft" in result.output


async def test_export_comes_back_unchanged(
    county: Context, call: Call, tmp_path: Path, refreshed: list[Context]
) -> None:
    file = tmp_path / "all.yml"
    assert (await in_thread(call, "faq", "export", str(file))).exit_code == 0
    rows = YAML().load(file.read_text("utf-8"))["entries"]
    assert len(rows) > 100 and all(row["phrasings"] for row in rows[:5])
    result = await in_thread(call, "faq", "import", str(file))
    assert result.output.endswith(f"0 new, 0 changed, {len(rows)} same, 0 refused; 0 published\n")


async def test_file_that_is_not_yaml_is_refused_whole(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "broken.yml"
    file.write_text("entries:\n  - id: [\n", "utf-8")
    result = await in_thread(call, "faq", "import", str(file))
    assert result.exit_code == 1 and "line 3" in result.output
