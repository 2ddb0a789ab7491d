"""The pure rules, each at its edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ai.chats import chat, message

from assay.ai.rules import facts, tone
from assay.ai.rules.context_free import stands_alone
from assay.ai.rules.language import is_english, noun_phrases
from assay.ai.rules.sentences import sentences, tidy, verbatim
from assay.ai.rules.topic_icons import color_for
from assay.ai.rules.turns import read_chat
from assay.text.markup import cleaned

WORDS = st.text(st.sampled_from("ab .,!?`*_~<>@#:|()\n\t\x03\u200bé😀"), min_size=1, max_size=80)


@given(WORDS, WORDS)
def test_a_quote_is_always_an_exact_substring(raw, words):
    assert verbatim(message(raw), words).text in raw


@given(WORDS)
def test_every_sentence_of_any_text_quotes_its_message(raw):
    for turn in read_chat([message(raw)]).turns:
        for sentence in sentences(turn):
            assert all(quote.text in raw for quote in sentence.quotes())


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("ok so yeah, the cache must be warm", "The cache must be warm"),
        ("hi all, btw the cache must be warm lol", "The cache must be warm"),
        ("In the EU region: data must stay in the country", "In the EU region: data must stay in the country"),
        ("A migration can run again: delete its row now", "A migration can run again: delete its row now"),
        ("- the cache must be warm!!!", "The cache must be warm!!!"),
        ("`make seed` fills the database", "`make seed` fills the database"),
    ],
)  # fmt: skip
def test_a_title_leaves_out_what_only_leads_in_or_out(said, title):
    assert tidy(said).casefold() == title.casefold()


@pytest.mark.parametrize(
    "said",
    [
        "No deploys to production on Fridays", "Nope, the cache stays", "All exports use UTF-8", "Then restart the job",
        "Since 2.4 the API needs a key", "Because the disk is slow, use the cache", "At least two people review it",
        "Maybe the cache is cold", "Perhaps the key is old", "Apparently the job runs twice",
        "I think the cache is cold",
        "True north is used in all maps", "In general the cache is warm", "However, the cache is cold",
        "The cache is cold, i think", "The answer is no", "The auditor was clear: payouts must carry the VAT rate",
        "For the mobile people: tokens expire after 60 minutes", "Just one person signs", "Or restart the job",
        "But only on staging", "Like the old one, it needs a key", "Everyone uses two factors", "Great care is needed",
        "Update the config before a restart", "Right angles are drawn in red", "Well water is tested each month",
        "So far the trial is free", "All tests must pass", "Ship it anyway", "Turn right",
        "-5 °C is the lowest temperature", "*.log files are deleted",
    ],
)  # fmt: skip
def test_a_title_keeps_every_word_that_means_something(said):
    assert tidy(said) == said


def test_no_is_a_sentence_and_before_a_figure_an_abbreviation():
    (turn,) = read_chat([message("No. The cache of no. 5 is cold.")]).turns
    assert [sentence.said for sentence in sentences(turn)] == ["No.", "The cache of no. 5 is cold."]


@pytest.mark.parametrize(
    ("raw", "text", "addressed"),
    [
        ("tom: run the tests", "run the tests", {"tom"}),
        ("@Tom run the tests", "run the tests", {"tom"}),
        ("<@U42> run the *tests* :tada:", "run the tests", {"u42"}),
        ("note: run the tests", "note: run the tests", set()),
        ("\x0304,01run\x03 <https://x.example/a|the tests>", "run the tests", set()),
        ("run ```rm -rf``` the tests &amp; more", "run the tests & more", set()),
    ],
)
def test_markup_is_not_read(raw, text, addressed):
    said = cleaned(raw, {"tom", "ana"})

    assert (said.text, said.addressed) == (text, addressed)


@pytest.mark.parametrize(
    ("later", "earlier", "contradicts"),
    [
        ("The trial lasts 30 days for new teams", "The trial lasts 14 days for new teams", True),
        ("The train leaves every Thursday at 10:00", "The train leaves every Tuesday at 10:00", True),
        ("The app does not support offline sync", "The app supports offline sync", True),
        ("The trial lasts 14 days for new teams", "A trial of new teams lasts 14 days", False),
        ("The export has 30 columns and a footer", "The trial lasts 14 days for new teams", False),
    ],
)
def test_one_changed_fact_contradicts(later, earlier, contradicts):
    assert facts.contradicts(later, earlier) is contradicts


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The API allows 100 requests", "100 requests are allowed by the API", True),
        ("The API allows 100 requests", "The API allows 300 requests", False),
        ("We use Kafka for the events", "We use NATS for the events", False),
        ("We deploy on Fridays", "We never deploy on Fridays", False),
    ],
)
def test_sameness_needs_the_same_facts(one, other, same):
    assert facts.same_facts(one, other) is same


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("we should rewrite it in Rust lol", "said as a joke"),
        ("I might be wrong but it is port 80", "said as a guess"),
        ("what if we used GPUs", "only a thought"),
        ("for today only we skip the tests", "true only for a moment"),
        ("deploy at 3pm, hold your merges", "an appointment"),
        ("The train leaves every Tuesday at 10:00 UTC", None),
        ("The nightly backup runs at 02:30 UTC", None),
        ("Access tokens expire after 60 minutes", None),
    ],
)
def test_how_a_thing_is_said_may_raise_doubt(said, reason):
    assert tone.doubt(said) == reason


@pytest.mark.parametrize(
    "text",
    ["It must be warm before the release", "The other one needs to be reverted", "He said the cache must be warm"],
)
def test_what_needs_its_neighbours_does_not_stand_alone(text):
    assert not stands_alone(text)


def test_noun_phrases_leave_people_and_empty_words_out():
    assert noun_phrases("tom moved the payment webhooks to the onboarding wizard", {"tom"}) == [
        "payment webhooks",
        "onboarding wizard",
    ]


def test_only_english_is_read():
    assert is_english("The cache must be warm before the release of the app")
    assert not is_english("Der Cache muss vor der Veröffentlichung warm sein")
    assert not is_english("кэш должен быть тёплым")


def test_a_reply_in_a_thread_answers_its_root():
    root, between, reply = chat("ana: How do I reset the cache?\ntom: lunch?\nlee: run the script")
    threaded = message(reply.text, author="lee", at=reply.sent_at, number=2, thread=str(root.id))

    turns = read_chat([root, between, threaded]).turns

    assert turns[2].replies_to is turns[0]


def test_the_colour_belongs_to_the_name():
    assert color_for("Search  index") == color_for("search index")
