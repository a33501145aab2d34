"""Questions and services by group of people, for those who would rather look than ask."""

from dataclasses import dataclass

from aiohttp import web

from bot.channels.keys import CONTEXT
from bot.channels.pages import page
from bot.directory.catalogue import FALLBACK_SERVICE, Service
from bot.knowledge.answers import Answer, Answers, published
from bot.knowledge.models import FaqEntry


@dataclass(frozen=True)
class Group:
    """A group of people as they call themselves; `words` are found in the groups of entries and services."""

    key: str
    name: str
    hint: str
    icon: str
    words: tuple[str, ...]


GROUPS = (
    Group("disabled", "残疾人和家里人", "办证、补贴、辅具、康复", "accessible", ("残疾",)),
    Group(
        "workers",
        "职工、农民工、骑手",
        "入会、欠薪、困难帮扶",
        "tool",
        ("职工", "农民工", "新就业", "劳动者", "骑手", "用人单位"),
    ),
    Group(
        "women", "妇女和家庭", "维权、创业、体检、调解", "user", ("妇女", "女职工", "女性", "家庭", "家长")
    ),
    Group(
        "children",
        "孩子和家长",
        "困境儿童、留守儿童、上学",
        "school",
        ("儿童", "孤儿", "未成年", "中小学生", "学生", "家长"),
    ),
    Group(
        "youth",
        "青年和团员",
        "入团、就业、创业、志愿服务",
        "flag",
        ("青少年", "青年", "团员", "毕业生", "志愿者"),
    ),
    Group(
        "hardship",
        "家里有难处",
        "临时救助、大病、低收入",
        "heart-handshake",
        ("困难", "低收入", "急难", "特困", "患病", "失能", "老人"),
    ),
    Group(
        "business",
        "企业和个体户",
        "服务、贷款、用工、商会",
        "building-store",
        ("企业", "个体", "商会", "社会组织", "创业"),
    ),
    Group(
        "farmers",
        "村民和种养户",
        "科普、技术、村里点单",
        "plant-2",
        ("农户", "农民", "种养", "村民", "村站", "农村"),
    ),
    Group("overseas", "归侨侨眷和海外乡亲", "身份、权益、联络", "world", ("侨", "捐赠")),
    Group("arts", "文艺和科技爱好者", "协会、展演、科普讲座", "palette", ("文艺", "科技")),
    Group("everyone", "大家都用得上", "红十字、急救、献血、热线", "users", ("群众", "在职党员", "干部")),
)
BY_KEY = {group.key: group for group in GROUPS}


def add_routes(app: web.Application) -> None:
    """The pages."""
    app.router.add_get("/browse", overview)
    app.router.add_get("/browse/{group}", one)


async def overview(request: web.Request) -> web.Response:
    """GET /browse: the groups."""
    return await page(request, "browse.html", groups=GROUPS)


async def one(request: web.Request) -> web.Response:
    """GET /browse/{group}: what can be registered and what is often asked, with the answers."""
    group = BY_KEY.get(request.match_info["group"])
    if group is None:
        return await page(request, "browse.html", 404, groups=GROUPS, missing=True)
    context = request.app[CONTEXT]
    county = await context.directory.county()
    services = [
        service for service in county.services.values() if _open(service) and _of(group, service.group)
    ]
    values = {
        "group": group,
        "services": services,
        "leads": {service.code: county.orgs[service.lead].name for service in services},
        "answers": await _answers(request, group),
    }
    return await page(request, "browse_group.html", **values)


def _open(service: Service) -> bool:
    """Whether a resident may start it himself."""
    return service.code != FALLBACK_SERVICE and service.proposed_to is None


def _of(group: Group, words: str) -> bool:
    return any(word in words for word in group.words)


async def _answers(request: web.Request, group: Group) -> list[Answer]:
    context = request.app[CONTEXT]
    async with context.db.read() as session:
        rows = await session.execute(published().order_by(FaqEntry.id))
        wanted = [entry.id for entry, version in rows if _of(group, version.group)]
    found = await Answers(context).answers(wanted)
    return [found[entry] for entry in wanted if entry in found]
