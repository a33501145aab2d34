"""How single dates are said; each rule pairs a pattern with the function that gives its meaning."""

from __future__ import annotations

import re
from collections.abc import Callable

from nlu.entities import date_feasts as feasts
from nlu.entities import date_meanings as mean
from nlu.entities import festivals
from nlu.entities.period import Period

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], mean.Context], Period | None]]

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
_FEAST_DAYS = (
    r"(?:(?:农历|阴历)?(?:九月(?:初)?九|五月(?:初)?五|八月十五|七月(?:初)?七|正月十五|"
    r"腊月(?:初)?八)的?)?"
)
_FEASTS = "|".join(
    sorted(
        {*festivals.SOLAR, *festivals.LUNAR, *festivals.EVE, *festivals.SUNDAYS, *festivals.TERMS}
        - {"三八", "五一", "五四", "六一", "七一", "八一", "十一", "过年", "大雪", "小雪", "雨水"},
        key=len,
        reverse=True,
    )
)
_NOT_NUMBER = r"(?<![\d一二两三四五六七八九十百几第])"
_NO_HOUSE = r"(?<![村路街巷组栋弄道号院楼\-〕\])）])"
_AFTER_DAY = (
    r"(?!线|楼|房|院|文|令|机|选手|公告|铺|门|栋|店|车|台|床|桌|柜|码|称|召|窗|坑|矿|井|厂|本|子|"
    r"元|常|后|薪|均|内|以内|之内|起算|人)"
)
_PART = r"(?P<part>底|末|初(?![一二三四五六七八九十])|上旬|中旬|下旬)?"
_YEAR_PART = r"(?P<part>年?(?:底|末|初(?![一二三四五六七八九十中]))|[春夏秋冬](?:天|季)|上半年|下半年)?"
_SPAN = r"(?:节)?(?P<span>期间|假期|长假|放假|那几天|小长假|[三五七八]天)?"

RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?P<y>{_YEAR})的?(?P<m>[正冬腊]月)(?!{_LUNAR_DAY})"), feasts.lunar_month),
    (re.compile(rf"(?P<y>{_YEAR}) ?的?(?P<m>{_MON}) ?(?P<d>{_NUM}) ?[日号]"), mean.full),
    (
        re.compile(
            r"(?<![\d./])(?P<y>(?:19|20)\d{2})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d|"
            r"[/.]\d|-\d(?!\d{3}))"
        ),
        mean.numeric,
    ),
    (re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-2]\d|3[01])(?!\d)"), mean.numeric),
    (re.compile(rf"{_NOT_NUMBER}(?P<m>{_MON}) ?(?P<d>{_NUM}) ?[日号]"), mean.month_day),
    (
        re.compile(
            rf"{_NOT_NUMBER}(?P<m>{_MON}) ?(?P<d>{_NUM})[日号]? ?(?:到|至|-|~) ?(?P<last>{_NUM}) ?[日号]"
        ),
        mean.days_of_month,
    ),
    (
        re.compile(
            rf"(?P<y>)(?P<m>[正冬腊]月|{_NUM}月(?=初))(?P<d>{_LUNAR_DAY})(?:到|至|"
            rf"-)(?P<last>{_LUNAR_DAY})(?![月日号天个])"
        ),
        feasts.lunar_days,
    ),
    (re.compile(r"(?<!上)[上下]半[年月]"), mean.half),
    (re.compile(rf"(?P<m>{_REL_MONTH})的?(?P<d>初[一二三四五六七八九十])"), feasts.rel_lunar),
    (re.compile(rf"(?P<m>{_REL_MONTH})的?(?P<d>{_NUM}) ?[日号]"), mean.rel_month_day),
    (
        re.compile(
            rf"(?:农历|阴历|旧历|老历)?(?P<y>{_YEAR})?(?:农历|阴历|旧历|老历)?的?(?P<m>[正冬腊]月|"
            rf"{_NUM}月(?=初))(?P<d>{_LUNAR_DAY})(?!月|[日号天个])"
        ),
        feasts.lunar,
    ),
    (
        re.compile(rf"(?:农历|阴历|旧历|老历)(?P<y>{_YEAR})?的?(?P<m>{_NUM}月)(?P<d>{_LUNAR_DAY})"),
        feasts.lunar,
    ),
    (re.compile(r"(?P<y>)(?P<m>八月)(?P<d>十五)(?![日号])"), feasts.lunar),
    (
        re.compile(
            rf"{_NOT_NUMBER}(?P<m>{_NUM}月)(?P<d>十[一二三四五六七八九]?|二十[一二三四五六七八九]?|"
            r"三十一?)(?![日号多几来岁个人万千百天])"
        ),
        mean.month_day,
    ),
    (
        re.compile(
            rf"(?P<y>{_YEAR})的?(?P<m>{_NUM}月)(?P<d>十[一二三四五六七八九]?|二十[一二三四五六七八九]?|"
            r"三十一?)(?![日号多几来岁个人万千百天])"
        ),
        mean.full,
    ),
    (re.compile(r"(?P<new_year>大年|正月)(?P<d>初[一二三四五六七八九十]|十五)"), feasts.lunar_day),
    (
        re.compile(r"(?<![读上念升])(?P<new_year>)(?P<d>初[四五六七八九十])(?!中|期|步|级|次|衷)"),
        feasts.lunar_day,
    ),
    (re.compile(rf"(?P<y>{_YEAR}) ?的?(?P<m>{_MON}){_PART}"), mean.year_month),
    (
        re.compile(
            r"(?<![个\d一二两三四五六七八九十几多半])(?P<m>(?:\d{1,2}|十[一二]?|"
            rf"[一二三四五六七八九]) ?月份?|正月|元月|冬月|腊月){_PART}(?!亮|子|嫂|饼|经|湾|季|刊)"
        ),
        mean.month_only,
    ),
    (re.compile(rf"(?P<m>{_REL_MONTH}){_PART}"), mean.rel_month_only),
    (
        re.compile(
            r"(?<![\d一二三四五六七八九十个本这上下])月(?P<part>底|末|初|中旬|上旬|下旬|中(?!间|国|心|医))"
        ),
        mean.this_month_part,
    ),
    (re.compile(rf"(?P<y>{_YEAR4} ?年|{_REL_YEAR}){_YEAR_PART}"), mean.year_only),
    (
        re.compile(
            rf"(?<![\d一二三四五六七八九十几])(?P<y>{_YEAR2} ?年)(?=生|出生|入|毕业|结婚|嫁|参|开始|办的|"
            rf"底|初|年|以前|之前|以后|就|那年|[一-龥]{{0,4}}奥运){_YEAR_PART}"
        ),
        mean.year_only,
    ),
    (re.compile(r"(?<![\d一二三四五六七八九十几今去明前后每])年[底末](?!前的前)"), mean.year_end),
    (re.compile(f"(?:{'|'.join(mean.DAYS)})(?!头条)"), mean.relative_day),
    (
        re.compile(
            rf"(?<![每逢个两])(?P<rel>{_REL_WEEK})?{_WEEK}(?P<d>[一二三四五六日天末1-6])"
            r"(?![年岁边个月围期刊])"
        ),
        mean.weekday,
    ),
    (re.compile(r"(?P<first>今明|明后)(?:两|二)?(?:天|日)"), mean.two_days),
    (re.compile(rf"(?P<rel>{_REL_WEEK}){_WEEK}(?P<d>)(?![一二三四五六日天末边围])"), mean.weekday),
    (
        re.compile(
            rf"(?<![第每\d零〇一二两三四五六七八九十.])(?P<n>{_COUNT}) ?(?:个|多)?(?P<half>半)?(?P<u>天|日|"
            r"周|星期|礼拜|月|年)(?:多|左右)?(?P<way>(?:以|之)?(?:后(?!面|勤|备|果)|前(?!面|夕|妻|夫)|内))"
        ),
        mean.offset,
    ),
    (
        re.compile(
            r"(?<![超经通不])过(?P<n>[一二两三四五六七八九十\d]+)个?(?P<half>)(?P<u>天|周|星期|礼拜|"
            r"月)(?P<way>)(?!了)"
        ),
        mean.offset,
    ),
    (re.compile(rf"(?P<y>{_REL_YEAR}|{_YEAR4}年)?的?{_FEAST_DAYS}(?P<name>{_FEASTS}){_SPAN}"), feasts.feast),
    (
        re.compile(
            rf"(?P<y>{_REL_YEAR})?(?<!第)(?P<name>五一|六一|七一|八一|五四|三八|十一)(?=节|前|后|期间|假|"
            r"放假|那天|当天|劳动|长假|小长假|妇女节|儿童节|青年节|建军节|建党节)(?:建党节|劳动节|儿童节|"
            rf"青年节|妇女节|建军节){{0,1}}{_SPAN}"
        ),
        feasts.feast,
    ),
    (
        re.compile(
            r"(?<![\d一二两三四五六七八九十几多半百今去明少些这那当每前后数若])(?:过年前|过完年|过年后|"
            r"年前(?!的)|年后|节后)"
        ),
        feasts.new_year_bound,
    ),
    (re.compile(r"(?P<y>)(?P<name>过年)(?=的时候|时|那天|期间|回|来|放假|$|[，。])(?P<span>)"), feasts.feast),
    (
        re.compile(
            rf"{_NOT_NUMBER}{_NO_HOUSE}(?<![A-Za-z.:：/])(?<!每月)(?<!每个月)(?P<d>{_NUM}) "
            rf"?[号]{_AFTER_DAY}"
        ),
        mean.day_only,
    ),
    (re.compile(rf"{_NOT_NUMBER}(?<![A-Za-z.:/])(?P<d>{_NUM}) ?日{_AFTER_DAY}"), mean.day_only),
)


# Only when a form has just asked for a date.
ASKED_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<![\d./-])(?P<m>\d{1,2})[/.-](?P<d>\d{1,2})(?![\d./-])"), mean.month_day),
    (re.compile(rf"^\W*(?P<d>{_NUM})\W*$"), mean.day_only),
)
ASKED_MONTH_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?!\d)"), mean.bare_month),
    (re.compile(r"(?<![\d./-])(?P<y>(?:19|20)?\d{2})[/.\- ](?P<m>\d{1,2})(?![\d./-])"), mean.bare_month),
    (re.compile(rf"(?P<y>{_YEAR2} ?年)(?P<part>)"), mean.year_only),
)
BORN_RULE: Rule = (
    re.compile(
        r"(?:出生(?:年月|日期|于|在)?|生日|生于)[是：: ]{0,2}(?P<y>(?:19|"
        r"20)\d{2})[/.\- ](?P<m>\d{1,2})(?![\d./-])"
    ),
    mean.bare_month,
)
SLASH_RULE: Rule = (
    re.compile(
        r"(?<![\d./])(?P<m>1[0-2]|0?[1-9])(?:/|\.(?=\d{1,2}(?:[号日]|上午|下午|早上|晚上|"
        r"中午)))(?P<d>3[01]|[12]\d|0?[1-9])[号日]?(?![\d./])(?!-\d+(?![\d/]))"
    ),
    mean.month_day,
)
# Rules whose second part in a range takes month and year from the first.
ANCHORED = (mean.month_day, mean.day_only, mean.month_only, mean.weekday)
