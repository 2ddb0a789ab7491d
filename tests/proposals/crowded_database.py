"""A database in which much is known and much waits, made by the server itself in a second or two."""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from tests.builders import draft, propose, with_evidence

from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.duplicates import vectors
from assay.kinds import Kind, LinkType
from assay.proposals import actions
from assay.proposals.drafts import ProposedLink

MODEL: Final = "crowd"
DIMENSIONS: Final = 8
CROWDED: Final = "Everything"
"""A topic under which thousands are filed."""

_COLUMNS: Final = (
    "kind, title, body, title_key, identity_key, atom_type, stated_confidence, confidence, proposed_by_user_id"
)
_SAYS: Final = "'atom', 'Other ' || n, 'Other, in full.', 'other ' || n, md5('other ' || n), 'insight', 0.5, 0.5, 1"
_VECTOR: Final = "(SELECT array_agg(random()) FROM generate_series(1, 8) WHERE o.id IS NOT NULL)::real[]::halfvec"

_STATEMENTS: Final = (
    "CREATE TEMP TABLE others ON COMMIT DROP AS SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS pending, "
    "gen_random_uuid() AS message FROM generate_series(1, :number) n",
    "ANALYZE others",
    """INSERT INTO extraction_runs
            (id, trigger_type, triggered_by_user_id, extractor, model_name, prompt_version, status)
       SELECT id, 'manual', 1, 'x', 'x', 'x', 'completed' FROM others WHERE n % 20 = 0""",
    """INSERT INTO entities (id, kind, title, body, title_key, identity_key, atom_type, confidence)
        SELECT id, 'atom', 'Known ' || n, 'Known.', 'known ' || n, md5('known ' || n), 'insight', 0.5 FROM others""",
    f"""INSERT INTO proposals
            (id, {_COLUMNS}, status, reviewed_at, reviewed_by_user_id, review_action, created_entity_id)
        SELECT id, {_SAYS}, 'approved', now(), 1, 'approve', id FROM others""",
    f"""INSERT INTO proposals (id, {_COLUMNS}, topic_entity_id, topic_key, extraction_run_id, proposed_links,
            similar_entity_id, dedup_state)
        SELECT o.pending, {_SAYS}, :topic, 'everything', run.id, jsonb_build_array(jsonb_build_object(
            'to', lag(o.pending, 1, o.id) OVER (ORDER BY n), 'link_type', 'supports', 'strength', 0.5)),
            o.id, 'duplicate'
        FROM others o
        JOIN (SELECT n AS last, id FROM others) run ON run.last = least((n + 19) / 20 * 20, :number / 20 * 20)""",
    """INSERT INTO topic_atoms (topic_id, atom_id, position) SELECT :topic, id, n FROM others""",
    """INSERT INTO atom_links (from_id, to_id, link_type, strength)
       SELECT id, lag(id) OVER (ORDER BY n), 'supports', 0.5 FROM others OFFSET 1""",
    """INSERT INTO messages (id, source, external_id, channel, author, sent_at, text, read_at)
       SELECT message, 'test', 'other ' || n, 'backend', 'tom', now() - interval '1 day', 'Other ' || n, now()
       FROM others""",
    """INSERT INTO evidence (id, proposal_id, message_id, quote, verified, start_offset, end_offset)
       SELECT gen_random_uuid(), id, message, 'Other', true, 0, 5 FROM others
       UNION ALL SELECT gen_random_uuid(), pending, message, 'Other', true, 0, 5 FROM others""",
    """INSERT INTO entity_revisions (entity_id, number, snapshot, change_type, changed_by_user_id)
       SELECT id, 1, '{}', 'created', 1 FROM others""",
    """INSERT INTO audit_log (actor_user_id, action, subject_id, inverse)
       SELECT 1, 'proposal.approved', id, '{"act": "approve", "revision": 1}' FROM others""",
    f"""INSERT INTO embeddings (subject_id, model, kind, text_hash, vector)
        SELECT o.id, '{MODEL}', 'atom', '', {_VECTOR} FROM others o""",
    f"""INSERT INTO embeddings (subject_id, model, kind, text_hash, vector)
        SELECT o.pending, '{MODEL}', 'atom', '', {_VECTOR} FROM others o""",
)


async def crowded(database: Database, number: int) -> None:
    """So many known atoms, so many that wait, all under one topic, and everything that hangs on them."""
    [topic] = await propose(database, [draft(Kind.TOPIC, CROWDED)])
    async with database.transaction() as session:
        await actions.approve(session, [topic], actor=SYSTEM)
        await vectors.ensure_indexes(session, MODEL, DIMENSIONS)
        for each in _STATEMENTS:
            known = {"number": number, "topic": topic}
            bound = text(each.replace("::", "\\:\\:"))
            await session.execute(bound, {name: value for name, value in known.items() if f":{name}" in each})


async def newcomers(database: Database, number: int) -> list[UUID]:
    """Pending atoms of the crowded topic, each with evidence, a vector and a link to the one before it."""
    drafts = [draft(title=f"New {n}", topic_name=CROWDED) for n in range(number)]
    linked = [
        draft(title=each.title, topic_name=CROWDED, id=each.id, links=[ProposedLink(before.id, LinkType.SUPPORTS, 0.5)])
        for before, each in zip([drafts[-1], *drafts], drafts, strict=False)
    ]
    ids = await propose(database, await with_evidence(database, *linked))
    async with database.transaction() as session:
        await session.execute(
            text(f"""
            INSERT INTO embeddings (subject_id, model, kind, text_hash, vector)
            SELECT o.id, '{MODEL}', 'atom', '', {_VECTOR.replace("::", chr(92) + ":" + chr(92) + ":")}
            FROM unnest(CAST(:ids AS uuid[])) AS o (id)"""),
            {"ids": ids},
        )
    return ids
