"""Approved knowledge that says the same twice: found by the search and the scorer of the proposals, shown to people.

Nothing is merged by a machine. Each entity is looked at once, until its words, the model, the scorer or the threshold
change; so a scan that was interrupted goes on where it was, and a scan without news costs one look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import as_json
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import SimilarityType
from assay.duplicates import candidates, scale, scorer, vectors, verdicts
from assay.duplicates.candidates import Candidate
from assay.duplicates.claim import Claim
from assay.duplicates.scorer import Match, Similarity
from assay.duplicates.solutions import solution_pairs
from assay.errors import NotFound
from assay.kinds import Kind
from assay.messaging.events import EntityNotDuplicate

_OWED: Final = """
    FROM entities e JOIN embeddings v ON v.subject_id = e.id AND v.model = :model
    LEFT JOIN entity_scans s ON s.entity_id = e.id
    WHERE NOT e.archived AND (s.entity_id IS NULL OR s.scorer <> :scorer OR s.text_hash <> v.text_hash)"""


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
    parameters = {"model": model, "scorer": await stamp(session, model, threshold)}
    return await session.scalar(text(f"SELECT count(*) {_OWED}"), parameters) or 0


async def next_batch(session: AsyncSession, *, model: str, threshold: float, limit: int) -> list[UUID]:
    """The entities to look at now. None while a live entity has no vector of the model: it could not be found."""
    if not await vectors.all_entities_have(session, model):
        return []
    parameters = {"model": model, "scorer": await stamp(session, model, threshold), "limit": limit}
    found = await session.scalars(text(f"SELECT e.id {_OWED} ORDER BY e.created_at, e.id LIMIT :limit"), parameters)
    return list(found)


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


Place = tuple[bool, float, UUID, UUID]
"""Where a pair stands in the list: whether it says something else, its score, the older one and the newer one."""


async def page(
    session: AsyncSession, *, kind: Kind | None = None, after: Place | None = None, limit: int
) -> tuple[list[AlikeEntities], Place | None]:
    """Pairs of live entities, what says the same before what says something else, the most alike first; and where
    the next page begins, if there is one. It may hold less than `limit`, for what people told apart is left out."""
    found = await _listed(session, kind=kind, after=after, limit=limit + 1)
    rest = _place_of(found[limit - 1]) if len(found) > limit else None
    return await _without_dismissed(session, found[:limit]), rest


def _place_of(pair: AlikeEntities) -> Place:
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
    after: Place | None = None,
    limit: int,
) -> list[AlikeEntities]:
    rows = await session.execute(
        text("""
        SELECT p.*, a.kind, a.title AS a_title, a.body AS a_body, a.identity_key AS a_key,
            b.title AS b_title, b.body AS b_body, b.identity_key AS b_key
        FROM entity_pairs p
        JOIN entities a ON a.id = p.first_id AND NOT a.archived JOIN entities b ON b.id = p.second_id AND NOT b.archived
        WHERE (CAST(:kind AS text) IS NULL OR a.kind = :kind)
            AND (CAST(:first AS uuid) IS NULL OR (p.first_id, p.second_id) = (:first, CAST(:second AS uuid)))
            AND (CAST(:score AS float8) IS NULL OR (p.type = 'update', -p.score, p.first_id, p.second_id)
                > (CAST(:differs AS bool), -CAST(:score AS float8), CAST(:one AS uuid), CAST(:other AS uuid)))
        ORDER BY p.type = 'update', p.score DESC, p.first_id, p.second_id LIMIT :limit"""),
        {
            "kind": kind,
            "first": only and only[0],
            "second": only and only[1],
            "differs": after and after[0],
            "score": after and after[1],
            "one": after and after[2],
            "other": after and after[3],
            "limit": limit,
        },
    )
    return [
        AlikeEntities(
            kind=Kind(row.kind),
            first=Claim(row.first_id, Kind(row.kind), row.a_title, row.a_body, row.a_key, is_entity=True),
            second=Claim(row.second_id, Kind(row.kind), row.b_title, row.b_body, row.b_key, is_entity=True),
            type=SimilarityType(row.type),
            score=row.score,
            explanation=row.explanation,
            found_at=row.found_at,
        )
        for row in rows
    ]


async def dismiss(session: AsyncSession, one: UUID, other: UUID, *, actor: Actor, notes: str | None) -> None:
    """Remembers that two entities are not the same, as long as they say what they say. Raises NotFound."""
    await hold_until_commit(session, DECISIONS)
    first, second = sorted((one, other))
    found = await _pair(session, first, second)
    if not found:
        raise NotFound(f"{one} and {other} are not marked as alike: assay duplicates list shows what is.")
    [pair] = found
    await verdicts.remember(session, [(pair.second, pair.first)], same=False, actor=actor, notes=notes)
    event = EntityNotDuplicate(pair.kind, second, pair.second.title, actor.name, first)
    detail = {"other": first, "notes": notes}
    await record(session, actor, [Record.of(event, subject_id=second, entity_type=pair.kind, detail=detail)])


async def _looked(session: AsyncSession, ids: Sequence[UUID], model: str) -> dict[UUID, _Looked]:
    rows = await session.execute(
        text("""
        SELECT e.id, e.kind, e.title, e.body, e.identity_key, v.text_hash, vector_dims(v.vector) AS dimensions,
            coalesce(s.text_hash <> v.text_hash, false) AS has_changed
        FROM entities e JOIN embeddings v ON v.subject_id = e.id AND v.model = :model
        LEFT JOIN entity_scans s ON s.entity_id = e.id
        WHERE e.id = ANY(:ids) AND NOT e.archived ORDER BY e.id"""),
        {"ids": list(ids), "model": model},
    )
    return {
        row.id: _Looked(
            Claim(row.id, Kind(row.kind), row.title, row.body, row.identity_key, is_entity=True),
            row.has_changed,
            row.text_hash,
            row.dimensions,
        )
        for row in rows
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
    await session.execute(
        text("""
        DELETE FROM entity_pairs WHERE (first_id = ANY(:ids) OR second_id = ANY(:ids)) AND (scorer <> :by
            OR first_id = ANY(CAST(:changed AS uuid[])) OR second_id = ANY(CAST(:changed AS uuid[])))"""),
        {"ids": list(looked), "by": by, "changed": [key for key, each in looked.items() if each.has_changed]},
    )


async def _keep(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(
        text("""
        INSERT INTO entity_pairs (first_id, second_id, score, type, explanation, scorer, found_at)
        SELECT DISTINCT ON (first_id, second_id) first_id, second_id, score, type, explanation, scorer, found_at
        FROM jsonb_populate_recordset(NULL::entity_pairs, :rows) ORDER BY first_id, second_id
        ON CONFLICT (first_id, second_id) DO UPDATE SET score = excluded.score, type = excluded.type,
            explanation = excluded.explanation, scorer = excluded.scorer, found_at = excluded.found_at"""),
        {"rows": as_json(rows)},
    )


async def _stamp(session: AsyncSession, looked: Iterable[_Looked], by: str) -> None:
    rows = [
        {"entity_id": each.claim.id, "scorer": by, "text_hash": each.text_hash, "scanned_at": now()} for each in looked
    ]
    await session.execute(
        text("""
        INSERT INTO entity_scans (entity_id, scorer, text_hash, scanned_at)
        SELECT entity_id, scorer, text_hash, scanned_at FROM jsonb_populate_recordset(NULL::entity_scans, :rows)
        ON CONFLICT (entity_id) DO UPDATE SET scorer = excluded.scorer, text_hash = excluded.text_hash,
            scanned_at = excluded.scanned_at"""),
        {"rows": as_json(rows)},
    )
