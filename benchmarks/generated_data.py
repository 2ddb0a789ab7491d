"""Knowledge and proposals in any number, with vectors like those of language, written as fast as they are taken."""

import struct
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.db.base import new_id
from assay.db.engine import Database
from assay.duplicates import vectors
from assay.duplicates.calibration import shipped
from assay.duplicates.claim import Claim, content_hash
from assay.duplicates.scale import Scale
from assay.duplicates.scorer import scores
from assay.duplicates.sql.candidates import NEIGHBOURS
from assay.kinds import Kind, embedded_text, folded, identity_key

MODEL = "cloud-384"
DIMENSIONS = 384
SHIFTS = 0.1, 0.6
"""How far a repetition lies from what it repeats, of length 1: cosines from 0.995 down to 0.86."""
PER_ISLAND = 20
SPREAD = 0.75
"""Length of the noise around the centre of an island: neighbours there have cosines around 0.64."""
CHUNK = 10_000
AT_ONCE = 50
"""Proposals whose cosines with everything are in memory."""
ROOM = text("SET LOCAL maintenance_work_mem = '3GB'")
"""A graph that does not fit is built on disk, many times as slowly."""
Matrix = NDArray[np.float32]
Draw = Callable[[np.random.Generator, int], Matrix]
"""Makes so many vectors of length 1."""


async def like_language() -> Draw:
    """As near to each other as real texts: vectors with the mean and the covariance of those of the shipped pairs."""
    texts = sorted({claim.text for pair in shipped() for claim in pair.claims()})
    known = np.asarray(await OfflineEmbedder().embed(texts))
    variances, directions = np.linalg.eigh(np.cov(known.T))
    mean, spread = known.mean(axis=0), np.sqrt(np.maximum(variances, 0))[:, None] * directions.T

    def draw(random: np.random.Generator, number: int) -> Matrix:
        return _unit(mean + random.standard_normal((number, DIMENSIONS), dtype=np.float32) @ spread.astype(np.float32))

    return draw


def islands(random: np.random.Generator, number: int) -> Matrix:
    """Twenty near each other, and all else at right angles: harder than language for a search that follows a graph."""
    centres = _unit(random.standard_normal((max(1, number // PER_ISLAND), DIMENSIONS)))
    return _unit(centres[np.arange(number) % len(centres)] + _noise(random, number, SPREAD))


@dataclass(frozen=True)
class Crowd:
    entities: list[UUID]
    proposals: list[UUID]
    vectors: NDArray[np.float16]
    """As they are stored: those of the entities, then those of the proposals."""
    titles: list[str]
    """In the same order."""


async def fill(
    database: Database, draw: Draw, *, entities: int, proposals: int, share: float = 0.2, seed: int = 7
) -> Crowd:
    """`share` of the proposals repeat an entity. Makes the indexes too, after the vectors are in."""
    random = np.random.default_rng(seed)
    repeats = int(proposals * share)
    drawn = draw(random, entities + proposals - repeats)
    known, others = drawn[:entities], drawn[entities:]
    chosen = random.choice(entities, repeats, replace=repeats > entities)
    shifts = random.uniform(*SHIFTS, size=(repeats, 1))
    new = np.concatenate([_unit(known[chosen] + shifts * _noise(random, repeats, 1)), others])
    titles = _titles(random, entities + proposals)
    async with _indexed_afterwards(database):
        entity_ids = await _write(database, known, titles[:entities], approved=True)
        proposal_ids = await _write(database, new, titles[entities:], approved=False)
    async with database.transaction() as session:
        await session.execute(ROOM)
        await vectors.ensure_indexes(session, MODEL, DIMENSIONS)
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("entities", "proposals", "embeddings"):
            await autocommit.execute(text(f"ANALYZE {table}"))
    return Crowd(entity_ids, proposal_ids, np.concatenate([known, new]).astype(np.float16), titles)


@asynccontextmanager
async def _indexed_afterwards(database: Database) -> AsyncIterator[None]:
    """Takes away the indexes that guard nothing, and makes them again over everything that was written."""
    async with database.transaction() as session:
        found = await session.execute(
            text("""
            SELECT indexname, indexdef FROM pg_indexes
            WHERE tablename IN ('entities', 'proposals', 'embeddings') AND indexdef NOT LIKE 'CREATE UNIQUE%'""")
        )
        indexes: dict[str, str] = dict(found.tuples().all())
        for name in indexes:
            await session.execute(text(f"DROP INDEX {name}"))
    yield
    async with database.transaction() as session:
        await session.execute(ROOM)
        for definition in indexes.values():
            await session.execute(text(definition.replace(":", r"\:")))


def _noise(random: np.random.Generator, number: int, length: float) -> Matrix:
    drawn: Matrix = (length / DIMENSIONS**0.5) * random.standard_normal((number, DIMENSIONS), dtype=np.float32)
    return drawn


def _unit(rows: NDArray[np.floating]) -> Matrix:
    unit: Matrix = rows.astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return unit


def _titles(random: np.random.Generator, number: int) -> list[str]:
    """Six words each, from the titles of real reports, as frequent as there."""
    words = [word for pair in shipped() for title, _ in (pair.first, pair.second) for word in title.split()]
    return [" ".join(words[place] for place in row) for row in random.integers(len(words), size=(number, 6))]


async def _write(database: Database, rows: Matrix, titles: Sequence[str], *, approved: bool) -> list[UUID]:
    ids = [new_id() for _ in titles]
    for start in range(0, len(ids), CHUNK):
        some = slice(start, start + CHUNK)
        await _write_words(database, ids[some], titles[some], approved=approved)
        await _write_vectors(database, ids[some], titles[some], rows[some])
    return ids


async def _write_words(database: Database, ids: Sequence[UUID], titles: Sequence[str], *, approved: bool) -> None:
    said = {
        "ids": list(ids),
        "titles": list(titles),
        "title_keys": [folded(title) for title in titles],
        "keys": [identity_key(Kind.ATOM, title, str(each)) for title, each in zip(titles, ids, strict=True)],
        "kind": Kind.ATOM,
    }
    rows = """FROM unnest(CAST(:ids AS uuid[]), CAST(:titles AS text[]), CAST(:title_keys AS text[]),
        CAST(:keys AS text[])) AS t (id, title, title_key, key)"""
    common = "id, kind, title, body, title_key, identity_key, atom_type"
    values = "id, :kind, title, id::text, title_key, key, 'insight'"
    async with database.transaction() as session:
        if approved:
            await session.execute(
                text(f"INSERT INTO entities ({common}, confidence) SELECT {values}, 0.9 {rows}"), said
            )
        decided = ", status, created_entity_id, reviewed_at" if approved else ""
        outcome = ", 'approved', id, now()" if approved else ""
        await session.execute(
            text(f"""
            INSERT INTO proposals ({common}, proposed_by_user_id, stated_confidence, confidence {decided})
            SELECT {values}, 1, 0.9, 0.9 {outcome} {rows}"""),
            said,
        )


async def _write_vectors(database: Database, ids: Sequence[UUID], titles: Sequence[str], rows: Matrix) -> None:
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert driver
        async with (
            driver.cursor() as cursor,
            cursor.copy(
                "COPY embeddings (subject_id, model, kind, text_hash, vector) FROM STDIN (FORMAT BINARY)"
            ) as copy,
        ):
            for piece in _binary(ids, titles, rows):
                await copy.write(piece)
        await driver.commit()


def _binary(ids: Sequence[UUID], titles: Sequence[str], rows: Matrix) -> Iterator[bytes]:
    yield b"PGCOPY\n\xff\r\n\0" + bytes(8)
    for each, title, row in zip(ids, titles, rows, strict=True):
        text_hash = content_hash(embedded_text(title, str(each))).encode()
        vector = struct.pack(">HH", DIMENSIONS, 0) + row.astype(">f2").tobytes()
        fields = (each.bytes, MODEL.encode(), Kind.ATOM.encode(), text_hash, vector)
        yield struct.pack(">h", len(fields)) + b"".join(struct.pack(">i", len(field)) + field for field in fields)
    yield struct.pack(">h", -1)


def exact(crowd: Crowd, scale: Scale, threshold: float) -> set[UUID]:
    """The proposals that score at or above the threshold with one of the nearest among all entities and earlier
    proposals, compared with each of them."""
    first = len(crowd.entities)
    known = _unit(crowd.vectors)
    return {
        crowd.proposals[place - first]
        for start in range(first, len(known), AT_ONCE)
        for place in _repeating(crowd, known, range(start, min(start + AT_ONCE, len(known))), scale, threshold)
    }


def _repeating(crowd: Crowd, known: Matrix, places: range, scale: Scale, threshold: float) -> Iterator[int]:
    cosines = known[places.start : places.stop] @ known.T
    for row, here in enumerate(places):
        near = np.argpartition(-cosines[row, :here], NEIGHBOURS)[:NEIGHBOURS]
        pairs = [(_statement(crowd, here), _statement(crowd, there)) for there in near.tolist()]
        if max(scores(scale, pairs, cosines[row, near].tolist(), [0.0] * len(pairs), threshold)) >= threshold:
            yield here


def _statement(crowd: Crowd, place: int) -> Claim:
    entities = len(crowd.entities)
    each = crowd.entities[place] if place < entities else crowd.proposals[place - entities]
    return Claim(each, Kind.ATOM, crowd.titles[place], str(each), identity_key(Kind.ATOM, str(each), ""))
