"""Every address of the API: who may use it, what it takes and answers; OpenAPI is made from this table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.api import (
    attachments,
    callbacks,
    deliveries,
    events,
    faq,
    gaps,
    reports,
    subscriptions,
    tickets,
    track,
)
from bot.api.bodies import ActBody, Body, CallbackBody, FilingBody, NoteBody, RatingBody, ReasonBody, StepBody
from bot.api.faq import DraftBody, EntryBody, FaqStepBody, PhrasingBody
from bot.api.gaps import GapBody
from bot.api.subscriptions import SubscriptionBody

PREFIX = "/api/v1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query or a header; `schema` is JSON Schema."""

    name: str
    where: str
    schema: dict[str, object]
    required: bool = False
    says: str = ""


@dataclass(frozen=True)
class Route:
    """An address. `answers` maps statuses to schemas of `openapi.SCHEMAS`."""

    method: str
    path: str
    handler: Handler
    says: str
    answers: dict[int, str]
    body: type[Body] | None = None
    parameters: tuple[Parameter, ...] = ()
    token: bool = True
    multipart: bool = False


TEXT: dict[str, object] = {"type": "string"}
FLAG: dict[str, object] = {"type": "string", "enum": ["true", "false"]}
IF_MATCH = Parameter("If-Match", "header", TEXT, True, "工单的 ETag")
KEY = Parameter("Idempotency-Key", "header", {"type": "string", "maxLength": 255}, True, "同一个键只登记一次")
SIGNED = (
    Parameter("X-County-Timestamp", "header", TEXT, True, "Unix 秒"),
    Parameter("X-County-Delivery", "header", TEXT, True, "回执自己的编号，只收一次"),
    Parameter("X-County-Signature", "header", TEXT, True, "v1=HMAC-SHA256"),
)
LIST = (
    Parameter("state", "query", TEXT, says="状态代码，可用逗号并列"),
    Parameter("service", "query", TEXT),
    Parameter("org", "query", TEXT),
    Parameter("grid", "query", TEXT),
    Parameter("q", "query", TEXT, says="工单号或完整手机号"),
    Parameter("urgent", "query", FLAG),
    Parameter("overdue", "query", FLAG),
    Parameter("channel", "query", TEXT),
    Parameter("from", "query", TEXT, says="登记时间起，ISO 8601"),
    Parameter("to", "query", TEXT, says="登记时间止"),
    Parameter("order", "query", {"type": "string", "enum": ["newest", "oldest", "due"]}),
    Parameter("cursor", "query", TEXT),
    Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}),
)
DAYS = (
    Parameter("from", "query", TEXT, says="第一天，2026-11-01；不写是当月 1 日"),
    Parameter("to", "query", TEXT, says="最后一天；不写是今天"),
)
SCORECARD = (
    *DAYS,
    Parameter("by", "query", {"type": "string", "enum": ["organisation", "tier", "service", "township"]}),
    Parameter("format", "query", {"type": "string", "enum": ["json", "xlsx"]}),
)
EVENTS = (
    Parameter("type", "query", TEXT, says="事件类型，可用逗号并列"),
    Parameter("after", "query", TEXT, says="上次收到的事件编号；事件流不写就从现在起"),
    Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}),
    Parameter("Last-Event-ID", "header", {"type": "string", "pattern": "^[0-9]{1,18}$"}, says="同 after"),
)
PAGING = (
    Parameter("cursor", "query", TEXT),
    Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}),
)
FAQ = "/faq/{id}"
FAQ_MATCH = Parameter("If-Match", "header", TEXT, True, "条目的 ETag")
ONE = "/tickets/{number}"
TRACK = "/track/{number}"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/tickets", tickets.list_tickets, "列出看得到的工单", {200: "Page"}, parameters=LIST),
    Route(
        "POST", "/tickets", tickets.file_ticket, "登记一件事",
        {201: "FiledTicket", 200: "FiledTicket"}, FilingBody, (KEY,),
    ),
    Route("GET", ONE, tickets.read_ticket, "读一张工单", {200: "Ticket", 304: ""}),
    Route("GET", ONE + "/transitions", tickets.allowed_steps, "现在能做的步骤", {200: "Steps"}),
    Route("POST", ONE + "/transitions", tickets.take_step, "走一步", {200: "Ticket"}, StepBody, (IF_MATCH,)),
    Route(
        "GET", ONE + "/proposal", tickets.read_proposal, "综合诉求该派给谁，连同理由；只有审核员能看",
        {200: "Proposal"},
    ),
    Route(
        "GET", ONE + "/duplicates", tickets.read_duplicates, "可能是同一件的工单；只有审核员能看",
        {200: "Duplicates"},
    ),
    Route("POST", ONE + "/acts", tickets.do_act, "记一件不改状态的事", {200: "Ticket"}, ActBody),
    Route("POST", ONE + "/notes", tickets.leave_note, "备注或给居民留言", {200: "Ticket"}, NoteBody),
    Route("GET", ONE + "/attachments", attachments.list_attachments, "列出附件", {200: "Files"}),
    Route("POST", ONE + "/attachments", attachments.upload, "加一张图片", {201: "FileId"}, multipart=True),
    Route("GET", ONE + "/attachments/{id}", attachments.download, "看附件", {200: "image"}),
    Route(
        "GET", "/faq", faq.index, "问答条目，各以最新一版为准", {200: "FaqList"},
        parameters=(
            Parameter("q", "query", TEXT, says="编号、问法或回答里的字"),
            Parameter("org", "query", TEXT),
            Parameter("state", "query", TEXT, says="draft、in_review、scheduled 或 published"),
            *PAGING,
        ),
    ),
    Route("POST", "/faq", faq.create, "新的问答条目，从草稿开始", {201: "FaqEntry"}, EntryBody),
    Route("GET", FAQ, faq.read, "一条问答：线上的、草稿、问法", {200: "FaqEntry"}),
    Route("PUT", FAQ + "/draft", faq.draft, "改草稿", {200: "FaqEntry"}, DraftBody, (FAQ_MATCH,)),
    Route("POST", FAQ + "/phrasings", faq.add_phrasing, "加、减问法", {200: "FaqEntry"}, PhrasingBody),
    Route("GET", FAQ + "/versions", faq.versions, "各版本，新的在前", {200: "FaqVersions"}),
    Route(
        "POST", FAQ + "/steps", faq.step, "回放、送复核、复核、发布、下线、退回旧版", {200: "FaqEntry"},
        FaqStepBody, (FAQ_MATCH,),
    ),
    Route("GET", "/gaps", gaps.index, "没答上的问题", {200: "Gaps"}, parameters=PAGING),
    Route("POST", "/gaps/{id}", gaps.settle, "处理一个没答上的问题", {200: "Gap"}, GapBody),
    Route(
        "GET", "/events", events.read_events,
        "看得到的工单的事件；Accept: text/event-stream 是可续的事件流", {200: "Events"}, parameters=EVENTS,
    ),
    Route(
        "GET", "/subscriptions", subscriptions.index, "列出订阅", {200: "Subscriptions"}, parameters=PAGING,
    ),
    Route(
        "POST", "/subscriptions", subscriptions.create, "订阅事件，签名推送到自己的地址",
        {201: "NewSubscription", 200: "NewSubscription"}, SubscriptionBody, (KEY,),
    ),
    Route("DELETE", "/subscriptions/{id}", subscriptions.remove, "退订", {204: ""}),
    Route(
        "GET", "/deliveries", deliveries.index, "没送到的，或还在等的投递", {200: "Deliveries"},
        parameters=(Parameter("state", "query", {"type": "string", "enum": ["failed", "waiting"]}), *PAGING),
    ),
    Route(
        "POST", "/deliveries/{id}/retry", deliveries.again, "把没送到的放回去重送", {200: "Delivery"},
    ),
    Route("GET", "/targets", deliveries.targets, "各单位的送达地址和对方现在的状况", {200: "Targets"}),
    Route(
        "POST", "/callbacks/{target}/{number}", callbacks.receive, "接收单位的签名回执", {200: "Ticket"},
        CallbackBody, SIGNED, token=False,
    ),
    Route(
        "GET", TRACK, track.read_progress, "居民查进度", {200: "Progress"}, token=False,
        parameters=(Parameter("code", "query", TEXT, True, "取回码"),),
    ),
    Route("POST", TRACK + "/rating", track.rate, "居民评价", {200: "Progress"}, RatingBody, token=False),
    Route(
        "POST", TRACK + "/appeal", track.appeal, "居民申请复核",
        {200: "Progress"}, ReasonBody, token=False,
    ),
    Route(
        "POST", TRACK + "/supplements", track.supplement, "居民补充",
        {200: "Progress"}, ReasonBody, token=False,
    ),
    Route(
        "GET", "/reports/scorecard", reports.read_scorecard, "各项指标，连同每个数背后的工单号",
        {200: "Scorecard"}, parameters=SCORECARD,
    ),
    Route(
        "GET", "/reports/inspection", reports.read_inspection, "审计清单，只有审计员能看",
        {200: "Inspection"}, parameters=DAYS,
    ),
)  # fmt: skip
