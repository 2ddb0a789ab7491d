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


def test_an_answer_that_its_author_corrects_before_the_thanks_is_not_sound():
    lines = [("ana", QUESTION), ("ben", ANSWER), ("ben", "oops, 5673 rather"), ("ana", "thanks, works now")]
    assert stands(*lines, at=1).verdict is Verdict.TAKEN_BACK


def test_quoted_mail_is_nobody_s_consent():
    mail = "see below\n\nOn 3 May 2026 Cleo wrote:\n> agreed\n\nOn 3 May 2026 Dan wrote:\n> +1"
    assert stands(("ana", RULE), ("ben", mail), ("ben", mail, 4)).verdict is Verdict.UNCONFIRMED


def test_an_author_whose_name_is_read_in_two_ways_does_not_agree_with_herself():
    lines = [("Ana Kern", RULE), ("Ana Kern ✨", "agreed"), ("ana.kern", "+1"), ("Ana", "yes, agreed")]
    assert stands(*lines).verdict is Verdict.UNCONFIRMED


def test_one_agreed_proves_one_statement():
    lines = [
        ("ana", RULE),
        ("ben", "Decision: the backup runs on Sundays only."),
        ("cleo", "agreed"),
        ("dan", "agreed"),
    ]
    assert stands(*lines).verdict is Verdict.UNCONFIRMED


def test_agreed_to_a_correction_is_none_to_what_it_corrects():
    lines = [("ana", "Decision: the fee is charged per order."), ("ben", "agreed, per line it is"), ("cleo", "agreed")]
    assert stands(*lines).verdict is not Verdict.SOUND


@pytest.mark.parametrize(
    "between",
    [
        "lunch at twelve?",
        "we should paint the hall",
        "the new coffee is awful",
        "please take the bins out",
        "Thursdays?",
    ],
)
def test_consent_behind_what_can_be_agreed_to_is_meant_for_that(between):
    lines = [("ana", RULE), ("ben", between), ("cleo", "agreed"), ("dan", "+1")]
    assert stands(*lines).verdict is not Verdict.SOUND


@pytest.mark.parametrize("between", ["brb, phone", "is there any glaze left?", "sorry, was on the train", "thanks!"])
def test_consent_behind_what_nobody_can_agree_to_is_meant_for_the_decision(between):
    assert stands(("ana", RULE), ("ben", between), ("cleo", "agreed"), ("dan", "agreed")).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "refusal",
    ["no", "nope", "nein", "nee, liever niet", "non", "pas d'accord", "no estoy de acuerdo", "ma no", "não", "nie"],
)
def test_a_refusal_counts_in_every_language_that_is_read(refusal):
    assert stands(("ana", RULE), *AGREED, ("dan", refusal)).verdict is Verdict.TAKEN_BACK


def test_a_few_words_may_answer_the_question_asked_just_before_instead():
    lines = [("ana", RULE), ("ben", "I agree. Who tells the office?"), ("cleo", "agreed"), ("ben", "who tells them?")]
    assert stands(*lines, ("cleo", "not me")).verdict is Verdict.SOUND


def test_who_consents_after_a_remark_did_not_object_by_it():
    lines = [("ana", RULE), ("cleo", "agreed"), ("ben", "now no Fridays?"), ("ben", "agreed")]
    assert stands(*lines).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "late",
    [
        ("dan", "I was off sick. I can't go along with this, please don't do it yet.", 3000),
        ("ben", "scratch my ok, I just read the release notes", 90),
        ("ana", "hmm, please hold that until I've spoken to Ria", 5),
        ("ana", "the Friday thing is off again, support said no way", 9000),
    ],
)
def test_late_readers_withdrawn_consent_and_second_thoughts_count(late):
    assert stands(("ana", RULE), *AGREED, late).verdict is Verdict.TAKEN_BACK


def test_a_remedy_that_fails_weeks_later_falls():
    asked = ("ana", "What can I do against blue spots on the cheese?")
    lines = [asked, ("ben", "Wash it with brine every second day."), ("ana", "yes that's right, I remember!")]
    assert (
        stands(*lines, ("ana", "two weeks of brine and it is worse than ever", 20_000), at=1).verdict
        is Verdict.TAKEN_BACK
    )


def test_two_answers_with_different_numbers_leave_a_confirmation_unclear():
    lines = [
        ("ana", "How many lanes do we have?"),
        ("ben", "six lanes"),
        ("cleo", "you've got eight"),
        ("ana", "that's right"),
    ]
    assert stands(*lines, at=1).verdict is Verdict.UNCONFIRMED


def test_an_answer_must_answer_its_question():
    lines = [("ana", "how long does the dough rest?"), ("ben", "the printer on floor two is empty again")]
    assert stands(*lines, ("ana", "that was it, thanks"), at=1).verdict is Verdict.UNDECIDED


def test_who_goes_to_look_does_not_guess_when_he_comes_back():
    lines = [
        ("ana", QUESTION),
        ("ben", "let me check instead of guessing"),
        ("ben", ANSWER),
        ("ana", "checks out, thx"),
    ]
    assert stands(*lines, at=2).verdict is Verdict.SOUND


def test_a_question_needs_no_mark():
    lines = [
        ("ana", "ben, by which day does the printer want the file"),
        ("ben", "The printer wants the file by Monday."),
    ]
    assert stands(*lines, ("ana", "thanks, that's right, he's just confirmed it"), at=1).verdict is Verdict.SOUND


def test_a_thread_may_begin_below_a_message_that_bears_no_mark_of_it():
    asked = Message(uuid4(), "ops", "ana", MORNING, QUESTION)
    answer = Message(uuid4(), "ops", "ben", MORNING + timedelta(minutes=5), ANSWER, thread="queue")
    confirmed = Message(uuid4(), "ops", "ana", MORNING + timedelta(minutes=9), "that's right, thanks", thread="queue")
    assert standing(Talk([asked, answer, confirmed]), answer, 0, len(ANSWER)).verdict is Verdict.SOUND


def test_jokes_before_are_over_when_somebody_says_so():
    lines = [("ana", "joke of the day: why did the ghost order gin?"), ("ana", f"ok, in all seriousness. {RULE}")]
    assert stands(*lines, *AGREED, at=1).verdict is Verdict.SOUND


def test_what_only_those_know_who_were_there_is_not_sound():
    lines = [("ana", "It's decided then, we do it like last time but without the thing Paul hated."), *AGREED]
    assert stands(*lines).verdict is Verdict.UNDECIDED


def test_two_decisions_on_different_subjects_stand_side_by_side():
    lines = [("ana", "Decision on backups: kept for 30 days."), *AGREED]
    assert stands(*lines, ("dan", "Decision on invoices: kept for 10 years.", 900)).verdict is Verdict.SOUND


def test_an_answer_that_is_only_yes_or_no_states_nothing():
    lines = ("Chupa", "just overwrite that sucker Werdna?"), ("Werdna", "no, no"), ("Chupa", "works")
    said = [
        Message(
            id=uuid4(),
            source="s",
            channel="c",
            author=author,
            sent_at=datetime(2026, 3, 2, 9, minute, tzinfo=UTC),
            text=text,
            is_bot=False,
            thread=None,
        )
        for minute, (author, text) in enumerate(lines)
    ]
    found = standing(Talk(said), said[1], 0, len(said[1].text))
    assert (found.verdict, found.because) == (Verdict.UNDECIDED, "the answer says nothing by itself")


@pytest.mark.parametrize(
    ("rule", "later"),
    [
        (
            "Decision: Postgres 16 is the only database for the ledger service.",
            "To re-run a failed migration in the ledger service, delete its row and restart the job.",
        ),
        (
            "Decision: the hut calendar shows all arrival times in the time zone of the hut.",
            "The fix for the missing night in the hut calendar was to count dates instead of hours.",
        ),
        (
            "Decision: Postgres 16 is the only database for the ledger service.",
            "Reminder: the ledger service uses nothing but Postgres 16 as its database, so only one cluster grows.",
        ),
    ],
)
def test_what_is_said_later_about_another_thing_takes_nothing_back(rule, later):
    assert (
        stands(("ana", rule), *AGREED, ("ben", "the train is late", 500), ("ana", later, 3000)).verdict is Verdict.SOUND
    )


def test_a_wrong_window_concerns_what_the_same_person_said_just_before():
    lines = (("ana", RULE), *AGREED, ("cleo", "it does that when they send two"), ("cleo", "sorry, wrong window"))

    assert stands(*lines).verdict is Verdict.SOUND
    assert stands(("ana", RULE), *AGREED, ("ana", "sorry, wrong window")).verdict is Verdict.TAKEN_BACK


@pytest.mark.parametrize(
    "line",
    [
        "Closing the poll, 7 to 1 → no deploys to production on Fridays.",
        "Short version: as voted tonight, nobody deploys to production on Fridays.",
        "To put it in writing: we agreed that nobody deploys to production on Fridays.",
        "The vote was clear so it stands: nobody deploys to production on Fridays",
        "Minutes coming tomorrow, but so nobody forgets: the committee agreed that nobody deploys on Fridays.",
    ],
)
def test_a_decision_is_known_in_many_wordings(line):
    heard = (("ana", line), ("ben", "Works for my groups"), ("cleo", "In agreement as well"))
    assert stands(*heard).verdict is Verdict.SOUND


def test_what_a_piece_of_foam_went_through_confirms_the_glue():
    heard = (
        ("ana", "Which glue holds foam on plywood?"),
        ("ben", "contact cement, thin coat on both sides, then press"),
        ("ana", "Can confirm, the head has survived being dropped twice. Works a treat.", 90),
    )
    assert stands(*heard, at=1).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "next_words",
    [
        ("ana", "I'm taking that back, the deploys of last week went badly", 105),
        ("ana", "the pipeline still deploys on Fridays, somebody forgot the switch", 26 * 60),
    ],
)
def test_what_whoever_decided_says_next_and_nobody_can_place_counts_against_it(next_words):
    assert stands(("ana", RULE), *AGREED, next_words).verdict is Verdict.TAKEN_BACK


@pytest.mark.parametrize("next_words", ["thanks everybody", "yes, Fridays", "brb, phone"])
def test_thanks_a_repetition_and_an_aside_of_whoever_decided_do_not(next_words):
    assert stands(("ana", RULE), *AGREED, ("ana", next_words)).verdict is Verdict.SOUND


def test_an_asker_who_comes_back_with_more_has_not_confirmed_for_good():
    lines = [("ana", QUESTION), ("ben", ANSWER), ("ana", "great, found it, thank you")]
    later = ("ana", "so nothing reached the queue all night, and the port is set", 24 * 60)
    assert stands(*lines, at=1).verdict is Verdict.SOUND
    assert stands(*lines, later, at=1).verdict is Verdict.TAKEN_BACK


def test_an_asker_who_narrows_the_answer_does_not_confirm_it():
    asked, answer = "How long may a visiting researcher stay?", "Students can stay 90 days."
    lines = [("ana", asked), ("ben", answer), ("ana", "thanks! so that's students, got it")]
    assert stands(*lines, at=1).verdict is not Verdict.SOUND


@pytest.mark.parametrize(
    "line",
    [
        "For the model let's assume it's decided that deploys are free.",
        "Exercise 3. Ada plays the landlord. We agreed: no pets in the house.",
        "Role-play, round two. We agreed: no pets in the house.",
    ],
)
def test_what_is_only_played_or_assumed_is_not_decided(line):
    assert stands(("ana", line), *AGREED).verdict is not Verdict.SOUND


def test_a_second_account_is_the_same_person():
    assert stands(("ana", RULE), ("Brandt_K", "+1"), ("kbrandt-phone", "agreed")).verdict is Verdict.UNCONFIRMED


@pytest.mark.parametrize(
    "correction",
    [
        ("dora", "Not quite, Ana: deploys to production stop on Thursdays. Fridays was last year.", 90),
        ("dora", "Ana, not exactly: it is Thursdays.", 90),
        ("dora", "small correction: Thursdays", 300),
        ("dora", "Almost, but the deploys stop on Thursdays.", 90),
        ("dora", "Nicht ganz, Ana: donnerstags ist Schluss.", 90),
        ("dora", "Pas tout à fait, Ana : c'est le jeudi.", 90),
        ("dora", "No exactamente, Ana: es el jueves.", 90),
        ("dora", "Non proprio, Ana: è il giovedì.", 90),
        ("dora", "Niet helemaal, Ana: het is donderdag.", 90),
        ("dora", "Nie do końca, Ana: chodzi o czwartki.", 90),
        ("dora", "Não exatamente, Ana: é à quinta.", 90),
    ],
)
def test_a_correction_after_a_silence_speaks_against_what_it_puts_right(correction):
    assert stands(("ana", RULE), *AGREED, correction).verdict is Verdict.TAKEN_BACK


def test_a_correction_in_another_thread_counts_where_it_repeats_the_statement():
    later = ("dora", "Close, but production has no deploys on any day", 26 * 60)
    between = ("eve", "the coffee is back", 25 * 60)
    assert stands(("ana", RULE), *AGREED, between, later).verdict is Verdict.TAKEN_BACK


@pytest.mark.parametrize(
    "words",
    [
        "I'm taking that back, there are people who work late. Consider it gone.",
        "please treat it as never said",
        "Betrachtet das als gestrichen.",
        "Considérez ça comme annulé.",
        "Dadlo por retirado.",
        "Come non detto.",
        "Ik neem dat terug.",
        "Cofam to.",
        "Dou o dito por não dito.",
    ],
)
@pytest.mark.parametrize("between", [[], [("ana", "thanks both", 6)]])
def test_whoever_decided_takes_it_back_also_after_a_silence_and_thanks(words, between):
    assert stands(("ana", RULE), *AGREED, *between, ("ana", words, 60)).verdict is Verdict.TAKEN_BACK


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("walk-ins are seen after 11", "Change of plan after yesterday's chaos: walk-ins go first thing, before 9."),
        ("walk-ins are seen after 11", "Plans changed, walk-ins come in the morning"),
        ("Notfälle kommen nach 11 dran", "Planänderung: Notfälle kommen gleich morgens, vor 9."),
        ("les urgences passent après 11 heures", "Changement de plan : les urgences passent avant 9 heures."),
        ("las urgencias van después de las 11", "Cambio de planes: las urgencias van antes de las 9."),
        ("le urgenze passano dopo le 11", "Cambio di programma: le urgenze passano prima delle 9."),
        ("spoedgevallen komen na 11 uur", "Verandering van plan: spoedgevallen komen voor 9 uur."),
        ("nagłe przypadki przyjmujemy po 11", "Zmiana planów: nagłe przypadki przyjmujemy przed 9."),
        ("as urgências são vistas depois das 11", "Mudança de planos: as urgências são vistas antes das 9."),
    ],
)
def test_a_change_of_plan_days_later_is_a_contrary_decision(rule, change):
    decision, later = ("ana", f"Decision: {rule}."), ("dan", "printer fixed", 500)
    assert stands(decision, *AGREED, later).verdict is Verdict.SOUND
    assert stands(decision, *AGREED, later, ("dora", change, 2900)).verdict is Verdict.TAKEN_BACK


def test_a_change_of_another_plan_is_not():
    later = ("dora", "Change of plan: lunch is at the lake today", 2900)
    assert stands(("ana", RULE), *AGREED, later).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "line",
    [
        "just this afternoon: we agreed that refunds under 50 go through without a manager",
        "This weekend: we decided that refunds under 50 go through without a manager",
        "Nur heute: wir haben beschlossen, dass Erstattungen unter 50 ohne Leitung gehen",
        "Seulement cette semaine : nous avons décidé que les remboursements passent sans responsable",
        "Solo esta semana: hemos decidido que las devoluciones pasan sin encargado",
        "Solo questa settimana: abbiamo deciso che i rimborsi passano senza responsabile",
        "Alleen deze week: we hebben besloten dat terugbetalingen zonder manager gaan",
        "Tylko w tym tygodniu: ustaliliśmy, że zwroty idą bez kierownika",
        "Só esta semana: decidimos que os reembolsos passam sem gerente",
    ],
)
def test_a_lead_in_that_bounds_it_in_time_tells_nothing_lasting(line):
    assert stands(("ana", line), *AGREED).verdict is not Verdict.SOUND


def test_whoever_decided_may_say_that_it_ends():
    ends = ("ana", "back to normal at 18:00, please don't carry it over")
    assert stands(("ana", RULE), *AGREED, ends).verdict is Verdict.UNDECIDED


def test_the_occasion_of_a_decision_does_not_bound_it():
    line = "agreed with everybody in the room just now: no deploys to production on Fridays"
    assert stands(("ana", line), *AGREED).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "lines",
    [
        [("dan", "who's got the 15 spanner", 4), ("cleo", "me, bench 2", 5)],
        [("dan", "just back, was there cake left?", 4), ("ben", "none, sorry", 5)],
    ],
)
def test_a_short_answer_to_a_question_of_facts_is_not_meant_for_the_decision(lines):
    assert stands(("ana", RULE), *AGREED, *lines).verdict is Verdict.SOUND


def test_praise_behind_consent_takes_nothing_from_it():
    heard = ("ana", "From now on the dough rests for 16 hours in the cold room."), ("ben", "agreed")
    assert stands(*heard, ("cleo", "agreed, it's better that way")).verdict is Verdict.SOUND


@pytest.mark.parametrize("bye", ["à jeudi !", "see you on Thursday"])
def test_a_goodbye_is_no_other_day(bye):
    assert stands(("ana", RULE), *AGREED, ("ben", bye)).verdict is Verdict.SOUND


def test_a_threshold_in_an_answer_is_not_for_a_while_only():
    asked = ("ana", "At what speed do I cool the kiln?")
    told = ("ben", "Cool the kiln by at most 60 degrees per hour until it is below 500.")
    assert stands(asked, told, ("ana", "that worked, thanks"), at=1).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "asked",
    [
        "even the ones booked by sales?",
        "Morning! there's a cow on yours too?",
        "not three like the others?",
        "which ones?",
    ],
)
def test_an_answer_to_a_question_that_hangs_on_an_earlier_one_is_not_sound(asked):
    said = ("ben", "Those go on cost centre 430 as well.")
    assert stands(("ana", asked), said, ("ana", "that was it, works now"), at=1).verdict is Verdict.UNDECIDED


def test_what_is_asked_on_before_the_answer_is_confirmed_takes_nothing_back():
    lines = [("ana", QUESTION), ("ben", ANSWER), ("ana", "not the old one?"), ("ben", "No. that one is for mail")]
    assert stands(*lines, ("ana", "confirmed, 5672 works, thanks"), at=1).verdict is Verdict.SOUND


def test_what_is_asked_on_is_no_question_of_its_own():
    lines = [("ana", QUESTION), ("ben", ANSWER), ("ana", "even on staging?"), ("ben", "even on staging")]
    assert stands(*lines, ("ana", "confirmed, works, thanks"), at=3).verdict is not Verdict.SOUND


def test_a_question_about_what_its_author_spoke_of_before_is_about_that():
    lines = [
        ("cleo", "do I get easter off"),
        ("ana", RULE),
        ("ben", "agreed"),
        ("cleo", "agreed"),
        ("cleo", "and Easter?"),
    ]
    assert stands(*lines, ("ana", "nice try"), at=1).verdict is Verdict.SOUND
