"""What an answer may be made of, so that it reads the same on every channel.

Paragraphs, lists (lines that begin with `1.` or `- `), telephone numbers and addresses that begin with
`https://`; nothing else is markup. What looks like it is refused in words before it is published.
"""

import re

from markupsafe import Markup

LINK = re.compile(r"https://[A-Za-z0-9][^\s，。；：、！？（）《》“”【】<>\"']*")
PHONE = re.compile(r"(?<![\d-])(?:0\d{2,3}-\d{7,8}|1[3-9]\d{9}|1(?:10|19|20|23\d{2}))(?![\d-])")
_PIECE = re.compile(f"({LINK.pattern})|({PHONE.pattern})")
_WRONG: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"</?[A-Za-z!][^>]*>"), "有网页标签（{}），居民会原样看到，去掉它"),
    (re.compile(r"(?:javascript|data|vbscript|file):", re.I), "有不能放的链接（{}）"),
    (re.compile(r"http://\S+"), "链接要用 https:// 开头的（{}）"),
    (re.compile(r"!?\[[^\]\n]*\]\([^)\n]*\)"), "链接直接写网址，不用写成 {}"),
    (re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__|`[^`\n]+`"), "不能加粗（{}），居民会看到符号"),
    (re.compile(r"^#{1,6} .*$", re.M), "不能用 # 写标题（{}）"),
    (re.compile(r"【】"), "有空的{}，里面要写本县标准的名字"),
    (re.compile(r"【[^】]*(?:$|\n)"), "【 没有配上 】（{}）"),
)
_SHOWN = 24


def problems(answer: str) -> list[str]:
    """What has to be mended before residents may read it, each once."""
    found = []
    for pattern, words in _WRONG:
        match = pattern.search(answer)
        if match:
            found.append(words.format(match[0].strip()[:_SHOWN]))
    return found


def as_html(text: str) -> Markup:
    """The text for a page: escaped, with its telephone numbers and links to press."""
    parts, end = [], 0
    for match in _PIECE.finditer(text):
        parts.append(Markup("{}").format(text[end : match.start()]))
        address = match[0] if match[1] else f"tel:{match[0]}"
        rel = Markup(' rel="noopener noreferrer" target="_blank"') if match[1] else Markup("")
        parts.append(Markup('<a href="{}"{}>{}</a>').format(address, rel, match[0]))
        end = match.end()
    return Markup("").join([*parts, Markup("{}").format(text[end:])])
