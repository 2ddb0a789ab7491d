"""Questions with answers, and problems that were solved while people watched."""

import pytest
from tests.ai.chats import atom_with, chat, keeps_its_promises, linked, read, titles

from assay.ai.rules.extractor import OfflineExtractor
from assay.ai.rules.selection import MORE_PROPOSALS
from assay.kinds import AtomType, LinkType

pytestmark = pytest.mark.anyio


async def test_an_answer_the_asker_took_may_reach_the_top(extractor):
    messages = chat("""
        mia: Does anyone know how to rotate the S3 access keys on staging?
        tom: @mia run `make rotate-keys ENV=staging` in the infra repo to rotate the S3 access keys
        mia: perfect, that worked, thanks!
    """)

    extraction = await read(extractor, messages)

    atom = atom_with(extraction, "rotate-keys")
    assert atom.type is AtomType.SOLUTION
    assert atom.confidence >= 0.95
    assert atom.content.startswith("Question: Does anyone know how to rotate the S3 access keys on staging?")
    assert {quote.message_id for quote in atom.quotes} == {message.id for message in messages}
    assert "mia" in atom.reasoning
    assert "tom" in atom.reasoning
    keeps_its_promises(extraction, messages)


async def test_an_answer_nobody_confirmed_stays_below_the_top(extractor):
    extraction = await read(
        extractor,
        chat("""
        mia: Where do we keep the Terraform state of the staging cluster?
        tom: @mia the Terraform state of the staging cluster lives in the acme-tfstate bucket with DynamoDB locking
        lee: lunch?
    """),
    )

    assert atom_with(extraction, "acme-tfstate").confidence < 0.95


async def test_an_answer_that_did_not_help_is_not_taken(extractor):
    extraction = await read(
        extractor,
        chat("""
        mia: How do I reset the cache of the image proxy?
        tom: @mia run `imgctl flush --all` to reset the cache of the image proxy
        mia: thanks, but that didn't work, same error
    """),
    )

    assert not [atom for atom in extraction.atoms if atom.meta["source"] == "answer"]
    assert all(atom.confidence < 0.95 for atom in extraction.atoms)


@pytest.mark.parametrize(
    "lines",
    [
        "mia: any ideas?\ntom: maybe restart it\nmia: thanks",
        "mia: has anyone seen lee today?\ntom: he is in the office\nmia: thanks",
        "mia: what did you do this weekend?\ntom: I went to the lake with my brother\nmia: nice",
        "mia: How do I log in to the build server?\ntom: good question, no idea\nmia: ok thanks",
    ],
)
async def test_small_talk_with_a_question_mark_is_no_knowledge(extractor, lines):
    assert titles(await read(extractor, chat(lines))) == []


async def test_open_questions_are_kept_only_on_request(extractor, embedder):
    messages = chat("""
        mia: Which PostgreSQL extension does the search service need on version 16.2?
        tom: lunch?
    """)

    quiet = await read(extractor, messages)
    more = await read(OfflineExtractor(embedder, gates=MORE_PROPOSALS, per_thousand=0), messages)

    assert titles(quiet) == []
    assert [atom.type for atom in more.atoms] == [AtomType.QUESTION]


async def test_a_confirmed_repair_gives_a_problem_its_solution_and_a_link(extractor):
    messages = chat("""
        tom: the CSV export times out for workspaces with more than 50,000 rows
        lee: @tom you can set `EXPORT_BATCH=2000` so that the CSV export streams its rows in batches
        tom: that fixed it, thanks!
    """)

    extraction = await read(extractor, messages)

    solution = atom_with(extraction, "EXPORT_BATCH")
    [(problem, link_type)] = linked(extraction, solution)
    assert (solution.type, link_type) == (AtomType.SOLUTION, LinkType.SOLVES)
    assert problem.type is AtomType.PROBLEM
    assert problem.title.startswith("The CSV export times out")
    keeps_its_promises(extraction, messages)


async def test_a_repair_that_needs_its_problem_is_one_solution(extractor):
    messages = chat("""
        tom: the CSV export times out for workspaces with more than 50,000 rows
        tom: fixed it by streaming the rows with a server-side cursor in batches
        lee: can confirm, works now
    """)

    extraction = await read(extractor, messages)

    (atom,) = extraction.atoms
    assert atom.type is AtomType.SOLUTION
    assert atom.content.startswith("Problem: The CSV export times out")
    keeps_its_promises(extraction, messages)


async def test_a_fix_told_later_solves_the_problem_told_before(extractor):
    messages = chat("""
        ana: The search indexer runs out of memory during a rebuild when a product has more than 300 photos.
        tom: ouch
        lee: did you see the game
        ana: The fix for the memory problem of the search indexer was to lower its batch size to 500 documents.
    """)

    extraction = await read(extractor, messages)

    fix = atom_with(extraction, "The fix for")
    assert [(to.title[:18], link_type) for to, link_type in linked(extraction, fix)] == [
        ("The search indexer", LinkType.SOLVES)
    ]
