"""Whether people meant a statement, and still do."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from assay.ai.extractor import Message
from assay.ai.grounding.standing import Standing, standing
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.verdict import Verdict

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULE = "Decision: no deploys to production on Fridays."
AGREED = [("ben", "agreed"), ("cleo", "+1")]
QUESTION = "Which port does the new queue listen on?"
ANSWER = "The new queue listens on port 5672."


def talk(*lines: tuple[str, str] | tuple[str, str, float]) -> Talk:
    """Who said what, a minute apart, or so many minutes after the beginning."""
    said = [(*line, float(number))[:3] for number, line in enumerate(lines)]
    return Talk([Message(uuid4(), "ops", who, MORNING + timedelta(minutes=at), text) for who, text, at in said])


def stands(*lines: tuple[str, str] | tuple[str, str, float], at: int = 0) -> Standing:
    heard = talk(*lines)
    message = heard.messages[at]
    return standing(heard, message, 0, len(message.text))


def test_a_decision_with_the_consent_of_two_others_is_sound():
    assert stands(("ana", RULE), *AGREED).verdict is Verdict.SOUND


def test_an_answer_that_the_asker_confirms_is_sound():
    assert stands(("ana", QUESTION), ("ben", ANSWER), ("ana", "that was it, works now"), at=1).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "line",
    [
        "Beschlossen: keine Deployments am Freitag.",
        "Decidido: no se despliega los viernes.",
        "Décidé : pas de mise en production le vendredi.",
        "Deciso: niente rilasci il venerdì.",
        "Besloten: geen releases op vrijdag.",
        "Ustalone: żadnych wdrożeń w piątki.",
    ],
)
def test_decisions_are_read_in_other_languages(line):
    assert stands(("ana", line), ("ben", "+1"), ("cleo", "ok")).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "lines",
    [
        [("ana", RULE), ("ana", "agreed"), ("ana_afk", "+1")],
        [("Ana Kern", RULE), ("ana", "agreed"), ("A. Kern", "+1")],
        [("ana", RULE), ("ben", "lunch at twelve?"), *[(who, "+1") for who in ("cleo", "dan")]],
        [("ana", RULE), ("ben", "agreed")],
        [("ana", f"{RULE} Decision: the backup moves to Sunday."), *AGREED],
        [("ana", QUESTION), ("ben", ANSWER), ("ana", "thanks, will try tomorrow")],
    ],
)
def test_consent_counts_once_of_another_person_and_for_the_nearest_statement(lines):
    at = 1 if lines[0][1] == QUESTION else 0
    assert stands(*lines, at=at).verdict is Verdict.UNCONFIRMED


@pytest.mark.parametrize(
    "later",
    [
        ("ana", "oops, Thursdays rather"),
        ("ana", "scratch that, I misread the mail"),
        ("dan", "no wait, that breaks the release train"),
        ("dan", "I object to this rule", 500),
        ("ana", "Forget what I said about Friday deploys.", 3000),
        ("ben", "The decision about production deploys on Fridays was withdrawn.", 9000),
        ("dan", "Decision: deploys to production on Fridays are fine again.", 9000),
    ],
)
def test_what_is_taken_back_minutes_or_days_later_falls(later):
    assert stands(("ana", RULE), *AGREED, later).verdict is Verdict.TAKEN_BACK


def test_an_answer_that_did_not_help_after_all_falls():
    lines = [("ana", QUESTION), ("ben", ANSWER), ("ana", "works now, thanks"), ("ana", "spoke too soon, still failing")]
    assert stands(*lines, at=1).verdict is Verdict.TAKEN_BACK


@pytest.mark.parametrize(
    "text",
    [
        "I suggest no deploys to production on Fridays.",
        "Should we stop deploys on Fridays?",
        "Decision: if legal agrees, we share the usage data with the university.",
        "Decision: today only, no deploys to production.",
        "Example: write 'Decision: no deploys on Fridays' in the channel.",
        "Their decision: no deploys to production on Fridays.",
        "On Monday the old team wrote:\n> Decision: no deploys to production on Fridays.",
        "10:03 tom: Decision: no deploys to production on Fridays.",
        "Decision: no deploys on Fridays 😂",
        "Decision: <your decision here> from <date>.",
    ],
)
def test_suggestions_conditions_examples_quotes_and_jokes_are_no_decisions(text):
    assert stands(("ana", text), *AGREED).verdict is not Verdict.SOUND


def test_chatter_about_other_things_takes_nothing_back():
    lines = [("ana", RULE), *AGREED, ("dan", "did the coffee arrive?"), ("eve", "sorry, was on the phone")]
    assert stands(*lines).verdict is Verdict.SOUND


def test_an_edited_statement_has_no_consent():
    heard = talk(("ana", RULE), *AGREED)
    edited = Message(uuid4(), "ops", "ana", MORNING, "Decision: no deploys at all.", edited=True)
    assert standing(Talk([edited, *heard.messages[1:]]), edited, 0, 5).verdict is Verdict.UNDECIDED


def test_a_machine_neither_decides_nor_consents():
    heard = talk(("ana", RULE), ("ben", "agreed"))
    bot = Message(uuid4(), "ops", "helper", MORNING + timedelta(minutes=3), "agreed", is_bot=True)
    message = heard.messages[0]
    assert standing(Talk([*heard.messages, bot]), message, 0, 5).verdict is Verdict.UNCONFIRMED


def test_the_cost_grows_with_the_length_of_texts_and_no_faster():
    """Counted in characters looked at: texts are read up to a limit."""
    long = RULE + " x" * 100_000
    assert stands(("ana", long), *AGREED).verdict in Verdict
