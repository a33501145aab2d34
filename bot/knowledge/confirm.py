"""A handler's word: local figures filled in, the text confirmed, for entries of his own organisation."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.knowledge.entries import Editor, KnowledgeError, newest, save_draft
from bot.knowledge.models import FaqVersion
from bot.knowledge.rendering import MARKER


async def confirm(
    session: AsyncSession,
    entry: str,
    figures: Mapping[str, str],
    editor: Editor,
    at: datetime,
    *,
    confirmed: bool,
    valid_until: date | None,
) -> FaqVersion:
    """Write what the handler says into the entry's draft, starting one where there is none.

    He decides figures, confirmation and validity, and nothing of the text; so he can still be the second
    reader of a draft that somebody else wrote.
    """
    version = await newest(session, entry, lock=True)
    unknown = set(figures) - set(version.figures) - set(MARKER.findall(version.answer))
    if unknown:
        raise KnowledgeError(f"这一条没有这一项：{'、'.join(sorted(unknown))}")
    values = {name: text.strip() or None for name, text in figures.items()}
    content = {
        "figures": {**version.figures, **values},
        "confirmed": confirmed,
        "valid_until": valid_until,
    }
    if all(getattr(version, name) == value for name, value in content.items()):
        raise KnowledgeError("没有改动：填上标准，或者勾上已核对")
    author = version.author
    draft = await save_draft(session, entry, content, Editor(editor.name, editor.org), at)
    if draft is version:
        draft.author = author
    if confirmed:
        draft.confirmed_by, draft.confirmed_at = editor.name, at
    return draft
