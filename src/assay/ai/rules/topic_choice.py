"""Under which topic each statement is filed: one that is known, one that several statements share, one that its talk
names, or else that of its channel."""

import asyncio
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Final, NamedTuple

from assay.ai.extractor import TopicDraft
from assay.ai.rules import channel_topics, talk_topics, topics
from assay.ai.rules.candidates import ROUTINE_CEILING, AtomCandidate
from assay.ai.rules.topic_icons import icon_texts
from assay.ai.rules.topic_names import Naming
from assay.ai.rules.topics import PROVEN, TopicCandidate
from assay.ai.rules.turns import Chat
from assay.ai.rules.vectors import VectorCache
from assay.ai.rules.vocabulary import Vocabulary
from assay.text import naming

SURE: Final = ROUTINE_CEILING
"""Above it a statement may be approved by the machine alone, and waits for no topic whose name is a guess."""


class KnownTopics(NamedTuple):
    names: Sequence[str]
    proposed: Collection[str]
    """Those that nobody has approved yet."""


async def filed(
    kept: Sequence[AtomCandidate],
    pool: Sequence[AtomCandidate],
    known: KnownTopics,
    chat: Chat,
    vocabulary: Vocabulary,
    vectors: VectorCache,
) -> list[TopicDraft]:
    """Gives each of the kept statements a topic, and drafts the new ones. `pool`: those and nearly good ones, which
    help to find and name topics. The titles and the known names must have vectors."""
    names = [name for name in known.names if naming.channel_of(name) is None]
    await asyncio.to_thread(topics.file_under, pool, names, vectors)
    free = [candidate for candidate in pool if candidate.topic is None]
    groups = await asyncio.to_thread(topics.groups, free, vocabulary, vectors)
    await vectors.learn(chain.from_iterable(group.names for group in groups))
    shared = await asyncio.to_thread(_shared, groups, kept, names, vocabulary, vectors)
    await vectors.learn(topic.name for topic in shared)
    of_talks = await asyncio.to_thread(_by_talk, shared, pool, names, chat, vocabulary, vectors)
    new = await asyncio.to_thread(_with_channels, topics.without_known([*shared, *of_talks], names), kept, chat, known)
    await vectors.learn(chain(icon_texts(), map(topics.about, new)))
    return await asyncio.to_thread(lambda: [topics.drafted(topic, kept, vectors) for topic in new])


def _shared(
    groups: Sequence[Naming],
    kept: Sequence[AtomCandidate],
    known: Sequence[str],
    vocabulary: Vocabulary,
    vectors: VectorCache,
) -> list[TopicCandidate]:
    """Topics of several statements, of whatever talks."""
    near = [topic for topic in topics.named(groups, vocabulary, vectors) if set(topic.members) & set(kept)]
    grouped = set(chain.from_iterable(topic.members for topic in near))
    rest = [candidate for candidate in kept if candidate.topic is None and candidate not in grouped]
    return topics.without_known([*near, *topics.by_shared_name(rest, vocabulary)], known)


def _by_talk(
    shared: Sequence[TopicCandidate],
    pool: Sequence[AtomCandidate],
    known: Sequence[str],
    chat: Chat,
    vocabulary: Vocabulary,
    vectors: VectorCache,
) -> list[TopicCandidate]:
    """Topics of what has none yet."""
    topics.assign(shared, pool, vectors)
    rest, talks = [candidate for candidate in pool if candidate.topic is None], talk_topics.Talks(chat)
    found = [
        TopicCandidate(each.name, [each.name.casefold()], each.members, 1.0)
        for each in talk_topics.by_talk(rest, talks, vocabulary)
    ]
    new = topics.without_known(found, known)
    for topic in new:
        for member in topic.members:
            member.topic = topic.name
    talk_topics.joined([candidate for candidate in rest if candidate.topic is None], pool, talks)
    return new


def _with_channels(
    new: Sequence[TopicCandidate], kept: Sequence[AtomCandidate], chat: Chat, known: KnownTopics
) -> list[TopicCandidate]:
    """With the topics of channels, for what has no topic, and for what is surer than the name of its own."""
    guessed = {topic.name for topic in new if not _may_be_approved(topic)}.union(known.proposed)
    rest = [each for each in kept if each.topic is None or (each.topic in guessed and each.confidence > SURE)]
    channels = channel_topics.general(rest, chat, known.names)
    for topic in channels:
        for member in topic.members:
            member.topic = topic.name
    used = {candidate.topic for candidate in kept}
    return [topic for topic in (*new, *topics.without_known(channels, known.names)) if topic.name in used]


def _may_be_approved(topic: TopicCandidate) -> bool:
    """Alone, by the machine: beyond doubt, and called by a name."""
    said = [quote.text for member in topic.members for quote in member.quotes]
    return topics.trust(topic) >= PROVEN and naming.is_name(topic.name, said)
