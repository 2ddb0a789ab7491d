"""The facts that a policy goes by.

Raw: for a few proposals each row is looked up by its key (LATERAL); for all of them the same facts come from joins and
one GROUP BY. The fragments that both share keep the two from telling different facts.
"""

from typing import Final

from sqlalchemy import text

from assay.ai.extractor import RANKED, SOURCE
from assay.db.models import MAX_FAILURES, SYSTEM_USER_ID
from assay.db.models.proposals import UPDATED
from assay.proposals.sql.contradictions import later_updates

_QUOTES: Final = f"""count(*) AS quotes,
            array_agg(e.quote ORDER BY e.id) FILTER (WHERE p.kind = 'topic' AND e.verified) AS said,
            count(*) FILTER (WHERE e.verified) AS verified,
            array_agg(DISTINCT m.source) AS sources, array_agg(DISTINCT m.channel) AS channels,
            array_agg(DISTINCT m.source) FILTER (WHERE m.trust IS DISTINCT FROM 'trusted') AS untrusted_sources,
            count(DISTINCT lower(m.author)) FILTER (WHERE e.verified AND NOT m.is_bot AND (
                p.extraction_run_id IS NOT NULL OR p.proposed_by_user_id = {SYSTEM_USER_ID}
                OR m.written_by_user_id IS DISTINCT FROM p.proposed_by_user_id)
                AND (p.edited_by_user_id IS NULL OR m.written_by_user_id IS DISTINCT FROM p.edited_by_user_id)
            ) AS authors"""
_OF_ONE: Final = """
        FROM (
            SELECT id, message_id, verified, quote FROM evidence WHERE proposal_id = p.id OFFSET 0) AS e
        CROSS JOIN LATERAL (
            SELECT said.*, (SELECT trust FROM sources WHERE name = said.source) AS trust
            FROM messages said WHERE said.id = e.message_id LIMIT 1) AS m"""
"""Each row is looked up by its key, whatever the statistics say: joined, the whole of messages was read for each."""
_OF_ALL: Final = """
        FROM evidence e JOIN proposals p ON p.id = e.proposal_id JOIN (
            SELECT said.*, sources.trust FROM messages said LEFT JOIN sources ON sources.name = said.source
        ) AS m ON m.id = e.message_id"""
_PROPOSER: Final = """CASE
        WHEN p.edited_by_user_id IS NOT NULL THEN
            CASE WHEN p.edited_by_token_id IS NOT NULL OR {editor} = 'agent' THEN 'agent' ELSE 'person' END
        WHEN p.extraction_run_id IS NOT NULL OR p.proposed_by_user_id = {system} THEN 'extractor'
        WHEN p.proposed_by_token_id IS NOT NULL OR {kind} = 'agent' THEN 'agent' ELSE 'person' END AS proposer"""
_KIND_OF: Final = "(SELECT kind FROM users WHERE id = p.{0}_by_user_id)"
_RANKED: Final = f"coalesce(p.meta ->> '{SOURCE}' = '{RANKED}', false) AS ranked"
_TAKEN_BACK: Final = "coalesce(p.review_action = 'reverted', false)"
_QUESTIONED: Final = f"coalesce((SELECT true FROM ({later_updates('p.id')}) AS later LIMIT 1), false)"
_ALL_QUESTIONED: Final = f"""
        SELECT DISTINCT CAST(jsonb_array_elements_text({UPDATED}) AS uuid) AS id
        FROM proposals WHERE status = 'pending' AND dedup_state = 'duplicate'"""
_FIRST_NAME: Final = "lower(split_part({0}, ' ', 1))"
_IS_A_NAME: Final = """coalesce((SELECT {0} = lower(p.title) AND NOT is_bot FROM messages
            WHERE {0} >= lower(p.title) ORDER BY {0}, CAST(is_bot AS int) LIMIT 1), false)"""
_IS_A_PERSON: Final = f"""CASE WHEN p.kind = 'topic' THEN {_IS_A_NAME.format("lower(author)")}
            OR {_IS_A_NAME.format(_FIRST_NAME.format("author"))} END"""
"""Somebody writes under that name, or has it for a first name: it is the next in the order of the names, one step into
their index, whatever the statistics say and however much they wrote. Of a name people come before bots."""
_IS_ONE_OF_THE_PEOPLE: Final = f"""CASE WHEN p.kind = 'topic' THEN lower(p.title) IN (
            SELECT lower(author) FROM messages WHERE NOT is_bot
            UNION SELECT {_FIRST_NAME.format("author")} FROM messages WHERE NOT is_bot) END"""
"""The same of all topics, from one list of the people, which is read where there is a topic."""
_HAS_ATOMS: Final = """p.kind <> 'topic' OR EXISTS (
            SELECT FROM proposals own WHERE own.topic_proposal_id = p.id AND own.status IN ('approved', 'merged')
            OFFSET 0) AS has_atoms"""
_WITH_ATOMS: Final = """
        SELECT DISTINCT topic_proposal_id AS id FROM proposals
        WHERE status IN ('approved', 'merged') AND topic_proposal_id IS NOT NULL"""
_FACTS: Final = f"""
    SELECT p.id, p.kind, p.atom_type, p.created_at, p.status, p.reviewed_by_user_id,
        quoted.sources, quoted.channels, quoted.authors,
        p.confidence, p.dedup_state, p.dedup_scorer, p.llm_recommendation, p.failures,
        cardinality(p.unsupported) > 0 AS unsupported, p.standing,
        p.retry_at, quoted.quotes, quoted.verified, {_TAKEN_BACK} AS taken_back, quoted.untrusted_sources,
        coalesce(p.similarity_type = 'update', false) AS is_update, {_QUESTIONED} AS questioned,
        CASE WHEN p.kind = 'topic' THEN p.title END AS name, quoted.said, {_IS_A_PERSON} AS is_a_person, {_HAS_ATOMS},
        coalesce((SELECT status = 'pending' FROM proposals WHERE id = p.topic_proposal_id), false) AS topic_is_pending,
        {_PROPOSER.format(system=SYSTEM_USER_ID, kind=_KIND_OF.format("proposed"), editor=_KIND_OF.format("edited"))},
        (SELECT extractor FROM extraction_runs WHERE id = p.extraction_run_id) AS extractor, {_RANKED}
    FROM {{proposals}} p CROSS JOIN LATERAL (SELECT {_QUOTES} {_OF_ONE}) AS quoted
    WHERE p.status = 'pending'"""

PAGE: Final = text(f"""{_FACTS.format(proposals="proposals")} AND p.kind = :kind AND p.confidence >= :least
    AND (CAST(:at AS timestamptz) IS NULL OR (p.created_at, p.id) > (:at, CAST(:id AS uuid)))
    ORDER BY p.created_at, p.id LIMIT :limit""")
THESE: Final = text(
    _FACTS.format(
        proposals="""unnest(CAST(:ids AS uuid[])) AS wanted (id) CROSS JOIN LATERAL (
        SELECT * FROM proposals WHERE proposals.id = wanted.id LIMIT 1) AS"""
    )
)
ALIKE: Final = text(f"""
    SELECT count(*) AS number, min(p.confidence) AS confidence, max(p.failures) AS failures,
        max(p.retry_at) AS retry_at,
        p.kind, p.atom_type, p.status, p.dedup_state, p.dedup_scorer, p.llm_recommendation, sources, channels,
        coalesce(authors, 0) AS authors, coalesce(quotes, 0) AS quotes, coalesce(verified, 0) AS verified,
        coalesce(topic.status = 'pending', false) AS topic_is_pending,
        coalesce(p.reviewed_by_user_id <> {SYSTEM_USER_ID} AND p.review_action <> 'withdrawn', false) AS by_people,
        {_TAKEN_BACK} AS taken_back,
        coalesce(p.similarity_type = 'update', false) AS is_update, questioned.id IS NOT NULL AS questioned,
        CASE WHEN p.kind = 'topic' THEN p.title END AS name, quoted.said, {_IS_ONE_OF_THE_PEOPLE} AS is_a_person,
        untrusted_sources, run.extractor,
        {_PROPOSER.format(system=SYSTEM_USER_ID, kind="proposer.kind", editor="editor.kind")},
        cardinality(p.unsupported) > 0 AS unsupported, p.standing, {_RANKED},
        p.kind <> 'topic' OR filed.id IS NOT NULL AS has_atoms,
        array_agg(coalesce(topic.id, p.id)) FILTER (WHERE (p.kind = 'topic' OR topic.id IS NOT NULL)
            AND (filed.id IS NULL OR coalesce(topic.status, p.status) = 'pending')) AS topics
    FROM proposals p
    JOIN users proposer ON proposer.id = p.proposed_by_user_id
    LEFT JOIN users editor ON editor.id = p.edited_by_user_id
    LEFT JOIN extraction_runs run ON run.id = p.extraction_run_id
    LEFT JOIN proposals topic ON topic.id = p.topic_proposal_id
    LEFT JOIN (
        SELECT e.proposal_id, {_QUOTES} {_OF_ALL} GROUP BY e.proposal_id
    ) AS quoted ON quoted.proposal_id = p.id
    LEFT JOIN ({_WITH_ATOMS}) AS filed ON filed.id = coalesce(topic.id, p.id)
    LEFT JOIN ({_ALL_QUESTIONED}) AS questioned ON questioned.id = p.id AND p.status = 'pending'
    GROUP BY 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
        p.failures >= {MAX_FAILURES}, coalesce(p.retry_at > :at AND p.retry_at < :latest, false),
        width_bucket(p.confidence, CAST(:thresholds AS float8[]))
    ORDER BY p.kind""")

PENDING_TOPICS: Final = text("""
    SELECT p.id, topic.id FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = wanted.id LIMIT 1) AS p
    CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = p.topic_proposal_id LIMIT 1) AS topic
    WHERE topic.status = 'pending'""")
QUESTIONED: Final = text(f"SELECT p.id FROM unnest(CAST(:ids AS uuid[])) AS p (id) WHERE {_QUESTIONED}")
APPROVED_UNDER: Final = text("""
    SELECT id FROM (
        SELECT DISTINCT ON (a.subject_id) a.subject_id AS id, a.detail -> 'policy' ->> 'version' AS version
        FROM audit_log a JOIN proposals p ON p.id = a.subject_id
        WHERE a.action = 'proposal.auto_approved' AND p.status = 'approved' AND p.reviewed_by_user_id = :system
        ORDER BY a.subject_id, a.id DESC
    ) AS last WHERE version = CAST(:version AS text) ORDER BY id""")
