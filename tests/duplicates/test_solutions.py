"""A solution is no duplicate of its problem, and an answer is compared without its question."""

from dataclasses import replace

import pytest
from tests.builders import draft, get
from tests.duplicates.helpers import HandMadeEmbedder, arrive, known, scanned
from tests.duplicates.test_pairs import listed, looked

from assay.db.base import new_id
from assay.db.models import DedupState
from assay.duplicates.claim import Claim, content_hash
from assay.kinds import AtomType, Kind, LinkType, embedded_text
from assay.proposals.drafts import ProposedLink

pytestmark = pytest.mark.anyio

PROBLEM = draft(title="Payments are processed twice", atom_type=AtomType.PROBLEM)
SOLUTION = draft(title="Payments were processed twice since webhooks are retried", atom_type=AtomType.SOLUTION)
QUESTION = "Why are payments processed twice at night?"
ANSWER = "Pennyfold retries for 24 hours."


@pytest.fixture
def embedder():
    return HandMadeEmbedder({PROBLEM.title: [1, 0.3], SOLUTION.title: [1, 0.2]})


def linked(solution, problem, link=LinkType.SOLVES):
    return replace(solution, links=[ProposedLink(problem.id, link, 0.9)])


async def states(database, ids):
    return [(await get(database, each)).dedup_state for each in ids]


@pytest.mark.parametrize("pair", [(PROBLEM, linked(SOLUTION, PROBLEM)), (linked(SOLUTION, PROBLEM), PROBLEM)])
async def test_a_solution_is_no_duplicate_of_what_it_solves_whichever_came_first(database, embedder, pair):
    ids = await arrive(database, embedder, *pair)
    await scanned(database, embedder, *ids)
    assert await states(database, ids) == [DedupState.CLEAR] * 2
    assert (await get(database, ids[1])).candidates == []


async def test_any_other_link_makes_no_difference(database, embedder):
    ids = await arrive(database, embedder, PROBLEM, linked(SOLUTION, PROBLEM, LinkType.RELATES_TO))
    await scanned(database, embedder, *ids)
    assert await states(database, ids) == [DedupState.CLEAR, DedupState.DUPLICATE]


async def test_what_says_the_same_word_for_word_is_a_duplicate_whatever_it_claims_to_solve(database, embedder):
    ids = await arrive(database, embedder, PROBLEM, linked(replace(PROBLEM, id=new_id()), PROBLEM))
    await scanned(database, embedder, *ids)
    assert await states(database, ids) == [DedupState.CLEAR, DedupState.DUPLICATE]


async def test_knowledge_that_solves_other_knowledge_is_no_pair(database, embedder):
    await known(database, embedder, PROBLEM, linked(SOLUTION, PROBLEM))
    await looked(database, embedder)
    assert await listed(database) == []


@pytest.mark.parametrize("end", ["", "\nConfirmed by the asker."])
def test_of_an_answer_the_answer_is_compared_and_a_verdict_is_about_all_of_it(end):
    body = f"Question: {QUESTION}\nAnswer: {ANSWER}{end}"
    said = Claim(new_id(), Kind.ATOM, "Retries", body, "")
    assert (said.text, said.told) == (f"Retries. {ANSWER}", ANSWER)
    assert said.text_hash == content_hash(f"Retries. {body}")
    assert embedded_text(ANSWER, body) == ANSWER


@pytest.mark.parametrize("body", ["Question: why?", "So.\nAnswer: no.", "Answer: no.", "Question: why?\nAnswer: "])
def test_what_is_no_answer_is_compared_whole(body):
    assert embedded_text("Retries", body) == f"Retries. {body}"
