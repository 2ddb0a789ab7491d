"""Kinds of damage, each with the invariant that must name it. `:atom`, `:topic`, `:gone`, ... are ids of the world."""

DAMAGES = [
    ("trail-chained", 'UPDATE audit_log SET detail = \'{"notes": "yes"}\' WHERE subject_id = :rejected'),
    ("own-entity", "UPDATE proposals SET created_entity_id = :topic WHERE id = :atom"),
    ("decided-by-somebody", "UPDATE proposals SET reviewed_by_user_id = NULL WHERE id = :atom"),
    ("merged-once", "UPDATE merges SET undone_at = now() WHERE source_id = :merged"),
    ("merge-holds", "UPDATE entities SET merged_into_entity_id = NULL WHERE id = :absorbed"),
    ("proposal-in-trail", "DELETE FROM audit_log WHERE subject_id = :pending AND action = 'proposal.created'"),
    ("trail-of-proposals", "DELETE FROM proposals WHERE id = :rejected"),
    ("trail-decides", "DELETE FROM audit_log WHERE subject_id = :rejected AND action = 'proposal.rejected'"),
    ("trail-signs", "UPDATE audit_log SET actor_user_id = :ana WHERE subject_id = :atom AND action LIKE '%approved'"),
    ("one-entry-a-change", "UPDATE proposals SET version = version + 1 WHERE id = :atom"),
    ("duplicate-of-something", "UPDATE proposals SET dedup_state = 'duplicate' WHERE id = :pending"),
    (
        "counters",
        "UPDATE proposal_tallies SET proposals = proposals + 1 WHERE id = (SELECT min(id) FROM proposal_tallies)",
    ),
    ("decided", "UPDATE entities SET archived = true WHERE id = :atom"),
    ("decided", "UPDATE proposals SET status = 'rejected', created_entity_id = NULL WHERE id = :topic"),
    ("merged-into-living", "UPDATE entities SET merged_into_entity_id = :topic WHERE id = :absorbed"),
    (
        "no-twins",
        "UPDATE entities SET identity_key = (SELECT identity_key FROM entities WHERE id = :atom) WHERE id = :other",
    ),
    (
        "machine-approved-no-twin",
        "INSERT INTO entity_pairs (first_id, second_id, score, type, explanation, scorer) "
        "SELECT least(id, :other), greatest(id, :other), 1, 'exact', '', '' FROM entities WHERE id = :atom",
    ),
    ("revisions-whole", "DELETE FROM entity_revisions WHERE entity_id = :atom"),
    ("first-revision", "UPDATE entity_revisions SET change_type = 'edited' WHERE entity_id = :atom"),
    ("last-revision", "UPDATE entities SET body = 'somebody wrote here' WHERE id = :atom"),
    ("filed-living", "INSERT INTO topic_atoms (topic_id, atom_id) VALUES (:topic, :absorbed)"),
    (
        "linked-living",
        "INSERT INTO atom_links (from_id, to_id, link_type, strength) VALUES (:atom, :topic, 'solves', 1)",
    ),
    ("vectors-of-living", "UPDATE embeddings SET subject_id = :rejected WHERE subject_id = :pending"),
    ("compared-by-vector", "DELETE FROM embeddings WHERE subject_id = :pending"),
    ("quote-stands", "UPDATE messages SET text = 'Not a word of it.'"),
    ("quote-stands", "UPDATE evidence SET start_offset = start_offset + 1, end_offset = end_offset + 1"),
    (
        "quotes-in-order",
        "INSERT INTO evidence SELECT gen_random_uuid(), proposal_id, message_id, position, quote, verified, "
        "start_offset, end_offset FROM evidence",
    ),
    ("one-latest", "UPDATE messages SET is_latest = false"),
    ("read-once", "UPDATE messages SET read_at = NULL"),
    ("run-counts", "UPDATE extraction_runs SET atom_proposals_created = 7"),
    ("run-ends", "UPDATE extraction_runs SET completed_at = NULL"),
    ("announced", "DELETE FROM outbox WHERE entry_id = (SELECT max(entry_id) FROM outbox)"),
    ("events-of-trail", "INSERT INTO outbox (entry_id) VALUES (1000000)"),
    ("numbers-without-gap", "UPDATE outbox SET sequence = 1000 WHERE sequence = 1"),
    ("run-of-job-ends", "UPDATE job_runs SET finished_at = NULL"),
    ("run-of-job-begins", "UPDATE job_runs SET started_at = NULL"),
    ("items-counted", "UPDATE job_runs SET failed = 3, attempted = 2"),
    (
        "one-run-at-a-time",
        "INSERT INTO job_runs (id, job, state, started_at) "
        "SELECT gen_random_uuid(), 'expire_stale_proposals', 'running', now() FROM generate_series(1, 2)",
    ),
    (
        "run-alive",
        "INSERT INTO job_runs (id, job, state, started_at, heartbeat_at) "
        "VALUES (gen_random_uuid(), 'expire_stale_proposals', 'running', now(), now() - interval '1 hour')",
    ),
    ("one-model-serves", "UPDATE embedding_models SET state = 'retired'"),
    ("policy-in-versions", "UPDATE policy_versions SET version = 5"),
    ("no-orphan-evidence", "DELETE FROM messages"),
    ("no-orphan-topic_atoms", "INSERT INTO topic_atoms (topic_id, atom_id) VALUES (gen_random_uuid(), :atom)"),
    ("no-orphan-entity_revisions", "DELETE FROM entities WHERE id = :atom"),
    ("keys", "UPDATE proposals SET title_key = 'another' WHERE id = :pending"),
    ("keys", "UPDATE entities SET identity_key = repeat('0', 64) WHERE id = :atom"),
]
REPAIRED = [
    "counters", "filed-living", "linked-living", "vectors-of-living", "compared-by-vector", "quote-stands",
    "one-latest", "announced",
]  # fmt: skip
