"""Whether a claim says what its evidence says."""

from itertools import pairwise

import pytest
from tests.cpu_cost import calls_of, costs_little

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


def test_who_is_spoken_to_is_no_part_of_what_is_said():
    assert missing("Retries stop after 3 attempts.", "@yuki @bo: yes, retries stop after three attempts.") == []
    assert missing("Yuki moves the docs to the wiki.", "@dana moves the docs to the wiki.") == ["its own words: yuki"]


@pytest.mark.parametrize(
    ("said", "left_out"),
    [
        ("tom: retries stop after three attempts", []),
        ("Tom: retries stop after three attempts", []),
        ("uploads: retries stop after three attempts", ["left out: uploads"]),
        ("tom, retries stop after three attempts", ["left out: tom"]),
        ("Friday: retries stop after three attempts", ["“Friday” was left out", "left out: friday"]),
    ],
)
def test_one_of_the_people_is_spoken_to_with_a_colon_and_whatever_else_stands_there_is_said(said, left_out):
    ground = Ground.heard(said, said.index("retries"), len(said), ["Tom Rae", "friday", "ana"])
    assert unsupported("Retries stop after 3 attempts.", "", [ground]) == left_out


def test_the_marks_of_a_meeting_are_no_part_of_what_is_said():
    assert missing("Action: oskar to move the backup", "[ACTION] oskar to move the backup") == []


def test_the_words_that_differ_are_named():
    assert missing("The backup runs at 04:00.", "The backup runs at 02:30.") == [
        "“04:00” stands in no quote",
        "“02:30” was left out",
    ]


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("Deploys are not made on Fridays.", "Decision: no deploys on Fridays."),
        ("Only the owner gets the key.", "Decision: the key is given only to the owner."),
        ("A crew works at most two nights in a row.", "Decision: no crew works more than two nights in a row."),
        ("Guests may bring no more than five kids.", "Decision: guests may bring at most 5 children."),
        ("The gate opens at 10:00.", "Decision: the gate opens at 10 a.m."),
        ("The fee is 5,000 euros.", "Decision: the fee is 5k euros."),
        ("A dozen eggs are kept in the fridge.", "Decision: 12 eggs are stored in the fridge."),
        (
            "The map room may be unlocked only by the librarian.",
            "Decision: only the librarian may unlock the map room.",
        ),
        ("Letters are signed by the editor.", "Decision: the editor signs the letters."),
        ("Bookings are not accepted before 3 May.", "Decision: bookings are accepted only from 3 May on."),
    ],
)
def test_the_same_said_otherwise_is_borne_out(claim, said):
    assert missing(claim, said) == []


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (
            "The backups run by night and the reports by day.",
            "Decision: the backups run by day and the reports by night.",
        ),
        ("All prints are lent to Gent.", "Decision: the print is lent to Gent."),
        ("The kiln prints are lent to Gent.", "Decision: the office prints are lent to Gent."),
        ("Wills are stored in the vault.", "Decision: original wills are stored in the Bristol vault."),
        ("Members must row on Sundays.", "Decision: members may row on Sundays."),
        ("Only engineers deploy on Fridays.", "Decision: engineers deploy only on Fridays."),
        ("Not all keys are rotated.", "Decision: no keys are rotated."),
        ("Members need not wear helmets.", "Decision: members must not wear helmets."),
        ("The key is worth €5.", "Decision: the key is worth $5."),
        ("Wills are stored in the vault and destroyed in May.", "Decision: wills are stored in the vault."),
        ("At least two adults go along.", "Decision: more than two adults go along."),
    ],
)
def test_what_only_sounds_like_it_is_not(claim, said):
    assert missing(claim, said)


def test_an_answer_may_take_its_subject_from_the_question():
    asked, answered = "@tom which port does the label printer listen on?", "it listens on port 9100"
    assert missing("The label printer listens on port 9100.", asked, answered) == []
    assert missing("The label printer listens on port 9100.", asked)


def sentences(number: int, verb: str) -> str:
    """As many, each about something else."""
    said = "Machine {} of hall {} is {} by at least {} people before Friday, unless its lamp is red. "
    return "".join(said.format(f"m{each}", each + 2, verb, each + 3) for each in range(number))


@pytest.mark.parametrize("grows", ["evidence", "claim", "both"])
def test_twice_the_text_costs_no_more_than_twice_the_work(grows):
    def cost(number: int) -> int:
        claim = sentences(3 if grows == "evidence" else number, f"checked{number}")
        said = sentences(3 if grows == "claim" else number, f"watched{number}")
        return calls_of(lambda: missing(claim, said))

    cost(1)  # reads the lexicon
    costs = [cost(number) for number in (4, 8, 16, 32)]
    assert all(twice < 2.5 * once for once, twice in pairwise(costs)), costs


def test_a_long_text_costs_little():
    sentence = "No invoice above 5,000 € is paid before two people have signed it, unless the board says so. "
    with costs_little():
        for _ in range(3):
            missing(sentence * 40, sentence * 40 + "The end.")
            missing(sentence.replace(". ", ", ") * 40, sentence.replace(". ", "; ") * 40)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("flash photography in room 4", "Decision: no flash photography in room 4."),
        ("Trade fair hotels go only on cost centre 430", "Trade fair hotels go on cost centre 430."),
    ],
)
def test_a_claim_of_few_small_words_is_read_in_every_language_it_may_be_in(claim, evidence):
    assert unsupported(claim, claim, [Ground(evidence, 0, len(evidence))]) != []
