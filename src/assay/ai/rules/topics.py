"""What the atoms of a window are about: known topics first, then agenda items, then groups of near statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assay.ai.extractor import Quote, TopicDraft
from assay.ai.rules import topic_names
from assay.ai.rules.candidates import AtomCandidate, bounded, distinct, shortened
from assay.ai.rules.clustering import clusters
from assay.ai.rules.language import stems
from assay.ai.rules.topic_icons import color_for, icon_for
from assay.ai.rules.topic_names import MAX_KEYWORDS, MIN_COVERAGE, Naming, words_of
from assay.ai.rules.vectors import VectorCache
from assay.ai.rules.vocabulary import Vocabulary
from assay.ai.rules.weights import weigh
from assay.kinds import TRAITS, Kind, folded

CUT: Final = 0.36
"""Cosine distance within a group."""
MAX_CLUSTERED: Final = 1_200
NEAR_A_NAME_IT_MENTIONS: Final = 0.5
NEAR_A_NAME: Final = 0.74
QUOTED_MEMBERS: Final = 3
MEMBERS_OF_A_NAME: Final = 2
CEILING: Final = 0.9
PROVEN: Final = 0.95
PROVING_STATEMENTS: Final = 3
PROVING_PEOPLE: Final = 2


@dataclass(slots=True)
class TopicCandidate:
    name: str
    keywords: list[str]
    members: list[AtomCandidate]
    coverage: float
    """Share of the members that mention the name."""
    is_general: bool = False
    """It holds what is said in a channel beside its topics."""


def groups(pool: Sequence[AtomCandidate], vocabulary: Vocabulary, vectors: VectorCache) -> list[Naming]:
    """Statements that lie near each other, with the names they could have."""
    pool = pool[:MAX_CLUSTERED]
    if len(pool) < 2:
        return []
    found = clusters(vectors.rows([candidate.title for candidate in pool]), CUT)
    namings = [topic_names.naming([pool[at] for at in members], vocabulary) for members in found]
    return [naming for naming in namings if naming.names]


def named(found: Sequence[Naming], vocabulary: Vocabulary, vectors: VectorCache) -> list[TopicCandidate]:
    """The groups under their best names; groups of one name are one topic."""
    topics: dict[str, TopicCandidate] = {}
    for naming in sorted(found, key=lambda naming: -len(naming.members)):
        names = topic_names.ranked(naming, vectors, vocabulary)
        topic = _topic(naming, next(([name] for name in names if _key(name) in topics), names))
        if topic.coverage >= MIN_COVERAGE:
            known = topics.setdefault(_key(topic.name), topic)
            known.members.extend(member for member in topic.members if member not in known.members)
    return list(topics.values())


def by_shared_name(rest: Sequence[AtomCandidate], vocabulary: Vocabulary) -> list[TopicCandidate]:
    """For statements that lie near no others: names that several of them share, the most shared first."""
    free, found = list(rest), list[TopicCandidate]()
    shared = topic_names.naming(free, vocabulary)
    for name in sorted(shared.names, key=lambda name: (" " not in name, -shared.mentions[name], name)):
        members = [member for member in free if topic_names.mentions(member, name)]
        if len({member.turn for member in members}) >= MEMBERS_OF_A_NAME:
            found.append(TopicCandidate(topic_names.spelled(name, shared), [name], members, 1.0))
            free = [member for member in free if member not in members]
    return found


def without_known(found: Iterable[TopicCandidate], known: Sequence[str]) -> list[TopicCandidate]:
    """The topics that are new, one of each name; members of the others are filed under the name that is known."""
    names = {_key(name): name for name in known}
    new: dict[str, TopicCandidate] = {}
    for topic in found:
        if name := names.get(_key(topic.name)):
            for member in topic.members:
                member.topic = name
        else:
            own = new.setdefault(_key(topic.name), topic)
            own.members.extend(member for member in topic.members if member not in own.members)
    return list(new.values())


def _key(name: str) -> str:
    """One name in singular and plural."""
    return folded(name).rstrip("s")


def _topic(naming: Naming, names: Sequence[str]) -> TopicCandidate:
    best = names[0]
    name = shortened(topic_names.spelled(best, naming), TRAITS[Kind.TOPIC].title_limit)
    return TopicCandidate(
        name, list(names[:MAX_KEYWORDS]), list(naming.members), naming.mentions[best] / len(naming.members)
    )


def file_under(candidates: Sequence[AtomCandidate], names: Sequence[str], vectors: VectorCache) -> None:
    """Gives a candidate without a topic the nearest of these names, where it is near enough."""
    free = [candidate for candidate in candidates if candidate.topic is None]
    if not free or not names:
        return
    likeness = vectors.rows([candidate.title for candidate in free]) @ vectors.rows(names).T
    for candidate, row in zip(free, likeness, strict=True):
        near = [(float(row[at]), names[at]) for at in np.flatnonzero(row >= NEAR_A_NAME_IT_MENTIONS).tolist()]
        candidate.topic = max((fit for fit in near if _fits(candidate, *fit)), default=(0.0, None))[1]


def _fits(candidate: AtomCandidate, likeness: float, name: str) -> bool:
    wanted = stems(name)
    return likeness >= NEAR_A_NAME or (bool(wanted) and wanted <= stems(words_of(candidate)))


def assign(topics: Sequence[TopicCandidate], kept: Sequence[AtomCandidate], vectors: VectorCache) -> None:
    """A topic the statement names comes before the one it merely lies near."""
    file_under(kept, [topic.name for topic in topics], vectors)
    for topic in topics:
        for member in topic.members:
            member.topic = member.topic or topic.name


def drafted(topic: TopicCandidate, kept: Sequence[AtomCandidate], vectors: VectorCache) -> TopicDraft:
    """The topic as a reviewer sees it, with words of its best statements as evidence."""
    members = sorted(topic.members, key=lambda member: (member not in kept, -member.confidence))
    naming = [member for member in members if topic_names.mentions(member, topic.name)]
    return TopicDraft(
        name=topic.name,
        description=description(topic),
        confidence=trust(topic),
        quotes=_quotes(_of_different_people(naming or members), everything=topic.is_general),
        reasoning=_reasoning(topic, len(naming)),
        keywords=tuple(topic.keywords),
        icon="message" if topic.is_general else icon_for(about(topic), vectors),
        color=color_for(topic.name),
    )


def trust(topic: TopicCandidate) -> float:
    """A channel, and a name that several people use in several conversations, are subjects beyond doubt; else a guess
    by its size."""
    naming = [member for member in topic.members if topic_names.mentions(member, topic.name)]
    people = {member.turn.author for member in naming}
    several = len({member.turn.conversation for member in topic.members}) > 1
    if topic.is_general or (len(naming) >= PROVING_STATEMENTS and len(people) >= PROVING_PEOPLE and several):
        return PROVEN
    guess = weigh("topic", members=len(topic.members), coverage=topic.coverage, several_conversations=several)
    return bounded(guess, CEILING)


def _of_different_people(members: Sequence[AtomCandidate]) -> list[AtomCandidate]:
    """The members in their order, but one of each author before a second of any."""
    first = list({member.turn.author: member for member in reversed(members)}.values())[::-1]
    return first + [member for member in members if member not in first]


def _reasoning(topic: TopicCandidate, naming: int) -> str:
    members, conversations = len(topic.members), len({member.turn.conversation for member in topic.members})
    found = f"{members} statement{'s' * (members > 1)} from {conversations} conversation{'s' * (conversations > 1)}"
    if topic.is_general:
        return f"{found} of this channel under no other topic."
    return f"{found} name it." if naming == members else f"{found} lie near each other and {naming} of them name it."


def about(topic: TopicCandidate) -> str:
    """The text that stands for the topic when its icon is chosen."""
    return ", ".join(topic.keywords[:3]) or topic.name


def description(topic: TopicCandidate) -> str:
    best = max(topic.members, key=lambda member: member.confidence)
    if topic.is_general:
        # Few words: the topics of two channels must not look alike.
        return f"All else from {best.turn.parts[0].message.channel}."
    others = topic.keywords[1:4]
    with_others = f", with {' and '.join(others)}" if others else ""
    return f"What the team says about {topic.name}{with_others}; for example: {shortened(best.title, 120)}"


def _quotes(members: Sequence[AtomCandidate], *, everything: bool) -> list[Quote]:
    """The first words of each, or all words of the first: those who agreed are people of a channel as well."""
    if everything:
        return distinct(quote for member in members for quote in member.quotes)[:QUOTED_MEMBERS]
    return distinct(member.quotes[0] for member in members[:QUOTED_MEMBERS])
