"""What may not pass as the agreement of others."""

from dataclasses import replace

import pytest
from tests.ai.chats import atom_with, chat, read, titles

pytestmark = pytest.mark.anyio

SURE = 0.95
FACT = "the mobile app ships with Flutter 3.22 only"
AGREED = ["ben: agreed", "dora: +1"]


def decided(*answers: str) -> str:
    return "\n".join(["ana: good morning", f"tom: Decision: {FACT}", *answers])


async def confidence(extractor, messages) -> float:
    return float(atom_with(await read(extractor, messages), "Flutter").confidence)


async def test_two_others_who_agree_make_it_sure(extractor):
    assert await confidence(extractor, chat(decided(*AGREED))) >= SURE


@pytest.mark.parametrize(
    "objection",
    [
        ["ben: agreed", "dora: I strongly object, this is wrong", "eva: -1"],
        ["ben: -1", "dora: agreed", "eva: +1"],
        [*AGREED, "eva: No. We decided against that last week."],
        [*AGREED, "eva: REVERTED: this decision is cancelled, do not do this"],
        [*AGREED, "tom: scratch that, we do not do it, decision withdrawn"],
        [*AGREED, "eva: ich bin dagegen"],
    ],
)
async def test_what_somebody_spoke_against_or_took_back_waits_for_a_person(extractor, objection):
    assert await confidence(extractor, chat(decided(*objection))) < SURE


@pytest.mark.parametrize("names", [("tom2", "tom_"), ("t\u043em", "Tom\u200d")])
async def test_other_accounts_of_the_same_person_do_not_agree(extractor, names):
    answers = [f"{name}: agreed" for name in names]
    assert await confidence(extractor, chat(decided(*answers))) < SURE


async def test_agreement_with_words_that_were_edited_since_counts_for_nothing(extractor):
    messages = [replace(each, edited=FACT in each.text) for each in chat(decided(*AGREED))]
    assert await confidence(extractor, messages) < SURE


async def test_a_question_is_no_decision(extractor):
    found = await read(extractor, chat(f"tom: Decision: should we say {FACT}?\nben: yes\ndora: +1"))
    assert not [title for title in titles(found) if "Flutter" in title]


async def test_who_records_many_decisions_is_no_machine(extractor):
    subjects = ("billing", "search", "upload", "export", "import", "report", "alert", "audit", "login", "invite")
    lines = [
        line
        for number, subject in enumerate((*subjects, "quota", "cache", "queue", "sync"), 10)
        for line in (
            f"chair: Decision: the {subject} service runs on its own PostgreSQL {number} cluster",
            "ben: agreed",
            "dora: +1",
        )
    ]
    found = await read(extractor, chat("\n".join(lines)))
    assert len(found.atoms) > 8
