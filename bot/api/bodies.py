"""Bodies of requests: read with limits, checked by a model; what is wrong is a 422 that names the field."""

import json
from datetime import date, datetime, time
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.api.problems import Refused
from bot.clock import COUNTY_ZONE

LARGEST = 256 * 1024
OFFICE_CLOSES = time(17, 30)
FIRST_YEAR, LAST_YEAR = 2000, 2200


class Body(BaseModel):
    """A JSON object; what is not known is left aside."""

    model_config = ConfigDict(extra="ignore", strict=False)


class FilingBody(Body):
    """A request to file."""

    service: str = Field(max_length=8, description="事项代码，见 services")
    fields: dict[str, Any] = Field(description="栏目 -> 值")
    urgent: bool = False
    linked: str | None = Field(None, max_length=32, description="同一件事的另一张工单号")


class StepBody(Body):
    """A step of the state table."""

    to: str = Field(max_length=24, description="目标状态的代码")
    note: str | None = Field(None, max_length=4000)
    org: str | None = Field(None, max_length=16, description="单位代码；派单、改派时是新的主办")
    until: datetime | None = Field(None, description="日期或时刻，ISO 8601")
    grant: bool | None = Field(None, description="false：不同意延期")
    reason: str | None = Field(None, max_length=80, description="不予受理的理由")
    door: str | None = Field(None, max_length=200, description="不予受理时该找谁")
    into: str | None = Field(None, max_length=20, description="并入哪一张工单")
    rating: str | None = Field(None, max_length=8, description="回访登记的评价")
    helpers: list[str] | None = Field(None, max_length=20, description="协办单位代码")

    @field_validator("until", mode="before")
    @classmethod
    def _moment(cls, value: Any) -> Any:
        read = moment(value)
        if read is not None and not isinstance(read, datetime):
            raise ValueError("日期写成 2026-12-31，或 ISO 8601 的时刻")
        return read


class ActBody(Body):
    """Something that leaves the state as it is."""

    do: str = Field(
        max_length=32, description="contacted, pressed, more_orgs_asked, check_called, reclassified"
    )
    note: str | None = Field(None, max_length=4000)
    org: str | None = Field(None, max_length=16)
    date: str | None = Field(None, max_length=10, description="点单的活动日期")
    outcome: str | None = Field(None, max_length=16, description="reached, no_answer, call_back")
    service: str | None = Field(None, max_length=8)
    helpers: list[str] | None = Field(None, max_length=20)


class CallbackBody(Body):
    """What a receiver says of its own part."""

    to: str = Field(max_length=24, description="in_progress, return_review, done")
    note: str | None = Field(None, max_length=4000)


class NoteBody(Body):
    """A remark, or a message to the resident."""

    text: str = Field(min_length=1, max_length=4000)
    internal: bool = True


class RatingBody(Body):
    """A resident's rating."""

    code: str = Field(max_length=20)
    rating: str = Field(max_length=8)
    reason: str | None = Field(None, max_length=2000)
    solved: str | None = Field(None, max_length=8)
    """solved, partly or no."""


class ReasonBody(Body):
    """A resident's words with his code: an appeal, a supplement."""

    code: str = Field(max_length=20)
    reason: str = Field(min_length=1, max_length=2000)


Model = TypeVar("Model", bound=Body)


def moment(value: Any) -> Any:
    """A day means the end of its office hours; a moment without a zone is the county's."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        if len(text) == 10:
            text = f"{date.fromisoformat(text)}T{OFFICE_CLOSES}"
        read = datetime.fromisoformat(text)
    except ValueError:
        return value
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        return value
    return read if read.tzinfo else read.replace(tzinfo=COUNTY_ZONE)


async def read_body(request: web.Request, model: type[Model]) -> Model:
    """The body, checked; Refused 413, 415 or 422."""
    if request.content_type != "application/json":
        raise Refused(415, "请用 application/json。", {"Accept": "application/json"})
    if (request.content_length or 0) > LARGEST:
        raise Refused(413, "请求太大。")
    raw = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        raw += chunk
        if len(raw) > LARGEST:
            raise Refused(413, "请求太大。")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(422, "请求不是正确的 JSON。") from error
    if not isinstance(value, dict):
        raise Refused(422, "请求应当是一个 JSON 对象。")
    demand_clean(value)
    try:
        return model.model_validate(value)
    except (ValidationError, OverflowError) as error:
        raise Refused(422, *_first(error)) from error


def _first(error: Exception) -> tuple[str]:
    if isinstance(error, ValidationError):
        one = error.errors()[0]
        return (f"{'.'.join(map(str, one['loc']))}：{one['msg']}",)
    return ("有一个值太大。",)


def demand_clean(value: Any) -> None:
    """Refuse characters that no database keeps: NUL and halves of pairs."""
    if isinstance(value, str):
        if not clean(value):
            raise Refused(422, "文字里有不能用的字符。")
    elif isinstance(value, dict):
        for key, item in value.items():
            demand_clean(key)
            demand_clean(item)
    elif isinstance(value, list):
        for item in value:
            demand_clean(item)
    elif isinstance(value, float | int) and not isinstance(value, bool) and abs(value) > 1e15:
        raise Refused(422, "有一个数太大。")


def clean(text: str) -> bool:
    """Whether a text can be kept."""
    return "\0" not in text and not any("\ud800" <= ch <= "\udfff" for ch in text)
