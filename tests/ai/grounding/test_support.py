"""Whether a claim says what its evidence says."""

import pytest

from assay.ai.grounding.support import Ground, unsupported

NO_DEPLOYS = "Decision: no deploys to production on Fridays from now on."
BACKUP = "The backup runs at 02:30 and keeps at most 14 copies, unless the disk is full."
LATHE = "Decided: nobody uses the big lathe without a second person in the room."


def missing(claim: str, *messages: str) -> list[str]:
    return unsupported(claim, "", [Ground(text, 0, len(text)) for text in messages])


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("No deploys to production on Fridays from now on.", NO_DEPLOYS),
        ("From now on there are no deploys to production on Fridays.", NO_DEPLOYS),
        ("The backup runs at 02:30 and keeps no more than 14 copies, unless the disk is full.", BACKUP),
        ("The big lathe is used only with a second person in the room.", LATHE),
        ("Retries stop after 3 attempts.", "Agreed: retries stop after three attempts."),
        ("Keine Nachtschichten vor 22 Uhr.", "Beschlossen: keine Nachtschichten vor 22 Uhr."),
    ],
)
def test_its_own_words_and_a_mild_paraphrase_are_borne_out(claim, said):
    assert missing(claim, said) == []


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("Deploys to production on Fridays from now on.", NO_DEPLOYS),
        ("The backup runs at 04:00 and keeps at most 14 copies, unless the disk is full.", BACKUP),
        ("The backup runs at 02:30 and keeps at least 14 copies, unless the disk is full.", BACKUP),
        ("The backup runs at 02:30 and keeps at most 14 copies.", BACKUP),
        ("The big lathe is used without a second person in the room.", LATHE),
        ("Nobody uses the big lathe.", LATHE),
        ("The backup runs at 02:30 because the tapes arrive at noon.", "The backup runs at 02:30."),
        ("The backup is encrypted with a key in the vault.", BACKUP),
        ("Nachtschichten vor 22 Uhr.", "Beschlossen: keine Nachtschichten vor 22 Uhr."),
    ],
)
def test_what_adds_loses_or_turns_round_is_not(claim, said):
    assert missing(claim, said)


def test_true_quotes_beside_the_point_prove_nothing():
    quotes = ["We meet at nine.", "The printer is fixed.", "Lunch was good.", "See you on Monday."]
    assert missing("Passwords are stored in plain text.", *quotes)


def test_a_limit_in_the_next_sentence_belongs_to_the_statement():
    said = "Decision: all invoices are paid within 14 days. Except those above 5,000 €."
    assert missing("All invoices are paid within 14 days.", said)


def test_words_that_others_wrote_into_a_message_do_not_count():
    said = "> should we allow phones on the ward?\nDecision: phones are not allowed on the ward."
    assert missing("Phones are allowed on the ward.", said)


def test_the_label_of_a_quote_is_no_part_of_a_claim():
    assert missing("Question: Where are the keys kept?\nAnswer: The keys are kept in the vault.",
                   "Where are the keys kept?", "The keys are kept in the vault.") == []  # fmt: skip


def test_the_words_that_differ_are_named():
    assert missing("The backup runs at 04:00.", "The backup runs at 02:30.") == [
        "“04:00” stands in no quote",
        "“02:30” was left out",
    ]
