"""What is said, in Telegram's shapes: parts of at most 4096 units, keyboards, the choice marked."""

from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from bot.conversations.store import Line

LONGEST = 4096
"""UTF-16 code units of one message."""
NOTHING = "."
"""Callback data of a button that only shows what was chosen."""
CHOSEN = "✓ "
CONTACT_LABEL = "发送我的手机号"


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, longest: int = LONGEST) -> list[str]:
    """Parts that fit, cut at paragraphs, else at sentences, else anywhere between characters."""
    parts = []
    while units(text) > longest:
        end = _fitting(text, longest)
        cut = max(text.rfind("\n", 0, end), 0) or max(text.rfind(mark, 0, end) + 1 for mark in "。；？，")
        cut = cut or end
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip("\n")
    return [part for part in [*parts, text] if part.strip()]


def _fitting(text: str, longest: int) -> int:
    """How many characters fit into so many units."""
    total = 0
    for index, char in enumerate(text):
        total += 2 if ord(char) > 0xFFFF else 1
        if total > longest:
            return index
    return len(text)


def words(line: Line) -> str:
    """A line's text, with the speaker where it is a person."""
    return f"值班员 {line.name}：{line.text}" if line.author == "staff" and line.name else line.text


def keyboard(buttons: Sequence[dict[str, str]]) -> InlineKeyboardMarkup | None:
    """Buttons in rows: three short ones, two middling ones or one long one."""
    if not buttons:
        return None
    keys = [InlineKeyboardButton(b["title"], callback_data=b["payload"]) for b in buttons]
    return InlineKeyboardMarkup(_rows(keys))


def _rows(keys: Iterable[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    rows: list[list[InlineKeyboardButton]] = []
    room = 0
    for key in keys:
        across = 3 if len(key.text) <= 4 else 2 if len(key.text) <= 8 else 1
        if not rows or len(rows[-1]) >= min(across, room):
            rows.append([])
            room = across
        room = min(room, across)
        rows[-1].append(key)
    return rows


def chosen(
    markup: InlineKeyboardMarkup | None, token: str, quiet: frozenset[str]
) -> tuple[str | None, InlineKeyboardMarkup | None]:
    """The pressed button's title, and the keyboard after it: the choice, and what it leaves open.

    `quiet` are the tokens of 有用 and 没用: pressing one of them leaves the others.
    """
    keys = [key for row in markup.inline_keyboard for key in row] if markup else []
    title = next((key.text for key in keys if key.callback_data == token), None)
    if title is None:
        return None, None
    left = [key for key in keys if token in quiet and key.callback_data not in {*quiet, NOTHING}]
    return title, InlineKeyboardMarkup(
        _rows([InlineKeyboardButton(CHOSEN + title, callback_data=NOTHING), *left])
    )


def contact_keyboard() -> ReplyKeyboardMarkup:
    """The key that sends the phone number of the account, with the resident's own press."""
    return ReplyKeyboardMarkup(
        [[KeyboardButton(CONTACT_LABEL, request_contact=True)]], resize_keyboard=True, one_time_keyboard=True
    )
