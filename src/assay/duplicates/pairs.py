"""Approved knowledge that says the same twice: found by the search and the scorer of the proposals, shown to people.

Nothing is merged by a machine. Each entity is looked at once, until its words, the model, the scorer or the threshold
change; so a scan that was interrupted goes on where it was, and a scan without news costs one look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, delete, false, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import among, as_json
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import Embedding, Entity, EntityPair, EntityScan, SimilarityType
from assay.duplicates import candidates, scale, scorer, vectors, verdicts
from assay.duplicates.candidates import Candidate
from assay.duplicates.claim import Claim
from assay.duplicates.scorer import Match, Similarity
from assay.duplicates.solutions import solution_pairs
from assay.duplicates.sql import verdicts as sql
from assay.errors import NotFound
from assay.kinds import Kind
from assay.messaging.events import EntityNotDuplicate


@dataclass(frozen=True, slots=True)
class AlikeEntities:
    """Two live entities of a kind that are alike, the older one first."""

    kind: Kind
    first: Claim
    second: Claim
    type: SimilarityType
    score: float
    explanation: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class _Looked:
    """An entity that is looked at."""

    claim: Claim
    has_changed: bool
    """It said something else when it was looked at last."""
    text_hash: str
    dimensions: int


async def stamp(session: AsyncSession, model: str, threshold: float) -> str:
    """What a look is worth something under."""
    return f"{(await scale.in_force(session, model)).version} from {threshold:g}"


async def count_owed(session: AsyncSession, *, model: str, threshold: float) -> int:
    """How many live entities were not looked at yet."""
    number = select(func.count()).select_from(Entity)
    return await session.scalar(_owed(number, model, await stamp(session, model, threshold))) or 0


async def next_batch(session: AsyncSession, *, model: str, threshold: float, limit: int) -> list[UUID]:
    """The entities to look at now. None while a live entity has no vector of the model: it could not be found."""
    if not await vectors.all_entities_have(session, model):
        return []
    owed = _owed(select(Entity.id), model, await stamp(session, model, threshold))
    return list(await session.scalars(owed.order_by(Entity.created_at, Entity.id).limit(limit)))


def _owed(wanted: Select[Any], model: str, by: str) -> Select[Any]:
    """Of the live entities with a vector: those that were not looked at under this stamp in their present words."""
    is_new = or_(EntityScan.entity_id.is_(None), EntityScan.scorer != by, EntityScan.text_hash != Embedding.text_hash)
    return _with_vector(wanted, model).where(is_new)


def _with_vector(wanted: Any, model: str) -> Select[Any]:
    """Of the live entities: those that have a vector of the model, with their last look, if there was one."""
    has_vector = and_(Embedding.subject_id == Entity.id, Embedding.model == model)
    looked_at = EntityScan.entity_id == Entity.id
    found: Select[Any] = wanted.join(Embedding, has_vector).outerjoin(EntityScan, looked_at).where(~Entity.archived)
    return found


async def look(session: AsyncSession, ids: Sequence[UUID], *, model: str, threshold: float) -> int:
    """Compares entities with all others and keeps the pairs that are alike. Returns how many they are."""
    looked = await _looked(session, ids, model)
    if not looked:
        return 0
    measured_by, by = await scale.in_force(session, model), await stamp(session, model, threshold)
    dimensions = next(iter(looked.values())).dimensions
    min_cosine = scorer.min_cosine(measured_by, threshold)
    await candidates.prepare(session)
    found = await candidates.find(
        session, list(looked), model=model, dimensions=dimensions, min_cosine=min_cosine, of_entities=True
    )
    asked = [_in_order(looked[each.proposal_id].claim, each.claim) for each in found]
    matches = _matches(found, asked, measured_by, threshold)
    alike = [(pair, match) for pair, match in zip(asked, matches, strict=True) if match]
    dismissed = await _told_apart(session, [pair for pair, _ in alike])
    kept = [(pair, match) for pair, match in alike if (pair[0].id, pair[1].id) not in dismissed]
    await _forget(session, looked, by)
    await _keep(session, [_row(*pair, match, by) for pair, match in kept])
    await _stamp(session, looked.values(), by)
    return len({(pair[0].id, pair[1].id) for pair, _ in kept})


PairPosition = tuple[bool, float, UUID, UUID]
"""Where a pair stands in the list: whether it says something else, its score, the older one and the newer one."""


async def page(
    session: AsyncSession, *, kind: Kind | None = None, after: PairPosition | None = None, limit: int
) -> tuple[list[AlikeEntities], PairPosition | None]:
    """Pairs of live entities, what says the same before what says something else, the most alike first; and where
    the next page begins, if there is one. It may hold less than `limit`, for what people told apart is left out."""
    found = await _listed(session, kind=kind, after=after, limit=limit + 1)
    rest = _position_of(found[limit - 1]) if len(found) > limit else None
    return await _without_dismissed(session, found[:limit]), rest


def _position_of(pair: AlikeEntities) -> PairPosition:
    return pair.type is SimilarityType.UPDATE, pair.score, pair.first.id, pair.second.id


async def _pair(session: AsyncSession, first: UUID, second: UUID) -> list[AlikeEntities]:
    """The pair of these two, the older one first, unless somebody told them apart."""
    return await _without_dismissed(session, await _listed(session, only=(first, second), limit=1))


async def _without_dismissed(session: AsyncSession, found: Sequence[AlikeEntities]) -> list[AlikeEntities]:
    dismissed = await _told_apart(session, [(each.second, each.first) for each in found])
    return [each for each in found if (each.second.id, each.first.id) not in dismissed]


async def _told_apart(session: AsyncSession, asked: Sequence[tuple[Claim, Claim]]) -> set[tuple[UUID, UUID]]:
    """By a person, or by a link that says that one solves the other."""
    return await verdicts.dismissed(session, asked) | await solution_pairs(session, asked)


async def _listed(
    session: AsyncSession,
    *,
    kind: Kind | None = None,
    only: tuple[UUID, UUID] | None = None,
    after: PairPosition | None = None,
    limit: int,
) -> list[AlikeEntities]:
    older, younger = aliased(Entity, name="older"), aliased(Entity, name="younger")
    differs = EntityPair.type == SimilarityType.UPDATE
    position = differs, -EntityPair.score, EntityPair.first_id, EntityPair.second_id
    wanted = (
        select(EntityPair, older, younger)
        .join(older, and_(older.id == EntityPair.first_id, ~older.archived))
        .join(younger, and_(younger.id == EntityPair.second_id, ~younger.archived))
        .order_by(*position)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    if kind is not None:
        wanted = wanted.where(older.kind == kind)
    if only is not None:
        wanted = wanted.where(EntityPair.first_id == only[0], EntityPair.second_id == only[1])
    if after is not None:
        update, score, first, second = after
        wanted = wanted.where(tuple_(*position) > tuple_(update, -score, first, second))
    rows = await session.execute(wanted)
    return [_alike(*row) for row in rows.tuples()]


def _alike(pair: EntityPair, older: Entity, younger: Entity) -> AlikeEntities:
    found = pair.type, pair.score, pair.explanation, pair.found_at
    return AlikeEntities(older.kind, _claim(older), _claim(younger), *found)


def _claim(entity: Entity) -> Claim:
    return Claim(entity.id, entity.kind, entity.title, entity.body, entity.identity_key, is_entity=True)


async def dismiss(session: AsyncSession, one: UUID, other: UUID, *, actor: Actor, notes: str | None) -> None:
    """Remembers that two entities are not the same, as long as they say what they say. Raises NotFound."""
    await hold_until_commit(session, DECISIONS)
    first, second = sorted((one, other))
    found = await _pair(session, first, second)
    if not found:
        raise NotFound(f"{one} and {other} are not marked as similar: assay duplicates list shows the pairs that are.")
    [pair] = found
    await verdicts.remember(session, [(pair.second, pair.first)], same=False, actor=actor, notes=notes)
    event = EntityNotDuplicate(pair.kind, second, pair.second.title, actor.name, first)
    detail = {"other": first, "notes": notes}
    await record(session, actor, [Record.of(event, subject_id=second, entity_type=pair.kind, detail=detail)])


async def _looked(session: AsyncSession, ids: Sequence[UUID], model: str) -> dict[UUID, _Looked]:
    has_changed = func.coalesce(EntityScan.text_hash != Embedding.text_hash, false())
    dimensions = func.vector_dims(Embedding.vector, type_=Integer)
    said = Entity.id, Entity.kind, Entity.title, Entity.body, Entity.identity_key
    rows = await session.execute(
        _with_vector(select(*said, has_changed, Embedding.text_hash, dimensions), model)
        .where(among(Entity.id, ids))
        .order_by(Entity.id)
    )
    return {
        entity_id: _Looked(Claim(entity_id, kind, title, body, key, is_entity=True), changed, text_hash, number)
        for entity_id, kind, title, body, key, changed, text_hash, number in rows
    }


def _in_order(one: Claim, other: Claim) -> tuple[Claim, Claim]:
    """The younger one first: it is what repeats, or changes, what the older one says."""
    return (one, other) if one.id > other.id else (other, one)


def _matches(
    found: Sequence[Candidate], asked: Sequence[tuple[Claim, Claim]], measured_by: scale.Scale, threshold: float
) -> list[Match | None]:
    cosines, trigrams = [each.cosine for each in found], [each.trigram for each in found]
    scores = scorer.scores(measured_by, asked, cosines, trigrams, threshold).tolist()
    return [
        scorer.judge(*pair, Similarity(score, each.trigram, threshold))
        for pair, score, each in zip(asked, scores, found, strict=True)
    ]


def _row(younger: Claim, older: Claim, match: Match, by: str) -> dict[str, Any]:
    return {
        "first_id": older.id,
        "second_id": younger.id,
        "score": match.score,
        "type": match.type,
        "explanation": match.explanation,
        "scorer": by,
        "found_at": now(),
    }


async def _forget(session: AsyncSession, looked: dict[UUID, _Looked], by: str) -> None:
    """Removes what another scorer found of these entities, or what was found of other words."""
    changed = [key for key, each in looked.items() if each.has_changed]
    of_them, of_changed = _of_either(list(looked)), _of_either(changed)
    forgotten = delete(EntityPair).where(of_them, or_(EntityPair.scorer != by, of_changed))
    await session.execute(forgotten.execution_options(synchronize_session=False))


def _of_either(ids: Sequence[UUID]) -> ColumnElement[bool]:
    return or_(among(EntityPair.first_id, ids), among(EntityPair.second_id, ids))


async def _keep(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(sql.KEEP_PAIRS, {"rows": as_json(rows)})


async def _stamp(session: AsyncSession, looked: Iterable[_Looked], by: str) -> None:
    rows = [
        {"entity_id": each.claim.id, "scorer": by, "text_hash": each.text_hash, "scanned_at": now()} for each in looked
    ]
    await session.execute(sql.STAMP_ENTITIES, {"rows": as_json(rows)})
