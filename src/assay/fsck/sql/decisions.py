"""Of proposals: each decision was made once, has what it made, and the trail tells the same."""

from typing import Final

from assay.fsck.invariant import Invariant

_DECIDING: Final = """('proposal.approved', 'proposal.auto_approved', 'proposal.rejected', 'proposal.expired',
    'proposal.withdrawn', 'proposal.set_aside', 'proposal.merged', 'proposal.reverted', 'proposal.reopened',
    'proposal.edited')"""
_STATUS: Final = """CASE action WHEN 'proposal.approved' THEN 'approved' WHEN 'proposal.auto_approved' THEN 'approved'
    WHEN 'proposal.rejected' THEN 'rejected' WHEN 'proposal.expired' THEN 'rejected'
    WHEN 'proposal.withdrawn' THEN 'rejected' WHEN 'proposal.set_aside' THEN 'rejected'
    WHEN 'proposal.merged' THEN 'merged' ELSE 'pending' END"""
_LAST: Final = f"""SELECT DISTINCT ON (subject_id) subject_id, {_STATUS} AS status, actor_user_id
    FROM audit_log WHERE action IN {_DECIDING} ORDER BY subject_id, id DESC"""
_COUNTED: Final = """kind, status, coalesce(review_action, '') AS review_action, auto_approved, auto_reverted,
    similarity_score IS NOT NULL AS flagged"""
_DIMENSIONS: Final = "kind, status, review_action, auto_approved, auto_reverted, flagged"
_DRIFT: Final = f"""
    SELECT {_DIMENSIONS}, sum(proposals)::bigint AS proposals, sum(millionths)::bigint AS millionths FROM (
        SELECT {_COUNTED}, 1 AS proposals, round(confidence * 1000000) AS millionths FROM proposals
        UNION ALL SELECT {_DIMENSIONS}, -proposals, -confidence_millionths FROM proposal_tallies
    ) each GROUP BY {_DIMENSIONS} HAVING sum(proposals) <> 0 OR sum(millionths) <> 0"""

DECISIONS: Final = (
    Invariant(
        "own-entity",
        "An approved proposal made the entity of its own id and kind.",
        """SELECT p.id, 'it names ' || coalesce(e.kind || ' ' || e.id, 'none') AS why
        FROM proposals p LEFT JOIN entities e ON e.id = p.created_entity_id
        WHERE p.status = 'approved' AND (e.id IS DISTINCT FROM p.id OR e.kind IS DISTINCT FROM p.kind)""",
    ),
    Invariant(
        "decided-by-somebody",
        "A decided proposal says who decided, when and what.",
        """SELECT id, 'it is ' || status || ', and reviewer, date or action is missing' AS why FROM proposals
        WHERE status <> 'pending'
            AND (reviewed_by_user_id IS NULL OR reviewed_at IS NULL OR review_action IS NULL)""",
    ),
    Invariant(
        "merged-once",
        "A merged proposal has one merge in force, and names where it led.",
        """SELECT p.id, CASE WHEN m.id IS NULL THEN 'no merge of it is in force'
            ELSE 'it names ' || p.merged_into_entity_id || ', the merge ' || m.target_id END AS why
        FROM proposals p LEFT JOIN merges m ON m.source_id = p.id AND m.undone_at IS NULL AND NOT m.of_entity
        WHERE p.status = 'merged' AND m.target_id IS DISTINCT FROM p.merged_into_entity_id""",
    ),
    Invariant(
        "merge-holds",
        "What a merge in force took away is merged.",
        """SELECT m.source_id AS id, 'merge ' || m.id || ' is in force, and it is not merged' AS why
        FROM merges m JOIN proposals p ON p.id = m.source_id LEFT JOIN entities e ON e.id = m.source_id
        WHERE m.undone_at IS NULL
            AND CASE WHEN m.of_entity THEN e.merged_into_entity_id IS NULL ELSE p.status <> 'merged' END""",
    ),
    Invariant(
        "proposal-in-trail",
        "The trail tells how each proposal came in.",
        """SELECT id, 'the trail has no proposal.created of it' AS why FROM proposals p
        WHERE NOT EXISTS (SELECT FROM audit_log a WHERE a.subject_id = p.id AND a.action = 'proposal.created')""",
    ),
    Invariant(
        "trail-of-proposals",
        "Every proposal that the trail mentions exists.",
        f"""SELECT DISTINCT subject_id AS id, 'no such proposal' AS why FROM audit_log a
        WHERE action IN {_DECIDING} AND NOT EXISTS (SELECT FROM proposals p WHERE p.id = a.subject_id)""",
    ),
    Invariant(
        "trail-decides",
        "Each proposal stands as the last decision in the trail says.",
        f"""SELECT p.id, 'it is ' || p.status || ', and by the trail ' || coalesce(l.status, 'pending') AS why
        FROM proposals p LEFT JOIN ({_LAST}) l ON l.subject_id = p.id
        WHERE coalesce(l.status, 'pending') <> p.status AND p.erased_at IS NULL""",
    ),
    Invariant(
        "trail-signs",
        "The reviewer is whoever made the last decision in the trail.",
        f"""SELECT p.id, 'user ' || p.reviewed_by_user_id || ', and by the trail ' || l.actor_user_id AS why
        FROM proposals p JOIN ({_LAST}) l ON l.subject_id = p.id
        WHERE p.status <> 'pending' AND p.reviewed_by_user_id <> l.actor_user_id
            AND p.erased_at IS NULL""",
    ),
    Invariant(
        "one-entry-a-change",
        "The version of a proposal is one more than the number of its changes in the trail.",
        f"""SELECT p.id, 'version ' || p.version || ', and ' || count(a.id) || ' changes' AS why
        FROM proposals p LEFT JOIN audit_log a ON a.subject_id = p.id AND a.action IN {_DECIDING}
        WHERE p.erased_at IS NULL GROUP BY p.id HAVING p.version <> count(a.id) + 1""",
    ),
    Invariant(
        "duplicate-of-something",
        "A proposal is marked as a duplicate exactly when it says of what, how similar and in what way.",
        """SELECT id, 'it is ' || dedup_state AS why FROM proposals
        WHERE (dedup_state = 'duplicate') <> (similarity_score IS NOT NULL)
            OR (similarity_score IS NULL) <> (similarity_type IS NULL)
            OR (similarity_score IS NULL) <> (similar_entity_id IS NULL AND similar_proposal_id IS NULL)""",
    ),
    Invariant(
        "counters",
        "The counters of the metrics add up to the proposals.",
        f"""SELECT concat_ws(' ', kind, status, nullif(review_action, '')) AS id,
            'off by ' || proposals || ' proposals' AS why FROM ({_DRIFT}) drift""",
        f"""INSERT INTO proposal_tallies ({_DIMENSIONS}, proposals, confidence_millionths)
        SELECT {_DIMENSIONS}, proposals, millionths FROM ({_DRIFT}) drift RETURNING id""",
    ),
)
