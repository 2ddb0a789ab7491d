"""What may be the name of a topic that nobody looks at."""

import pytest

from assay.text.naming import is_name

PROPER = ["We moved to Kafka last year.", "Kafka keeps the orders for a week."]


@pytest.mark.parametrize("title", ["Release train", "Payment webhooks", "PostgreSQL", "SSO", "Friday deploys", "iOS"])
def test_several_words_and_what_is_written_as_a_name_are_names(title):
    assert is_name(title, [])


def test_one_word_is_a_name_where_people_write_it_with_a_capital():
    assert is_name("Kafka", PROPER)
    assert not is_name("Kafka", [*PROPER, "restart kafka first"])


@pytest.mark.parametrize("said", ["", "Deployment is on hold.", "Ok.\nDeployment: Tom", "a deployment failed"])
def test_a_common_noun_is_none_for_its_capital_at_the_start_of_a_sentence(said):
    assert not is_name("Deployment", [said])


@pytest.mark.parametrize(
    "title",
    [
        "Friday", "Fridays", "März", "Novembro", "Next week", "March 2026", "16 Mar", "Freitag", "Omap4", "v2", "1.2.3",
        "...", "",
    ],
)  # fmt: skip
def test_what_says_when_or_which_version_is_none(title):
    assert not is_name(title, [f"It is called {title} here."])


def test_a_long_text_is_read_in_one_pass():
    assert not is_name("Deployment", ["deployment " * 20_000])
