"""Topics and atoms that let each other go, on paper: a topic needs an atom of its own, and the atom its topic. Pure."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from assay.kinds import Kind
from assay.review.policy import Hold, Policy
from assay.review.queries import Alike


class Judged(NamedTuple):
    """Proposals, the first reason of each policy to hold them, and how many they are."""

    each: Alike
    holds: Sequence[Hold | None]
    number: int


async def judged(found: AsyncIterator[Alike], policies: Sequence[Policy]) -> AsyncIterator[Judged]:
    """As the review would. `found`: atoms before topics."""
    bearing: list[set[UUID]] = [set() for _ in policies]
    approved: list[set[UUID]] = [set() for _ in policies]
    waiting: list[Alike] = []
    async for each in found:
        is_topic = each.facts.kind is Kind.TOPIC
        _note(each, policies, *((Hold.NO_ATOMS, approved, bearing) if is_topic else (Hold.TOPIC_PENDING, bearing, ())))
        if each.facts.topic_is_pending:
            waiting.append(each)
        elif is_topic and each.topics:
            for part in _parts(each, policies, Hold.NO_ATOMS, bearing):
                yield part
        else:
            yield Judged(each, [policy.hold(each.facts) for policy in policies], each.number)
    for each in waiting:
        for part in _parts(each, policies, Hold.TOPIC_PENDING, approved):
            yield part


def _note(
    each: Alike, policies: Iterable[Policy], but: Hold, noted: Sequence[set[UUID]], among: Sequence[set[UUID]]
) -> None:
    """Keeps the topics against which, or against whose atoms, nothing else stands. `among`: only those of these."""
    for place, policy in enumerate(policies):
        reasons = policy.reasons(each.facts)
        if reasons == [but]:
            noted[place].update(among[place].intersection(each.topics) if among else each.topics)
        elif not reasons:
            noted[place].update(each.topics)


def _parts(each: Alike, policies: Iterable[Policy], but: Hold, let_go: Sequence[set[UUID]]) -> Iterator[Judged]:
    """The proposals, apart by what holds them where one reason falls for some topics."""
    reasons = [policy.reasons(each.facts) for policy in policies]
    found = Counter(
        tuple(
            next((reason for reason in why if reason is not but or topic not in known), None)
            for why, known in zip(reasons, let_go, strict=True)
        )
        for topic in each.topics
    )
    return (Judged(each, holds, number) for holds, number in found.items())
