"""Proposals that a person or an agent makes, without a run: checked and weighed as those of an extractor are."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Extraction, Message, Window
from assay.audit.actor import Actor
from assay.db import models
from assay.errors import Conflict, InvalidInput
from assay.extraction import known_context, sanitize
from assay.extraction.drafts import drafted, topic_names
from assay.proposals import actions
from assay.readers.quotes import in_own_words


async def propose_manually(session: AsyncSession, extraction: Extraction, *, actor: Actor) -> list[UUID]:
    """Proposes what somebody wrote down. Quotes are looked for in their messages, the confidence is weighed, and
    free-form values are kept whole but for secrets.

    Raises InvalidInput for a quote of a message that is not known, and Conflict for a topic that is; then nothing is
    written.
    """
    quotes = [each.quotes for each in extraction.topics] + [each.quotes for each in extraction.atoms]
    window = Window(await _messages(session, [quote.message_id for each in quotes for quote in each], actor))
    taken = await known_context.taken_topics(session, topic_names(extraction))
    drafts, dropped = drafted(extraction, window, taken, tidied=sanitize.mask_secrets)
    if dropped.known_topics:
        raise Conflict("There is already a topic of this name, or a pending proposal for one.")
    if dropped.unusable:
        raise InvalidInput("A title or name has no readable characters.")
    return await actions.propose(session, drafts, run_id=None, actor=actor)


async def _messages(session: AsyncSession, ids: Sequence[UUID], proposer: Actor) -> list[Message]:
    """What the proposer wrote in is as good as said by a machine: it is no voice of somebody else."""
    found = list(await session.scalars(select(models.StoredMessage).where(models.StoredMessage.id.in_(ids))))
    if unknown := set(ids) - {each.id for each in found}:
        raise InvalidInput(f"There is no message {min(unknown)}: a quote needs the id of an imported message.")
    return [
        Message(
            id=each.id,
            channel=each.channel,
            author=each.author,
            sent_at=each.sent_at,
            text=in_own_words(each.text, each.quoted),
            thread=each.thread,
            is_bot=each.is_bot or each.written_by_user_id == proposer.user_id,
            source=each.source,
        )
        for each in found
    ]
