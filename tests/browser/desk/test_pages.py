"""Every page of the desk in Chromium: nothing serious for axe, nothing cut off, nothing sideways."""

import pytest

from bot.context import Context
from tests.browser.desk.conftest import NARROW, PHONE, WIDE, faults, shot
from tests.desk.test_faq import gap
from tests.desk.test_takeover import talk

pytestmark = pytest.mark.chromium

PAGES = (
    (None, "/desk/login", "login"),
    ("huang", "/desk", "inbox"),
    ("huang", "/desk?view=late&service=A07", "inbox-filtered"),
    ("huang", "/desk/tickets", "all"),
    ("huang", "/desk/tickets?q=没有这样的事", "nothing-found"),
    ("yang", "/desk", "inbox-organisation"),
    ("yang", "/desk/tickets/{wheelchair}", "ticket"),
    ("huang", "/desk/tickets/{review}", "ticket-review"),
    ("huang", "/desk/tickets/{private}", "ticket-private"),
    ("yang", "/desk/tickets/{wheelchair}/print", "print"),
    ("huang", "/desk/dispatch?numbers={review}", "dispatch"),
    ("huang", "/desk/takeover", "takeover"),
    ("huang", "/desk/register?service=A07", "register"),
    ("huang", "/desk/scorecard", "scorecard"),
    ("han", "/desk/faq", "faq"),
    ("han", "/desk/faq/CL-09", "faq-entry"),
    ("han", "/desk/faq/CL-09/versions", "faq-versions"),
    ("han", "/desk/gaps", "gaps"),
    ("yang", "/desk/calls", "calls"),
    ("admin", "/desk/people", "people"),
    ("huang", "/desk/account", "account"),
)


@pytest.fixture
async def places(staffed: Context, numbers, wheelchair) -> dict[str, str]:
    """What the addresses of the pages need; with a gap and a waiting resident in the pages."""
    await gap(staffed, "轮椅能借吗，就用两个月", "a")
    await talk(staffed, "bridge", "我站在桥上", reason="danger")
    return {
        "wheelchair": wheelchair,
        "review": numbers["母亲助听器坏了，想换"],
        "private": numbers["带孩子躲在里屋，请求帮助"],
    }


@pytest.mark.parametrize(("login", "path", "name"), PAGES, ids=[name for *_, name in PAGES])
async def test_a_page_is_sound_at_every_width(desk, places, login, path, name):
    page = await desk(login, path.format(**places))
    found = await faults(page)
    assert found == [], "\n".join(found)
    await shot(page, f"desk-{name}")
    for size in (WIDE, {"width": 1100, "height": 800}, PHONE, NARROW):
        if name == "print" and size is not WIDE:
            continue
        await page.set_viewport_size(size)
        wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{size}: {wider} px too wide"
    await page.set_viewport_size(PHONE)
    await shot(page, f"desk-{name}-phone")


async def test_thirteen_rows_of_forty_four_pixels_are_in_view_and_none_is_cut(desk, numbers):
    page = await desk("huang")
    rows = await page.evaluate(
        "[...document.querySelectorAll('tr[data-number]')].map(r => {const b = r.getBoundingClientRect(); return [b.height, b.bottom]})"
    )
    assert all(height <= 45 for height, _ in rows)
    assert sum(bottom <= 1036 for _, bottom in rows) >= 13
