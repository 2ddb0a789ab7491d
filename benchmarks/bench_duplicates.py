"""Finding duplicates: our batch scan, one query a proposal, one LATERAL statement as the limit; SemHash beside it.

Recall against an exact search at each size. ASSAY_BENCH_ENTITIES names other sizes, for example "10000 100000", and
ASSAY_BENCH_ISLANDS=1 draws vectors that are harder to find than those of language.
"""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

import numpy as np
from semhash import SemHash
from sqlalchemy import text

from assay.ai.embedder import Vectors
from assay.ai.providers import offline_embedder as offline
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.db.models import DedupState, Proposal
from assay.duplicates import scan
from assay.duplicates.calibration import shipped
from assay.duplicates.measure import measured
from assay.duplicates.scale import EVERY_PART, OPERATING_COSINE, Scale
from assay.duplicates.scorer import MAX_GAIN
from assay.duplicates.sql.candidates import EF_SEARCH
from generated_data import DIMENSIONS, MODEL, Crowd, exact, fill, islands, like_language
from harness import best_of, show, with_database

SIZES = [int(each) for each in os.environ.get("ASSAY_BENCH_ENTITIES", "10000 100000 1000000").split()]
NUMBER = 1000
TEXTS = 400
BATCH = 100
OURS = "ours, batches of 100"
LIMIT = "one hand-written LATERAL statement"
THRESHOLD = 0.85
POINT = 0.8
"""The cosine that means the threshold: as that of the offline model."""
REACH = POINT - MAX_GAIN
SETTINGS = f"SELECT set_config('hnsw.ef_search', {EF_SEARCH}, true), set_config('jit', 'off', true)"
FOUND = f"""
    FROM proposals b JOIN embeddings o ON o.subject_id = b.id AND o.model = '{MODEL}' CROSS JOIN LATERAL (
        SELECT * FROM (SELECT hit.id, max(hit.score) AS score, max(similarity(t.title_key, b.title_key)) AS trigram,
            row_number() OVER (ORDER BY max(hit.score) DESC NULLS LAST) AS place FROM (
            SELECT id, NULL::float8 AS score FROM entities WHERE kind = b.kind AND NOT archived
                AND identity_key = b.identity_key
            UNION ALL (SELECT id, NULL FROM entities WHERE kind = b.kind AND NOT archived AND title_key = b.title_key
                LIMIT 5)
            UNION ALL (SELECT e.id, NULL FROM proposals e JOIN embeddings v ON v.subject_id = e.id AND v.seq < o.seq
                WHERE e.kind = b.kind AND e.status = 'pending' AND e.title_key = b.title_key LIMIT 5)
            UNION ALL (SELECT v.subject_id, 1 - (v.vector::halfvec({DIMENSIONS}) <=> o.vector::halfvec({DIMENSIONS}))
                FROM embeddings v WHERE v.kind = 'atom' AND v.model = '{MODEL}' AND v.subject_id <> b.id
                    AND (v.seq < o.seq OR EXISTS (
                        SELECT FROM entities e WHERE e.id = v.subject_id AND NOT e.archived OFFSET 0))
                ORDER BY v.vector::halfvec({DIMENSIONS}) <=> o.vector::halfvec({DIMENSIONS}) LIMIT 20)
        ) AS hit CROSS JOIN LATERAL (
            SELECT title_key FROM entities WHERE id = hit.id AND NOT archived
            UNION ALL SELECT title_key FROM proposals WHERE id = hit.id AND status = 'pending' LIMIT 1) AS t
        GROUP BY hit.id) AS ranked WHERE place <= 5 OR score >= {REACH} OR trigram >= 0.7) AS near""".replace(
    "::", r"\:\:"
)
"""Equal titles, like titles and near vectors, among what is known and what arrived earlier: what our search finds."""
OF_ONE = text(f"SELECT near.* {FOUND} WHERE b.id = :id")
LIKE_ONE = text("""
    SELECT c.id FROM entities c JOIN proposals b ON b.id = :id
    WHERE c.kind = b.kind AND NOT c.archived AND c.title_key % b.title_key
    ORDER BY similarity(c.title_key, b.title_key) DESC LIMIT 5""")
OF_MANY = text(f"""
    UPDATE proposals p SET similarity_score = CASE WHEN best.score >= {THRESHOLD} THEN best.score END,
        dedup_state = CASE WHEN best.score >= {THRESHOLD} THEN 'duplicate' ELSE 'clear' END,
        candidates = best.candidates
    FROM (SELECT b.id, max(near.score) AS score, jsonb_agg(to_jsonb(near)) AS candidates {FOUND}
        WHERE b.id = ANY(:ids) GROUP BY b.id) AS best WHERE p.id = best.id""")
NEAREST = f"""
    SELECT v.subject_id,
        1 - (v.vector::halfvec({DIMENSIONS}) <=> CAST(:vector AS halfvec)::halfvec({DIMENSIONS})) AS score
    FROM embeddings v WHERE v.kind = 'atom' AND v.model = '{MODEL}' AND v.subject_id <> :id
    ORDER BY v.vector::halfvec({DIMENSIONS}) <=> CAST(:vector AS halfvec)::halfvec({DIMENSIONS}) LIMIT 5"""
VECTOR = text("SELECT CAST(vector AS text) FROM embeddings WHERE subject_id = :id")
NEAR_ONE = text(NEAREST.replace("::", r"\:\:"))
Way = Callable[[Database, list[UUID]], Awaitable[None]]


async def ours(database: Database, ids: list[UUID]) -> None:
    for start in range(0, len(ids), BATCH):
        async with database.transaction() as session, database.extra_connection() as extra:
            await scan.scan(
                session,
                ids[start : start + BATCH],
                model=MODEL,
                threshold=THRESHOLD,
                actor=SYSTEM,
                extra_connection=extra,
            )


async def one_by_one(database: Database, ids: list[UUID]) -> None:
    """As the outline of the background jobs: each proposal is loaded, searched for and written by itself."""
    async with database.transaction() as session:
        await session.execute(text(SETTINGS))
        for each in ids:
            proposal = await session.get_one(Proposal, each)
            found = (await session.execute(OF_ONE, {"id": each})).all()
            mark(proposal, max((near.score or 0 for near in found), default=0))
            proposal.candidates = [{"id": str(near.id), "score": near.score, "trigram": near.trigram} for near in found]
            await session.flush()


async def one_by_one_with_letters(database: Database, ids: list[UUID]) -> None:
    """The same, and the titles of all are searched by their index of trigrams."""
    async with database.transaction() as session:
        await session.execute(text("SELECT set_config('pg_trgm.similarity_threshold', '0.7', true)"))
        for each in ids:
            await session.execute(LIKE_ONE, {"id": each})
    await one_by_one(database, ids)


async def one_by_one_by_meaning(database: Database, ids: list[UUID]) -> None:
    """The same, and it looks at nothing but vectors."""
    async with database.transaction() as session:
        await session.execute(text(SETTINGS))
        for each in ids:
            proposal = await session.get_one(Proposal, each)
            vector = await session.scalar(VECTOR, {"id": each})
            found = (await session.execute(NEAR_ONE, {"vector": vector, "id": each})).first()
            mark(proposal, found.score if found else 0)
            await session.flush()


def mark(proposal: Proposal, score: float) -> None:
    like = score >= THRESHOLD
    proposal.dedup_state = DedupState.DUPLICATE if like else DedupState.CLEAR
    proposal.similarity_score = score if like else None


async def one_statement(database: Database, ids: list[UUID]) -> None:
    """The same candidates and the mark, and nothing else: no score by words, no guard, no explanation, no trail."""
    for start in range(0, len(ids), BATCH):
        async with database.transaction() as session:
            await session.execute(text(SETTINGS))
            await session.execute(OF_MANY, {"ids": ids[start : start + BATCH]})


async def unlooked(database: Database) -> None:
    """As the proposals are before their first scan, so that every way has the same to write."""
    async with database.transaction() as session:
        await session.execute(
            text("""
                UPDATE proposals SET dedup_state = 'unchecked', similarity_score = NULL, candidates = '[]'
                WHERE status = 'pending'""")
        )


async def kept(database: Database) -> dict[UUID, set[str]]:
    """The candidates that were written last."""
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT id, candidates FROM proposals WHERE status = 'pending'"))
    return {each: {candidate["id"] for candidate in candidates} for each, candidates in rows}


async def agreement(database: Database, ways: Mapping[str, Way], ids: list[UUID]) -> None:
    """Says which share of the candidates each way has in common with ours."""
    found = {}
    for name, way in ways.items():
        await way(database, ids)
        found[name] = await kept(database)
    ours_found = found[OURS]
    for name, theirs in found.items():
        common = sum(len(theirs[each] & ours_found[each]) for each in ids)
        print(f"  {name}: {common / sum(map(len, ours_found.values())):.4f} of our candidates")


async def recall(database: Database, crowd: Crowd) -> None:
    await ours(database, crowd.proposals)
    async with database.transaction() as session:
        found = set(await session.scalars(text("SELECT id FROM proposals WHERE dedup_state = 'duplicate'")))
    near = exact(crowd, Scale.of(MODEL), THRESHOLD)
    print(f"  recall: {len(near & found)} of the {len(near)} that an exact search finds, {len(found - near)} others")


async def scanning(database: Database) -> None:
    OPERATING_COSINE[MODEL] = {EVERY_PART: POINT}
    draw = islands if os.environ.get("ASSAY_BENCH_ISLANDS") else await like_language()
    per_item: dict[int, float] = {}
    for size in SIZES:
        await _emptied(database)
        start = time.perf_counter()
        crowd = await fill(database, draw, entities=size, proposals=NUMBER)
        print(f"\n{size:,} entities were written and indexed in {time.perf_counter() - start:,.0f} s")
        ways: dict[str, Way] = {OURS: ours, "one query a proposal": one_by_one, LIMIT: one_statement}
        timed = {
            **ways,
            "one query a proposal, by meaning alone": one_by_one_by_meaning,
            "one query a proposal, titles by their index": one_by_one_with_letters,
        }
        acts = {name: partial(way, database, crowd.proposals) for name, way in timed.items()}
        seconds = await best_of(acts, partial(unlooked, database))
        show(f"Scanning against {size:,} entities", NUMBER, seconds, limit=LIMIT)
        await agreement(database, ways, crowd.proposals)
        await recall(database, crowd)
        per_item[size] = seconds[OURS]
    if len(per_item) > 1:
        first, *_, last = per_item
        print(f"  growth from {first:,} to {last:,} entities: {per_item[last] / per_item[first]:.2f}")
    await accuracy()
    await embedding()


async def _emptied(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE embeddings, proposals, entities, audit_log, proposal_tallies CASCADE"))
        await session.execute(text("SELECT pg_stat_reset()"))


class _Known:
    """Our vectors, as SemHash asks for them."""

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        self._vectors = dict(zip(texts, vectors, strict=True))

    def encode(self, inputs: Sequence[str], **_: object) -> Vectors:
        return np.stack([self._vectors[each] for each in inputs])


async def accuracy() -> None:
    """On the shipped pairs: is the second text a duplicate of the first?"""
    pairs, embedder = shipped(), OfflineEmbedder()
    judged = await measured(pairs, embedder, Scale.of(embedder.model), THRESHOLD)
    print(f"\nAccuracy with the same embedder ({len(pairs)} pairs)")
    print(f"  {'ours, 0.85':<44} {np.mean([each.is_duplicate == each.pair.same for each in judged]):>10.3f}")
    texts = [(first.text, second.text) for first, second in (pair.claims() for pair in pairs)]
    flat = sorted({each for both in texts for each in both})
    known = _Known(flat, await embedder.embed(flat))
    for threshold in (0.9, 0.85, 0.8):
        found = [_semhash(*both, known, threshold) == pair.same for both, pair in zip(texts, pairs, strict=True)]
        print(f"  {f'SemHash, {threshold}':<44} {np.mean(found):>10.3f}")


def _semhash(first: str, second: str, known: _Known, threshold: float) -> bool:
    index = SemHash.from_records([first], model=known)
    return bool(index.deduplicate([second], threshold=threshold).filtered)


async def embedding() -> None:
    """Ours against the bare runtime on all cores, one text a run on each."""
    texts = [f"{pair.first[0]}. {pair.first[1]}" for pair in shipped()][:TEXTS]
    embedder = OfflineEmbedder()
    await embedder.embed(texts[:4])
    model = offline._load(offline._carried_folder())  # noqa: SLF001

    def bare() -> None:
        waiting, lock = iter(texts), threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    each = next(waiting, None)
                if each is None:
                    return
                tokens = np.array([model.tokenizer.encode(each).ids], dtype=np.int64)
                model.session.run(["last_hidden_state"], offline._feed(tokens))  # noqa: SLF001

        threads = [threading.Thread(target=work) for _ in range(len(os.sched_getaffinity(0)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    limit = "onnxruntime alone"
    seconds = await best_of({"ours": partial(embedder.embed, texts), limit: partial(asyncio.to_thread, bare)})
    show("Embedding", len(texts), seconds, limit=limit)


if __name__ == "__main__":
    with_database(scanning)
