"""The sample county loads, twice does no harm, and broken files are refused whole."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.context import Context
from bot.directory.models import GridPoint, ServiceRow
from bot.directory.seed import SeedError, read_seed, store_directory
from bot.knowledge.models import FaqEntry, FaqVersion
from bot.knowledge.seed import store_faq
from bot.settings import ROOT

SEED = ROOT / "data" / "seed"


async def test_county_is_whole(county: Context) -> None:
    whole = await county.directory.county()
    assert len([code for code in whole.services if code != "Z01"]) == 50
    assert len(whole.orgs) == 11
    assert whole.place_name("T01-05") == "青陂镇 石岭村"
    wheelchair = whole.services["A07"]
    assert wheelchair.lead == "CL" and wheelchair.helpers == ("HSZ",)
    assert [slot.name for slot in whole.asked_slots(wheelchair)] == [
        "applicant_name",
        "phone",
        "village",
        "is_proxy",
        "demand_desc",
        "dis_cert",
        "dis_type",
        "device_type",
        "photos",
    ]


async def test_twice_is_once(county: Context) -> None:
    rows = read_seed(SEED)
    async with county.db.write() as session:
        await store_directory(session, rows)
        assert await store_faq(session, rows, county.clock()) == 0
    async with county.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(FaqEntry)) == 142
        assert await session.scalar(select(func.count()).select_from(FaqVersion)) == 142
        assert await session.scalar(select(func.count()).select_from(ServiceRow)) == 51
        assert await session.scalar(select(func.count()).select_from(GridPoint)) == 84


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("services.yml", "lead: ZGH", "lead: XYZ", "lead: XYZ is not known"),
        ("services.yml", "privacy: 敏感", "privacy: 随便", "privacy"),
        ("grid.yml", "parent: S1", "parent: S9", "parent S9 does not stand above"),
        ("faq.yml", "org: ZGH", "org: [", "faq.yml:"),
        ("organisations.yml", "county: 示例县", "county:", "county's name"),
        ("phrasings/faq-GH.yml", "GH-02:", "GH-99:", "GH-99 is neither an entry nor a service"),
        ("phrasings/services.yml", "A02:", "A02: 1\nZ99:", "A02: a list of texts"),
        ("phrasings/services.yml", "A02:", "A01:", "found duplicate key"),
    ],
)
def test_broken_file_is_refused(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    folder = tmp_path / "seed"
    shutil.copytree(SEED, folder)
    path = folder / file
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), "utf-8")
    with pytest.raises(SeedError, match=says) as caught:
        read_seed(folder)
    assert f"{Path(file).name}:" in str(caught.value)
