"""Of messages, and of the quotes taken from them: a quote stands where it is said to stand."""

from typing import Final

from assay.fsck.invariant import Invariant

_ASTRAY: Final = """e.verified AND (e.start_offset IS NULL OR e.end_offset IS NULL OR e.start_offset < 0
    OR substr(m.text, e.start_offset::int + 1, (e.end_offset - e.start_offset)::int) IS DISTINCT FROM e.quote)"""

EVIDENCE: Final = (
    Invariant(
        "quote-stands",
        "A verified quote stands, letter by letter, at its place in its message.",
        f"""SELECT e.id, 'message ' || m.id || ' says something else there' AS why
        FROM evidence e JOIN messages m ON m.id = e.message_id WHERE {_ASTRAY}""",
        f"""UPDATE evidence e SET verified = false, start_offset = NULL, end_offset = NULL FROM messages m
        WHERE m.id = e.message_id AND {_ASTRAY} RETURNING e.id""",
    ),
    Invariant(
        "quotes-in-order",
        "The quotes of a proposal have different places in its list.",
        """SELECT proposal_id AS id, count(*) || ' quotes at place ' || position AS why
        FROM evidence GROUP BY proposal_id, position HAVING count(*) > 1""",
    ),
    Invariant(
        "one-latest",
        "Of each message exactly the highest version is the latest.",
        """SELECT min(id::text) AS id, source || ' ' || external_id || ': ' || count(*) FILTER (WHERE is_latest)
            || ' are the latest' AS why
        FROM messages GROUP BY source, external_id
        HAVING count(*) FILTER (WHERE is_latest) <> 1 OR max(version) FILTER (WHERE is_latest) <> max(version)""",
        """UPDATE messages m SET is_latest = (m.version = newest.version) FROM (
            SELECT source, external_id, max(version) AS version FROM messages GROUP BY source, external_id
            HAVING count(*) FILTER (WHERE is_latest) <> 1 OR max(version) FILTER (WHERE is_latest) <> max(version)
        ) newest WHERE newest.source = m.source AND newest.external_id = m.external_id
            AND m.is_latest <> (m.version = newest.version) RETURNING m.id""",
    ),
    Invariant(
        "read-once",
        "The messages of a completed run are read.",
        """SELECT m.id, 'run ' || r.id || ' is completed' AS why
        FROM messages m JOIN extraction_runs r ON r.id = m.extraction_run_id
        WHERE r.status = 'completed' AND m.read_at IS NULL""",
    ),
    Invariant(
        "run-counts",
        "An extraction run counts as many proposals as name it.",
        """SELECT r.id, 'it counts ' || r.topic_proposals_created + r.atom_proposals_created || ', and '
            || count(p.id) || ' name it' AS why
        FROM extraction_runs r LEFT JOIN proposals p ON p.extraction_run_id = r.id
        GROUP BY r.id HAVING count(p.id) <> r.topic_proposals_created + r.atom_proposals_created""",
    ),
    Invariant(
        "run-ends",
        "An extraction run has an end time exactly when it has ended.",
        """SELECT id, 'it is ' || status AS why FROM extraction_runs
        WHERE (status IN ('completed', 'failed', 'cancelled')) <> (completed_at IS NOT NULL)""",
    ),
)
