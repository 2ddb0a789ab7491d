"""What an operator sees of the check of the records."""

import psycopg
import pytest


@pytest.fixture
def miscounted(demo_url):
    """The demo, with counters that somebody changed."""
    with psycopg.connect(demo_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE proposal_tallies SET proposals = proposals + 2 WHERE id = (SELECT min(id) FROM proposal_tallies)"
        )


def test_the_records_of_the_demo_are_sound(assay):
    answer = assay("fsck")
    assert (answer.code, "invariants hold" in answer.out) == (0, True), answer.out


def test_what_does_not_hold_is_named_and_ends_with_1(assay, miscounted):
    answer = assay("fsck")
    assert answer.code == 1
    assert "counters: 1 against “The counters of the metrics add up to the proposals.”" in answer.out
    assert "assay fsck --repair" in answer.out


def test_a_repair_mends_it_and_says_what_it_wrote(assay, miscounted):
    assert "Repaired counters: 1 written." in assay("fsck", "--repair").out
    document = assay("fsck", "--json").document
    assert (document["repaired"], [each for each in document["checked"] if each["broken"]]) == ({}, [])
