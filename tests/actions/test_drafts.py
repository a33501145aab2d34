"""Drafts: a week of life, one's own alone, nothing readable at rest."""

from datetime import timedelta

from bot.context import Context
from bot.conversations import drafts
from bot.conversations.models import Draft as Row


async def _stored(county: Context, conversation: str) -> drafts.Draft:
    draft = drafts.Draft.start(conversation, "A07", county.clock())
    draft.fields = {"phone": "13912341357"}
    async with county.db.write() as session:
        await drafts.store(session, county.vault, draft, county.clock())
    return draft


async def test_a_draft_opens_for_its_own_conversation_alone(county: Context, conversation: str) -> None:
    draft = await _stored(county, conversation)
    async with county.db.read() as session:
        assert (await drafts.load(session, county.vault, draft.id, conversation)).fields == draft.fields
        assert await drafts.load(session, county.vault, draft.id, "other") is None
        assert b"1391234" not in (await session.get(Row, draft.id)).fields


async def test_after_a_week_a_draft_is_gone_with_what_it_held(county: Context, conversation: str) -> None:
    draft = await _stored(county, conversation)
    at = county.clock()
    async with county.db.write() as session:
        assert await drafts.expire(session, county.vault, at + timedelta(days=6)) == 0
        assert await drafts.expire(session, county.vault, at + timedelta(days=7, minutes=1)) == 1
    async with county.db.read() as session:
        gone = await drafts.load(session, county.vault, draft.id, conversation)
        assert (gone.state, gone.fields) == (drafts.EXPIRED, {})
        assert await drafts.unfinished(session, county.vault, conversation, at) == []


async def test_a_filed_draft_forgets_its_fields_but_stays_filed(county: Context, conversation: str) -> None:
    draft = await _stored(county, conversation)
    draft.state = drafts.FILED
    async with county.db.write() as session:
        await drafts.store(session, county.vault, draft, county.clock())
        await drafts.expire(session, county.vault, county.clock() + timedelta(days=8))
    async with county.db.read() as session:
        kept = await drafts.load(session, county.vault, draft.id, conversation)
    assert (kept.state, kept.fields) == (drafts.FILED, {})
