"""From messages to knowledge: extraction, duplicates, auto-review, metrics."""

from datetime import timedelta
from importlib.resources import as_file, files

import pytest
from tests.builders import MORNING, rows, scalar
from tests.extraction.chats import atom, incoming, ingest, topic
from tests.jobs.helpers import done

from assay.ai.extractor import Extraction, Quote
from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.ai.rules.extractor import OfflineExtractor
from assay.cli.pipeline import STEPS
from assay.queue.deps import Deps
from assay.readers.reading import read_file
from assay.readers.records import IncomingMessage
from assay.settings import Settings

pytestmark = pytest.mark.anyio

FILED = """
    SELECT t.title, a.title FROM topic_atoms JOIN entities t ON t.id = topic_id JOIN entities a ON a.id = atom_id"""
DECIDED = "('proposal.auto_approved', 'proposal.approved')"


async def pipeline(deps: Deps) -> dict[str, dict]:
    """The statistics of the jobs, each run once in their order."""
    return {name: await done(name, deps) for name, _ in STEPS}


def backed(messages):
    """Topics and atoms of which each message is the whole proof."""
    topics, atoms = [], []
    for message in messages:
        quote = Quote(message.id, message.text)
        match message.author:
            case "ana":
                topics.append(
                    topic("Ledger storage", quote, description="Where the bookings are kept.", confidence=1.0)
                )
            case "ben":
                said = "On Postgres 16 the ledger runs" if "On" in message.text else "The ledger runs on Postgres 16"
                atoms.append(atom(said, quote, topic="Ledger storage", confidence=1.0))
            case "cleo":
                atoms.append(atom("Invoices are printed on Mondays", quote, confidence=0.4))
            case "dora":
                topics.append(topic("Printing", quote, description="Paper and ink.", confidence=0.4))
    return Extraction(topics, atoms)


async def said(database, day: int, **texts: str) -> None:
    await ingest(
        database,
        *(
            incoming(text, author=author, sent_at=MORNING + timedelta(days=day, minutes=minute))
            for minute, (author, text) in enumerate(texts.items())
        ),
    )


async def test_full_proposal_lifecycle(database):
    deps = Deps(
        database,
        # an atom that one message backs is never quite sure
        Settings.model_validate({"knowledge_auto_approval_confidence_threshold": 0.7}),
        HashEmbedder(),
        ScriptedExtractor(lambda messages, _known: backed(messages)),
    )
    await said(
        database,
        1,
        ana="The ledger keeps all bookings.",
        ben="Decision: the ledger runs on Postgres 16.",
        eli="agreed",
        fay="+1",
        cleo="Invoices are printed on Mondays.",
        dora="Printing is a topic, perhaps.",
    )
    first = await pipeline(deps)
    assert first["extract_knowledge_from_messages"] == {
        "messages_analyzed": 6,
        "topics_proposed": 2,
        "atoms_proposed": 2,
        "errors": 0,
    }
    assert first["deduplication_scan"] == {
        "proposals_scanned": 4,
        "duplicates_found": 0,
        "embeddings_generated": 4,
        "errors": 0,
    }
    assert first["auto_review_proposals"] == {
        "topics_approved": 1,
        "atoms_approved": 1,
        "topics_skipped": 0,
        "atoms_skipped": 0,
        "errors": 0,
    }
    assert await rows(database, FILED) == [("Ledger storage", "The ledger runs on Postgres 16")]

    await said(database, 2, ben="As I said, the ledger runs on Postgres 16.")
    assert (await pipeline(deps))["extract_knowledge_from_messages"]["atoms_proposed"] == 0  # it is known
    await said(database, 3, ben="On Postgres 16, that is what the ledger runs.", dora="Printing again.")
    second = await pipeline(deps)
    assert second["deduplication_scan"]["duplicates_found"] >= 1
    assert second["auto_review_proposals"]["atoms_approved"] == 0
    assert await scalar(database, "SELECT count(*) FROM entities") == 2
    metrics = second["proposal_metrics_update"]
    for part in ("topic_proposals", "atom_proposals"):
        assert (metrics[part]["approved"], metrics[part]["auto_approved"]) == (1, 1)
        assert metrics[part]["approval_rate"] == 1
        assert metrics[part]["pending"] >= 1
    await _audited_once(database)


async def test_full_proposal_lifecycle_with_the_offline_models(database):
    embedder = OfflineEmbedder()
    deps = Deps(database, Settings.model_validate({}), embedder, OfflineExtractor(embedder))
    week = _first_week()
    await ingest(database, *week, source="demo")
    first = await pipeline(deps)
    assert first["extract_knowledge_from_messages"]["messages_analyzed"] == len(week) > 50
    assert first["extract_knowledge_from_messages"]["atoms_proposed"] > 0
    waiting = "FROM proposals WHERE review_action IS DISTINCT FROM 'unlikely'"
    proposed = await scalar(database, f"SELECT count(*) {waiting}")
    assert first["deduplication_scan"]["proposals_scanned"] == proposed
    assert first["deduplication_scan"]["embeddings_generated"] == proposed
    assert await scalar(database, f"SELECT count(*) {waiting} AND dedup_state NOT IN ('clear', 'duplicate')") == 0
    assert await scalar(database, "SELECT count(*) FROM evidence WHERE NOT verified") == 0
    approved = sum(first["auto_review_proposals"][f"{kind}_approved"] for kind in ("topics", "atoms"))
    assert 0 < approved == await scalar(database, "SELECT count(*) FROM entities")
    assert await scalar(database, "SELECT min(confidence) FROM entities") >= 0.95
    metrics = first["proposal_metrics_update"]
    assert sum(part["pending"] + part["approved"] for part in _parts(metrics)) == proposed
    await _audited_once(database)

    again = await pipeline(deps)
    assert set(again["extract_knowledge_from_messages"].values()) == {0}
    assert set(again["deduplication_scan"].values()) == {0}
    assert [_without_age(part) for part in _parts(again["proposal_metrics_update"])] == [
        _without_age(part) for part in _parts(metrics)
    ]


def _first_week() -> list[IncomingMessage]:
    with as_file(files("assay.sample") / "chat.jsonl") as path:
        messages = [each for each in read_file(path) if isinstance(each, IncomingMessage)]
    week = min(each.sent_at for each in messages).isocalendar()[:2]
    return [each for each in messages if each.sent_at.isocalendar()[:2] == week]


def _parts(metrics) -> list[dict]:
    return [metrics["topic_proposals"], metrics["atom_proposals"]]


def _without_age(part) -> dict:
    return {name: value for name, value in part.items() if not name.endswith("_seconds")}


async def _audited_once(database) -> None:
    """Every entity was approved exactly once, and that is on record."""
    found = await rows(
        database,
        f"SELECT e.id FROM entities e LEFT JOIN audit_log a ON a.subject_id = e.id AND a.action IN {DECIDED} "
        "GROUP BY e.id HAVING count(a.id) <> 1",
    )
    assert found == []
