"""What the assistant says of its own, without Rasa."""

LONGEST = 2000
"""Characters of one message."""

TOO_LONG = f"这段话太长了，一次最多 {LONGEST} 字。请拆成几段发，先说最要紧的。"
RESTING = "助手正在恢复，可以留言，工作人员看得到。急事请打 110 或 120。"
NO_ANSWER = "刚才那句我没处理好，对不起。请换个说法再说一遍，或者说“转人工”。"
STALE_BUTTON = "这个按钮已经不能用了。请直接说您的意思。"
SLOW_DOWN = "您发得有点快，请过几秒再发。"
PICTURES_ONLY = "（发来图片）"

NOTICE_VERSION = "2026-11"
NOTICE_DAYS = 180
"""Talk that led to no ticket is kept so many days."""

NOTICE = """您的话，{county}群团服务中心只用来答复您、办您的事，只给办事的单位看。
只问办事要用的，比如姓名、电话、住址；身份证号、病情和未成年人的事，非要不可才问，不说也行。
没登记的对话留 {days} 天，登记的事按档案规定留。
您随时可以查看、复制、更正、删除，说一声就行。全文：{url}"""


def notice(county: str, public_url: str | None) -> str:
    """The privacy notice of one screen, at the first message."""
    return NOTICE.format(county=county, days=NOTICE_DAYS, url=f"{(public_url or '').rstrip('/')}/privacy")
