"""Single dates as people say them; each rule pairs a pattern with the period it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from nlu.entities import festivals
from nlu.entities.numerals import DIGITS, parse
from nlu.entities.period import Period, day, interval, month, month_end, monday, shift_month, year

_NUM = r"(?:\d{1,2}|[一二三四五六七八九十廿卅]{1,3})"
_COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3}|半)"
_YEAR4 = r"(?:1[89]\d{2}|20\d{2}|一九[零〇一二三四五六七八九]{2}|二[零〇][零〇一二三四五六七八九]{2})"
_YEAR2 = r"(?:\d{2}|[零〇一二三四五六七八九]{2})"
_REL_YEAR = r"(?:大前年|前年|去年|上一年|今年|本年|明年|后年|大后年)"
_MON = rf"(?:{_NUM} ?月份?|元月)"
_YEAR = rf"(?:{_YEAR4} ?年|{_YEAR2} ?年(?= ?{_NUM} ?月)|{_REL_YEAR})"
_REL_MONTH = r"(?:上上个?月|上个?月|这个?月|本月|当月|下下个?月|下个?月)"
_LUNAR_DAY = r"(?:初[一二三四五六七八九十]|廿[一二三四五六七八九]?|[一二]?十[一二三四五六七八九]?|三十)"
_WEEK = r"(?:周|星期|礼拜)"
_REL_WEEK = r"(?:上上个?|上个?|这个?|本|下下个?|下个?)"
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上一年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2, "大后年": 3}
_DAYS = {"大前天": -3, "前天": -2, "前日": -2, "前晚": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1, "今天": 0, "今日": 0,
         "今晚": 0, "今早": 0, "今晨": 0, "今儿": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "明儿": 1, "大后天": 3, "后天": 2,
         "后日": 2}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5}
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "冬": (12, 14), "上半年": (1, 6), "下半年": (7, 12)}
_FEAST_DAYS = r"(?:(?:农历|阴历)?(?:九月(?:初)?九|五月(?:初)?五|八月十五|七月(?:初)?七|正月十五|腊月(?:初)?八)的?)?"
_FEASTS = "|".join(sorted({*festivals.SOLAR, *festivals.LUNAR, *festivals.EVE, *festivals.SUNDAYS, *festivals.TERMS}
                          - {"三八", "五一", "五四", "六一", "七一", "八一", "十一", "过年", "大雪", "小雪", "雨水"}, key=len, reverse=True))


@dataclass(frozen=True)
class Context:
    """What a rule may look at: the day that words count from, and whether the message looks back."""

    today: date
    past: bool = False
    asked: bool = False


Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Context], Period | None]]


# 2月30日: recognised as a day, but there is none.
NO_SUCH_DAY = Period(None, None, "none")


def number(text: str | None) -> int | None:
    parsed = parse(text.strip()) if text else None
    return int(parsed.value) if parsed and parsed.value == int(parsed.value) else None


def _year_of(text: str, today: date) -> int | None:
    text = text.replace(" ", "")
    if text in _YEARS:
        return today.year + _YEARS[text]
    digits = "".join(str(DIGITS.get(char, char)) for char in text.rstrip("年"))
    if not digits.isdigit():
        return None
    if len(digits) == 4:
        return int(digits)
    return 2000 + int(digits) if int(digits) <= (today.year % 100) + 5 else 1900 + int(digits)


def _month_of(text: str) -> int | None:
    head = text.replace(" ", "").removesuffix("份").removesuffix("月")
    value = 1 if head == "元" else _LUNAR_MONTHS.get(head) or number(head)
    return value if value and 1 <= value <= 12 else None


def _safe(y: int, m: int, d: int) -> date | None:
    try:
        return date(y, m, d)
    except ValueError:
        return None


def nearest(options: list[date | None], context: Context) -> Period | None:
    """The first option not before today, or the last one before it where the message looks back."""
    known = sorted(option for option in options if option)
    later = [option for option in known if option >= context.today]
    earlier = [option for option in known if option <= context.today]
    back = day(earlier[-1]) if earlier else None
    if context.past and back:
        return back
    return day(later[0], back) if later else back


def _full(match: re.Match[str], context: Context) -> Period | None:
    y, m = _year_of(match["y"], context.today), _month_of(match["m"])
    d = number(match["d"])
    found = _safe(y, m, d) if y and m and d else None
    return day(found) if found else NO_SUCH_DAY


def _numeric(match: re.Match[str], context: Context) -> Period | None:
    found = _safe(int(match["y"]), int(match["m"]), int(match["d"]))
    return day(found) if found and 1900 <= found.year <= 2100 else None


def _month_day(match: re.Match[str], context: Context) -> Period | None:
    m, d = _month_of(match["m"]), number(match["d"])
    if not m or not d:
        return None
    here = context.today.year
    return nearest([_safe(here + step, m, d) for step in (-4, -3, -2, -1, 0, 1, 2, 3, 4)], context) or NO_SUCH_DAY


def _rel_month_day(match: re.Match[str], context: Context) -> Period | None:
    y, m = _rel_month(match["m"], context.today)
    found = _safe(y, m, number(match["d"]) or 0)
    return day(found) if found else None


def _day_only(match: re.Match[str], context: Context) -> Period | None:
    d = number(match["d"])
    if not d or d > 31:
        return None
    months = [shift_month(context.today.year, context.today.month, step) for step in (-2, -1, 0, 1, 2)]
    return nearest([_safe(y, m, d) for y, m in months], context)


def _lunar(match: re.Match[str], context: Context) -> Period | None:
    m = _month_of(match["m"])
    d = number(match["d"].removeprefix("初"))
    if not m or not d:
        return None
    if match["y"]:
        y = _year_of(match["y"], context.today)
        found = festivals.lunar_date(y, m, d) if y else None
        return day(found) if found else None
    here = context.today.year
    return nearest([festivals.lunar_date(here + step, m, d) for step in (-2, -1, 0, 1)], context)


def _lunar_day(match: re.Match[str], context: Context) -> Period | None:
    d = number(match["d"].removeprefix("初"))
    if not d:
        return None
    if match["new_year"]:
        return nearest([festivals.lunar_date(context.today.year + step, 1, d) for step in (-1, 0, 1)], context)
    y, m, _ = festivals.lunar_of(context.today)
    months = [shift_month(y, abs(m), step) for step in (-1, 0, 1)]
    return nearest([festivals.lunar_date(ly, lm, d) for ly, lm in months], context)


def _year_month(match: re.Match[str], context: Context) -> Period | None:
    y, m = _year_of(match["y"], context.today), _month_of(match["m"])
    return _part(month(y, m), match["part"]) if y and m else None


def _month_only(match: re.Match[str], context: Context) -> Period | None:
    m = _month_of(match["m"])
    if not m:
        return None
    today = context.today
    if match["m"][0] in "正腊冬":
        first = nearest([festivals.lunar_date(today.year + step, m, 1) for step in (-1, 0, 1)], context)
        return interval(first.start, first.start + timedelta(days=28)) if first and first.start else None
    later = month(today.year + (m < today.month), m)
    back = month(today.year - (m > today.month), m)
    chosen = back if context.past else Period(later.start, later.end, "month", None if back == later else back)
    return _part(chosen, match["part"])


def _month_step(text: str) -> int:
    return text.count("下") - text.count("上")


def _rel_month(text: str, today: date) -> tuple[int, int]:
    return shift_month(today.year, today.month, _month_step(text))


def _rel_month_only(match: re.Match[str], context: Context) -> Period | None:
    return _part(month(*_rel_month(match["m"], context.today)), match["part"])


def _rel_lunar(match: re.Match[str], context: Context) -> Period | None:
    """下个月初八 counts lunar months."""
    y, m, _ = festivals.lunar_of(context.today)
    y, m = shift_month(y, abs(m), _month_step(match["m"]))
    found = festivals.lunar_date(y, m, number(match["d"].removeprefix("初")) or 0)
    return day(found) if found else None


def _part(whole: Period, part: str | None) -> Period:
    """A part of a month: 底 and 初 are a day, the thirds (旬) an interval."""
    if not part or whole.start is None or whole.end is None:
        return whole
    first = whole.start
    ends = {"初": (1, 1), "上": (1, 10), "中": (11, 20), "下": (21, whole.end.day)}
    if part[0] in "底末":
        return day(whole.end, approx=True)
    if part == "中":
        return day(first.replace(day=15), approx=True)
    if part == "初":
        return day(first, approx=True)
    low, high = ends[part[0]]
    return interval(first.replace(day=low), first.replace(day=high))


def _this_month_part(match: re.Match[str], context: Context) -> Period | None:
    return _part(month(context.today.year, context.today.month), match["part"])


def _year_only(match: re.Match[str], context: Context) -> Period | None:
    y = _year_of(match["y"], context.today)
    if not y or not 1900 <= y <= 2100:
        return None
    part = match["part"]
    if not part:
        return year(y)
    if part[-1] in "底末":
        return day(date(y, 12, 31), approx=True)
    if part[-1] == "初":
        return day(date(y, 1, 1), approx=True)
    season = part if part in _SEASONS else part[0]
    low, high = _SEASONS[season]
    end_year, end_month = shift_month(y, 1, high - 1)
    return interval(date(y, low, 1), month_end(end_year, end_month))


def _half(match: re.Match[str], context: Context) -> Period | None:
    """上半年 and 上半月 of this year and month."""
    here = context.today
    if match.group().endswith("年"):
        low, high = _SEASONS[match.group()]
        return interval(date(here.year, low, 1), month_end(here.year, high))
    first, last = (1, 15) if match.group()[0] == "上" else (16, month_end(here.year, here.month).day)
    return interval(here.replace(day=first), here.replace(day=last))


def _days_of_month(match: re.Match[str], context: Context) -> Period | None:
    """12月5到8号."""
    m, first, last = _month_of(match["m"]), number(match["d"]), number(match["last"])
    if not m or not first or not last:
        return None
    start = nearest([_safe(context.today.year + step, m, first) for step in (-1, 0, 1)], context)
    end = _safe(start.start.year, m, last) if start and start.start else None
    return interval(start.start, end) if end and start and end >= start.start else None


def _lunar_days(match: re.Match[str], context: Context) -> Period | None:
    """腊月二十三到二十八."""
    first = _lunar(match, context)
    last = number(match["last"].removeprefix("初"))
    if not first or not first.start or not last:
        return None
    y, m, _ = festivals.lunar_of(first.start)
    end = festivals.lunar_date(y, m, last)
    return interval(first.start, end) if end and end >= first.start else None


def _year_end(match: re.Match[str], context: Context) -> Period | None:
    return day(date(context.today.year, 12, 31), approx=True)


def _relative_day(match: re.Match[str], context: Context) -> Period | None:
    return day(context.today + timedelta(days=_DAYS[match.group()]))


def _two_days(match: re.Match[str], context: Context) -> Period | None:
    first = context.today + timedelta(days=match["first"] == "明后")
    return interval(first, first + timedelta(days=1))


def _weekday(match: re.Match[str], context: Context) -> Period | None:
    relative, name = match["rel"] or "", match["d"]
    step = 7 * (relative.count("下") - relative.count("上"))
    base = monday(context.today) + timedelta(days=step)
    if name == "末":
        saturday = base + timedelta(days=5)
        if not relative and context.today > saturday + timedelta(days=1):
            saturday += timedelta(days=7)
        return interval(saturday, saturday + timedelta(days=1))
    if not name:
        return interval(base, base + timedelta(days=6)) if relative else None
    found = base + timedelta(days=_WEEKDAYS[name])
    if relative:
        return day(found)
    return nearest([found + timedelta(days=7 * k) for k in (-1, 0, 1)], context)


def _offset(match: re.Match[str], context: Context) -> Period | None:
    text = match["n"]
    amount = 0.5 if text == "半" else number(text)
    if match["half"] and amount:
        amount += 0.5
    if not amount:
        return None
    unit, way, today = match["u"], match["way"], context.today
    sign = -1 if "前" in way else 1
    if unit in ("天", "日"):
        found = day(today + timedelta(days=int(sign * amount)))
    elif unit in ("周", "星期", "礼拜"):
        found = day(today + timedelta(days=int(sign * amount * 7)))
    elif unit == "月":
        if amount < 1:
            found = day(today + timedelta(days=sign * 15), approx=True)
        else:
            found = day(_months_on(today, int(sign * amount)), approx=True)
    else:
        found = day(_months_on(today, int(sign * amount * 12)), approx=True)
    if "内" in way:
        return interval(today, found.start) if context.asked else None
    return found


def _months_on(today: date, months: int) -> date:
    y, m = shift_month(today.year, today.month, months)
    return date(y, m, min(today.day, month_end(y, m).day))


def _feast(match: re.Match[str], context: Context) -> Period | None:
    name = match["name"]
    here = context.today.year
    if match["y"]:
        y = _year_of(match["y"], context.today)
        on = festivals.feast(name, y) if y else None
        found = day(on) if on else None
    else:
        found = nearest([festivals.feast(name, here + step) for step in (-1, 0, 1)], context)
    if found and found.start and match["span"]:
        return interval(*festivals.holiday(name, found.start))
    return found


def _new_year_bound(match: re.Match[str], context: Context) -> Period | None:
    feast = nearest([festivals.feast("春节", context.today.year + step) for step in (0, 1)], context)
    if feast is None or feast.start is None:
        return None
    if "后" in match.group() or "完" in match.group():
        return interval(feast.start, None)
    return interval(context.today, feast.start - timedelta(days=1))


_NOT_NUMBER = r"(?<![\d一二两三四五六七八九十百几第])"
_NO_HOUSE = r"(?<![村路街巷组栋弄道号院楼\-〕\])）])"
_AFTER_DAY = r"(?!线|楼|房|院|文|令|机|选手|公告|铺|门|栋|店|车|台|床|桌|柜|码|称|召|窗|坑|矿|井|厂|本|子|元|常|后|薪|均|内|以内|之内|起算|人)"
_PART = r"(?P<part>底|末|初(?![一二三四五六七八九十])|上旬|中旬|下旬)?"
_YEAR_PART = r"(?P<part>年?(?:底|末|初(?![一二三四五六七八九十中]))|[春夏秋冬](?:天|季)|上半年|下半年)?"
_SPAN = r"(?:节)?(?P<span>期间|假期|长假|放假|那几天|小长假|[三五七八]天)?"

RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?P<y>{_YEAR}) ?的?(?P<m>{_MON}) ?(?P<d>{_NUM}) ?[日号]"), _full),
    (re.compile(r"(?<![\d.\-/])(?P<y>(?:19|20)\d{2})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d|[/.]\d|-\d(?!\d{3}))"), _numeric),
    (re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-2]\d|3[01])(?!\d)"), _numeric),
    (re.compile(rf"{_NOT_NUMBER}(?P<m>{_MON}) ?(?P<d>{_NUM}) ?[日号]"), _month_day),
    (re.compile(rf"{_NOT_NUMBER}(?P<m>{_MON}) ?(?P<d>{_NUM})[日号]? ?(?:到|至|-|~) ?(?P<last>{_NUM}) ?[日号]"), _days_of_month),
    (re.compile(rf"(?P<y>)(?P<m>[正冬腊]月|{_NUM}月(?=初))(?P<d>{_LUNAR_DAY})(?:到|至|-)(?P<last>{_LUNAR_DAY})(?![月日号天个])"), _lunar_days),
    (re.compile(r"(?<!上)[上下]半[年月]"), _half),
    (re.compile(rf"(?P<m>{_REL_MONTH})的?(?P<d>初[一二三四五六七八九十])"), _rel_lunar),
    (re.compile(rf"(?P<m>{_REL_MONTH})的?(?P<d>{_NUM}) ?[日号]"), _rel_month_day),
    (re.compile(rf"(?:农历|阴历|旧历|老历)?(?P<y>{_YEAR})?(?:农历|阴历|旧历|老历)?的?(?P<m>[正冬腊]月|{_NUM}月(?=初))(?P<d>{_LUNAR_DAY})(?!月|[日号天个])"), _lunar),
    (re.compile(rf"(?:农历|阴历|旧历|老历)(?P<y>{_YEAR})?的?(?P<m>{_NUM}月)(?P<d>{_LUNAR_DAY})"), _lunar),
    (re.compile(r"(?P<y>)(?P<m>八月)(?P<d>十五)(?![日号])"), _lunar),
    (re.compile(rf"{_NOT_NUMBER}(?P<m>{_NUM}月)(?P<d>十[一二三四五六七八九]?|二十[一二三四五六七八九]?|三十一?)(?![日号多几来岁个人万千百天])"), _month_day),
    (re.compile(rf"(?P<y>{_YEAR})的?(?P<m>{_NUM}月)(?P<d>十[一二三四五六七八九]?|二十[一二三四五六七八九]?|三十一?)(?![日号多几来岁个人万千百天])"), _full),
    (re.compile(r"(?P<new_year>大年|正月)(?P<d>初[一二三四五六七八九十]|十五)"), _lunar_day),
    (re.compile(r"(?<![读上念升])(?P<new_year>)(?P<d>初[四五六七八九十])(?!中|期|步|级|次|衷)"), _lunar_day),
    (re.compile(rf"(?P<y>{_YEAR}) ?的?(?P<m>{_MON}){_PART}"), _year_month),
    (re.compile(rf"(?<![个\d一二两三四五六七八九十几多半])(?P<m>(?:\d{{1,2}}|十[一二]?|[一二三四五六七八九]) ?月份?|正月|元月|冬月|腊月){_PART}(?!亮|子|嫂|饼|经|湾|季|刊)"), _month_only),
    (re.compile(rf"(?P<m>{_REL_MONTH}){_PART}"), _rel_month_only),
    (re.compile(r"(?<![\d一二三四五六七八九十个本这上下])月(?P<part>底|末|初|中旬|上旬|下旬|中(?!间|国|心|医))"), _this_month_part),
    (re.compile(rf"(?P<y>{_YEAR4} ?年|{_REL_YEAR}){_YEAR_PART}"), _year_only),
    (re.compile(rf"(?<![\d一二三四五六七八九十几])(?P<y>{_YEAR2} ?年)(?=生|出生|入|毕业|结婚|嫁|参|开始|办的|底|初|年|以前|之前|以后|就|那年|[一-龥]{{0,4}}奥运){_YEAR_PART}"), _year_only),
    (re.compile(r"(?<![\d一二三四五六七八九十几今去明前后每])年[底末](?!前的前)"), _year_end),
    (re.compile(f"(?:{'|'.join(_DAYS)})(?!头条)"), _relative_day),
    (re.compile(rf"(?<![每逢个两])(?P<rel>{_REL_WEEK})?{_WEEK}(?P<d>[一二三四五六日天末1-6])(?![年岁边个月围期刊])"), _weekday),
    (re.compile(r"(?P<first>今明|明后)(?:两|二)?(?:天|日)"), _two_days),
    (re.compile(rf"(?P<rel>{_REL_WEEK}){_WEEK}(?P<d>)(?![一二三四五六日天末边围])"), _weekday),
    (re.compile(rf"(?<![第每\d零〇一二两三四五六七八九十.])(?P<n>{_COUNT}) ?(?:个|多)?(?P<half>半)?(?P<u>天|日|周|星期|礼拜|月|年)(?:多|左右)?(?P<way>(?:以|之)?(?:后(?!面|勤|备|果)|前(?!面|夕|妻|夫)|内))"), _offset),
    (re.compile(r"(?<![超经通不])过(?P<n>[一二两三四五六七八九十\d]+)个?(?P<half>)(?P<u>天|周|星期|礼拜|月)(?P<way>)(?!了)"), _offset),
    (re.compile(rf"(?P<y>{_REL_YEAR}|{_YEAR4}年)?的?{_FEAST_DAYS}(?P<name>{_FEASTS}){_SPAN}"), _feast),
    (re.compile(rf"(?P<y>{_REL_YEAR})?(?<!第)(?P<name>五一|六一|七一|八一|五四|三八|十一)(?=节|前|后|期间|假|放假|那天|当天|劳动|长假|小长假|妇女节|儿童节|青年节|建军节|建党节)(?:建党节|劳动节|儿童节|青年节|妇女节|建军节){{0,1}}{_SPAN}"), _feast),
    (re.compile(r"(?<![\d一二两三四五六七八九十几多半百今去明少些这那当每前后数若])(?:过年前|过完年|过年后|年前(?!的)|年后|节后)"), _new_year_bound),
    (re.compile(rf"(?P<y>)(?P<name>过年)(?=的时候|时|那天|期间|回|来|放假|$|[，。])(?P<span>)"), _feast),
    (re.compile(rf"{_NOT_NUMBER}{_NO_HOUSE}(?<![A-Za-z.:：/])(?<!每月)(?<!每个月)(?P<d>{_NUM}) ?[号]{_AFTER_DAY}"), _day_only),
    (re.compile(rf"{_NOT_NUMBER}(?<![A-Za-z.:/])(?P<d>{_NUM}) ?日{_AFTER_DAY}"), _day_only),
)


def _bare_month(match: re.Match[str], context: Context) -> Period | None:
    y, m = _year_of(match["y"] + "年", context.today), int(match["m"])
    return month(y, m) if y and 1 <= m <= 12 else None


# Only when a form has just asked for a date.
ASKED_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\d./-])(?P<m>\d{1,2})[/.-](?P<d>\d{1,2})(?![\d./-])"), _month_day),
    (re.compile(rf"^\W*(?P<d>{_NUM})\W*$"), _day_only),
)
ASKED_MONTH_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?!\d)"), _bare_month),
    (re.compile(r"(?<![\d./-])(?P<y>(?:19|20)?\d{2})[/.\- ](?P<m>\d{1,2})(?![\d./-])"), _bare_month),
    (re.compile(rf"(?P<y>{_YEAR2} ?年)(?P<part>)"), _year_only),
)
BORN_RULE: Rule = (re.compile(r"(?:出生(?:年月|日期|于|在)?|生日|生于)[是：: ]{0,2}(?P<y>(?:19|20)\d{2})[/.\- ](?P<m>\d{1,2})(?![\d./-])"), _bare_month)
SLASH_RULE: Rule = (
    re.compile(r"(?<![\d./\-])(?P<m>1[0-2]|0?[1-9])(?:/|\.(?=\d{1,2}(?:[号日]|上午|下午|早上|晚上|中午)))(?P<d>3[01]|[12]\d|0?[1-9])[号日]?(?![\d./\-])"),
    _month_day,
)
# Rules whose second part in a range takes month and year from the first.
ANCHORED = (_month_day, _day_only, _month_only, _weekday)
