"""The index of the decision records is complete, and a record that no longer holds says so."""

import pytest
from tests.docs import decisions_page
from tests.docs.decisions_page import RECORDS

each_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)


@each_record
def test_a_record_has_the_number_of_its_file_and_a_status(record):
    number, _, _ = decisions_page.title_and_status(record)
    assert record.name.startswith(f"{number}-")


def test_no_number_is_given_twice():
    numbers = [record.name[:4] for record in RECORDS]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("number", ["0006", "0009", "0076"])
def test_what_a_later_record_changed_names_it(number):
    [record] = [record for record in RECORDS if record.name.startswith(number)]
    assert decisions_page.title_and_status(record)[2] != "accepted"
