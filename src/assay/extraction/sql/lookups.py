"""Messages that are looked for: by their words, by the moment they were sent, or beside others."""

from typing import Final

from sqlalchemy import text

from assay.db.models.messages import MESSAGE_WORDS

MAX_MATCHES: Final = 10_000
"""Of a search, the first that are found are looked at, however many hold a word."""

# Raw: the index of words alone finds some, and of these alone headlines are made.
FOUND: Final = text(f"""
    SELECT f.id, ts_headline('english', translate(left(m.text, 20000), :special, :brackets),
        websearch_to_tsquery('english', :words), :options) AS headline
    FROM (
        SELECT hit.id, hit.sent_at FROM (
            SELECT id, sent_at, source, channel FROM messages
            WHERE is_latest AND {MESSAGE_WORDS.text}
                @@ websearch_to_tsquery('english', :words) LIMIT {MAX_MATCHES}) AS hit
        WHERE (CAST(:source AS text) IS NULL OR hit.source = :source)
            AND (CAST(:channel AS text) IS NULL OR hit.channel = :channel)
            AND (CAST(:at AS timestamptz) IS NULL OR (hit.sent_at, hit.id) < (:at, CAST(:after AS uuid)))
        ORDER BY hit.sent_at DESC, hit.id DESC LIMIT :limit) AS f
    JOIN messages m ON m.id = f.id ORDER BY f.sent_at DESC, f.id DESC""")

# Raw: an index look-up for each row of three arrays, by LATERAL.
KNOWN_WORDS: Final = text("""
    SELECT asked.place, known.source, known.channel, known.external_id
    FROM unnest(CAST(:moments AS timestamptz[]), CAST(:authors AS text[]), CAST(:digests AS text[]))
        WITH ORDINALITY AS asked (sent_at, author, digest, place)
    CROSS JOIN LATERAL (SELECT * FROM messages m WHERE m.sent_at = asked.sent_at OFFSET 0) AS known
    WHERE known.author = asked.author AND md5(known.text) = asked.digest
    ORDER BY known.source, known.channel""")


def _side(compare: str, order: str) -> str:
    return f"""
        SELECT m.id, m.sent_at, {compare == ">"} AS later FROM messages m
        WHERE m.source = centre.source AND m.channel = centre.channel AND m.is_latest
            AND (centre.thread IS NULL OR m.thread = centre.thread)
            AND (m.sent_at, m.id) {compare} (centre.sent_at, centre.id)
        ORDER BY m.sent_at {order}, m.id {order}"""


# Raw: a stretch of an index for each row of an array, by LATERAL.
NEIGHBOURS: Final = text(f"""
    SELECT centre.id, side.later, side.id FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE messages.id = wanted.id LIMIT 1) AS centre
    CROSS JOIN LATERAL (
        ({_side("<", "DESC")} LIMIT :before) UNION ALL ({_side(">", "ASC")} LIMIT :after)) AS side
    ORDER BY side.sent_at, side.id""")
