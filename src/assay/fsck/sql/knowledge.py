"""Of approved knowledge: it was decided, its revisions are whole, and what hangs on it is alive."""

from typing import Final

from assay.fsck.invariant import Invariant

_NOT_FILED: Final = "t.archived OR a.archived OR t.kind <> 'topic' OR a.kind <> 'atom'"
_NOT_LINKED: Final = "a.archived OR b.archived OR a.kind <> 'atom' OR b.kind <> 'atom'"
_OF_DEAD: Final = "v.kind <> p.kind OR NOT (p.status = 'pending' OR (e.id IS NOT NULL AND NOT e.archived))"
_NO_VECTOR: Final = """NOT EXISTS (
    SELECT FROM embeddings v JOIN embedding_models m ON m.model = v.model AND m.state = 'serving'
    WHERE v.subject_id = p.id)"""

KNOWLEDGE: Final = (
    Invariant(
        "decided",
        "Knowledge is in force exactly when its proposal is approved and it was not merged into another.",
        """SELECT e.id, CASE WHEN e.archived THEN 'archived' ELSE 'in force' END || ', its proposal '
            || coalesce(p.status, 'is gone') AS why
        FROM entities e LEFT JOIN proposals p ON p.id = e.id
        WHERE e.archived = (coalesce(p.status, '') = 'approved' AND e.merged_into_entity_id IS NULL)""",
    ),
    Invariant(
        "merged-into-living",
        "What was merged names the entity in force, of its kind, that it is part of now.",
        """SELECT e.id, 'merged into ' || t.kind || ' ' || t.id || CASE WHEN t.archived THEN ', archived' ELSE '' END
            AS why
        FROM entities e JOIN entities t ON t.id = e.merged_into_entity_id
        WHERE t.kind <> e.kind OR t.id = e.id OR (t.archived AND NOT e.archived)
            OR t.merged_into_entity_id IS NOT NULL""",
    ),
    Invariant(
        "no-twins",
        "No two pieces of knowledge in force say exactly the same.",
        """SELECT min(id::text) AS id, count(*) || ' in force say it: ' || left(min(title), 60) AS why
        FROM entities WHERE NOT archived GROUP BY kind, identity_key HAVING count(*) > 1""",
    ),
    Invariant(
        "machine-approved-no-twin",
        "The machine approved nothing that repeated, word for word, what was in force.",
        """SELECT e.second_id AS id, 'the same as ' || e.first_id AS why
        FROM entity_pairs e JOIN proposals p ON p.id = e.second_id
        JOIN entities a ON a.id = e.first_id JOIN entities b ON b.id = e.second_id
        WHERE e.type = 'exact' AND p.auto_approved AND p.status = 'approved' AND NOT (a.archived OR b.archived)""",
    ),
    Invariant(
        "revisions-whole",
        "The revisions of an entity are numbered from 1 to its own, without a gap.",
        """SELECT e.id, 'revision ' || e.revision || ', and ' || count(r.number) || ' are kept up to '
            || coalesce(max(r.number), 0) AS why
        FROM entities e LEFT JOIN entity_revisions r ON r.entity_id = e.id
        GROUP BY e.id
        HAVING count(r.number) <> e.revision OR min(r.number) <> 1 OR max(r.number) <> e.revision""",
    ),
    Invariant(
        "first-revision",
        "The first revision of an entity is its creation.",
        """SELECT entity_id AS id, 'it is ' || change_type AS why FROM entity_revisions
        WHERE number = 1 AND change_type <> 'created'""",
    ),
    Invariant(
        "last-revision",
        "The last revision of an entity says what it says now.",
        """SELECT e.id, 'title or text differ from revision ' || e.revision AS why
        FROM entities e JOIN entity_revisions r ON r.entity_id = e.id AND r.number = e.revision
        WHERE NOT e.archived
            AND (r.snapshot ->> 'title' IS DISTINCT FROM e.title OR r.snapshot ->> 'body' IS DISTINCT FROM e.body)""",
    ),
    Invariant(
        "filed-living",
        "Filings put atoms in force under topics in force.",
        f"""SELECT f.atom_id AS id, 'under ' || f.topic_id AS why
        FROM topic_atoms f JOIN entities t ON t.id = f.topic_id JOIN entities a ON a.id = f.atom_id
        WHERE {_NOT_FILED}""",
        f"""DELETE FROM topic_atoms f USING entities t, entities a
        WHERE t.id = f.topic_id AND a.id = f.atom_id AND ({_NOT_FILED}) RETURNING f.atom_id""",
    ),
    Invariant(
        "linked-living",
        "Links join atoms in force.",
        f"""SELECT l.from_id AS id, l.link_type || ' ' || l.to_id AS why
        FROM atom_links l JOIN entities a ON a.id = l.from_id JOIN entities b ON b.id = l.to_id
        WHERE {_NOT_LINKED}""",
        f"""DELETE FROM atom_links l USING entities a, entities b
        WHERE a.id = l.from_id AND b.id = l.to_id AND ({_NOT_LINKED}) RETURNING l.from_id""",
    ),
    Invariant(
        "vectors-of-living",
        "Each vector belongs to a pending proposal or to knowledge in force, and has its kind.",
        f"""SELECT v.subject_id AS id, v.kind || ', ' || v.model AS why
        FROM embeddings v JOIN proposals p ON p.id = v.subject_id LEFT JOIN entities e ON e.id = v.subject_id
        WHERE {_OF_DEAD}""",
        f"""DELETE FROM embeddings v USING proposals p LEFT JOIN entities e ON e.id = p.id
        WHERE p.id = v.subject_id AND ({_OF_DEAD}) RETURNING v.subject_id""",
    ),
    Invariant(
        "compared-by-vector",
        "A proposal that is clear, or a duplicate, has a vector of a model that serves.",
        f"""SELECT p.id, 'it is ' || p.dedup_state AS why FROM proposals p
        WHERE p.status = 'pending' AND p.dedup_state IN ('clear', 'duplicate') AND {_NO_VECTOR}""",
        f"""UPDATE proposals p SET dedup_state = 'unchecked'
        WHERE p.status = 'pending' AND p.dedup_state = 'clear' AND {_NO_VECTOR} RETURNING p.id""",
    ),
)
