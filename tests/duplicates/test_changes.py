"""The guard that tells "same" from "says something else about the same thing"."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cpu_cost import costs_little
from tests.duplicates.one_fact_edits import ONE_FACT_EDITS, SAME_IN_OTHER_WORDS
from tests.duplicates.reworded import REWORDED, REWORDED_EDITS

from assay.duplicates.changes import FactChange, changed_facts


@pytest.mark.parametrize("kind", ONE_FACT_EDITS)
def test_one_changed_fact_is_recognised(kind):
    edits = ONE_FACT_EDITS[kind]
    missed = [edit for edit in edits if not changed_facts(*edit)]
    assert len(missed) <= 0.1 * len(edits), missed


def test_there_are_enough_edits_to_say_so():
    assert sum(map(len, ONE_FACT_EDITS.values())) >= 60


@pytest.mark.parametrize("kind", ONE_FACT_EDITS)
def test_a_change_is_seen_from_both_sides(kind):
    for before, after in ONE_FACT_EDITS[kind]:
        assert bool(changed_facts(before, after)) == bool(changed_facts(after, before)), (before, after)


@pytest.mark.parametrize(("one", "other"), SAME_IN_OTHER_WORDS)
def test_the_same_in_other_words_is_no_change(one, other):
    assert changed_facts(one, other) == []
    assert changed_facts(other, one) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("The limit is 30.", "The limit is 60.", "30 -> 60"),
        ("It expires after 60 minutes.", "It expires after a quarter: 15 minutes.", "60 minutes -> 15 minutes"),
        ("The flag is enabled here.", "The flag is disabled here.", "enabled -> disabled"),
        ("Such errors are retried at once.", "Such errors are not retried at once.", '"not" was added'),
        ("Never cache the results of a search.", "Cache the results of a search.", '"never" was removed'),
        ("See SR-2023-052 for it.", "See SR-2023-053 for it.", "SR-2023-052 -> SR-2023-053"),
        ("The plan costs $49 a month.", "The plan costs $59 a month.", "$49 -> $59"),
        ("It ends in December.", "It ends in October.", "December -> October"),
    ],
)
def test_a_change_has_words_for_a_person(before, after, words):
    assert [str(change) for change in changed_facts(before, after)] == [words]


def test_a_changed_fact_is_recognised_in_other_words_in_five_languages():
    missed = [edit for edit in REWORDED_EDITS if not changed_facts(*edit)]
    assert len(missed) <= 0.1 * len(REWORDED_EDITS), missed


def test_other_words_alone_are_rarely_a_change():
    marked = [pair for pair in REWORDED if changed_facts(*pair)]
    assert len(marked) <= 0.1 * len(REWORDED), marked


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Der Markt schließt um 13 Uhr.", "Um 14 Uhr macht der Markt zu.", "13:00 -> 14:00"),
        ("Le colis vient de Lille.", "C'est de Nantes que vient le colis.", "Lille -> Nantes"),
        ("El tren sale en mayo.", "En junio sale el tren.", "May -> June"),
        ("Квиток коштує 50 гривень.", "За квиток платять 50 доларів.", "гривень -> доларів"),
        ("Nadia trains Oliver on the loom.", "Oliver trains Nadia on the loom.", "nadia -> oliver"),
        ("Members may come with a guest.", "Members may come with a guest except on Sunday.", '"except" was added'),
        ("Wages rose.", "Wages fell.", "rose -> fell"),
        ("The records go from Ulm to Bern.", "The records go from Bern to Ulm.", "ulm -> bern"),
        ("The test passed because of Ana.", "The test passed because of luck.", "Ana -> luck"),
    ],
)
def test_each_sort_of_change_has_words(before, after, words):
    assert words.lower() in [str(change).lower() for change in changed_facts(before, after)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The shelf is 6 feet long.", "The length of the shelf is 72 inches."),
        ("Das Rohr ist 1,8 Meter lang.", "180 Zentimeter misst das Rohr."),
        ("El depósito contiene 3 toneladas.", "En el depósito hay 3000 kilos."),
        ("Le magasin ferme à 14 heures.", "Le magasin ferme à 14 h."),
        ("Ремонт триває три тижні.", "Ремонт займе 21 день."),
        ("Feedback is optional.", "Nobody has to give feedback."),
        ("Dumps are kept for a month.", "Dumps are kept for 30 days."),
    ],
)
def test_another_unit_or_a_double_turn_is_no_change(one, other):
    assert changed_facts(one, other) == changed_facts(other, one) == []


def test_what_only_one_text_mentions_is_no_change():
    assert changed_facts("Keys are rotated every 90 days.", "Keys are rotated, since March 2025 by Vault.") == []
    assert changed_facts("Wait 5, 25 and 125 seconds.", "Wait exponentially longer, up to 125 s.") == []


def test_a_change_is_found_where_the_rest_is_said_differently():
    [change] = changed_facts("Sessions expire after 30 minutes of inactivity.", "Idle users are out in 60 minutes.")
    assert change == FactChange("30 minutes", "60 minutes")


def test_lists_of_other_things_are_no_change():
    before, after = (" ".join(f"{each} rows," for each in numbers) for numbers in (range(10, 20), range(30, 40)))
    assert changed_facts(f"Counts: {before}", f"Sums in another order: {after}") == []


@given(st.text(), st.text())
def test_any_text_can_be_compared_and_equals_itself(one, other):
    changed_facts(one, other)
    assert changed_facts(one, one) == []


@pytest.mark.parametrize("piece", ["a-", "a_", "1,000 ", "$ ", "1.2.", "https://", "Abc Def ", "n't", "one hundred "])
def test_a_huge_text_costs_no_more_than_a_long_one(piece):
    with costs_little():
        changed_facts(piece * 10_000, f"{piece * 9_999} but not 5 minutes")


def test_labelled_duplicates_are_rarely_marked(shared_data):
    file = shared_data / "pairs" / "authored.jsonl.gz"
    if not file.is_file():
        pytest.skip("the labelled pairs are not beside this checkout")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["label"]]
    marked = [
        row for row in rows if changed_facts(f"{row['title1']}. {row['text1']}", f"{row['title2']}. {row['text2']}")
    ]
    assert len(rows) == 30
    assert len(marked) <= 0.05 * len(rows), [row["id"] for row in marked]
