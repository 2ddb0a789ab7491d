"""What belongs together in a chat, and where a long talk may be cut."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ai.chats import START, chat, message

from assay.ai.conversations import BUSY, conversations, cut, strands
from assay.ai.extractor import Message


def texts(found) -> list[list[str]]:
    return [[each.text for each in part] for part in found]


def said(text: str, author: str, minute: float, **changes) -> Message:
    return replace(message(text, author=author, at=START + timedelta(minutes=minute)), id=uuid4(), **changes)


def test_half_an_hour_of_silence_ends_a_conversation():
    talk = [said("one", "ana", 0), said("two", "tom", 29), said("three", "ana", 60)]
    assert texts(conversations(talk)) == [["one", "two"], ["three"]]


def test_channels_and_sources_are_kept_apart():
    talk = [
        said("here", "ana", 0),
        said("there", "ana", 1, channel="ops"),
        said("elsewhere", "ana", 2, source="mail"),
        said("here too", "tom", 3),
    ]
    assert texts(conversations(talk)) == [["here", "here too"], ["there"], ["elsewhere"]]


def test_a_thread_is_one_conversation_with_the_message_that_began_it_however_slow_it_is():
    root = said("Why is the index slow?", "ana", 0)
    late = said("It lacks memory.", "tom", 600, thread=str(root.id))
    assert texts(conversations([root, said("Lunch?", "lee", 1), late])) == [[root.text, late.text], ["Lunch?"]]


def test_in_a_busy_channel_people_who_answer_each_other_are_one_conversation():
    backups = ["ana: how often do the backups of the ledger run?", "tom: ana: every six hours", "ana: tom: thanks"]
    offices = ["lee: who has the key of the small office?", "mia: lee: it hangs beside the door", "lee: mia: got it"]
    mixed = chat("\n".join(chain.from_iterable(zip(backups, offices, strict=True))), seconds_between=20)
    mixed = [
        replace(each, sent_at=each.sent_at + timedelta(minutes=6) * (place > 0)) for place, each in enumerate(mixed)
    ]
    assert texts(strands(mixed)) == [
        [line.split(": ", 1)[1] for line in backups],
        [line.split(": ", 1)[1] for line in offices],
    ]


def test_a_quiet_channel_is_not_taken_apart():
    quiet = chat("\n".join(f"a{n}: somebody else says line {n}" for n in range(BUSY)))
    assert len(conversations(quiet)) == 1


def test_a_long_talk_is_cut_where_the_subject_changes():
    ledger = [f"the ledger database needs more memory for its index {n}" for n in range(6)]
    office = [f"the office kitchen wants another coffee machine {n}" for n in range(4)]
    talk = chat("\n".join(f"ana: {line}" for line in (*ledger, *office)), seconds_between=30)
    assert texts(cut(talk, 8, 10_000)) == [ledger, office]


def test_a_message_that_is_longer_than_a_piece_comes_alone():
    talk = [said("x" * 50, "ana", 0), said("y", "tom", 1)]
    assert texts(cut(talk, 10, 20)) == [["x" * 50], ["y"]]


TALK = st.lists(
    st.tuples(
        st.integers(0, 4_000),
        st.sampled_from(["ana", "tom", "lee", "a", "@x|away"]),
        st.text("ab :@,#ß\u200b", max_size=12) | st.sampled_from(["ana: yes", "@tom no", "topic: beer"]),
        st.none() | st.sampled_from(["t1", "t2"]),
    ),
    max_size=80,
)


@given(TALK, st.integers(1, 9), st.integers(1, 40))
@pytest.mark.filterwarnings("ignore")
def test_every_message_is_in_one_conversation_and_in_one_piece_in_its_order(talk, most, characters):
    messages = [said(text, author, minute, thread=thread) for minute, author, text, thread in talk]
    parts = conversations(messages)
    assert sorted(each.id for part in parts for each in part) == sorted(each.id for each in messages)
    for part in parts:
        assert part == sorted(part, key=lambda each: each.place_in_time)
        pieces = list(cut(part, most, characters))
        assert list(chain.from_iterable(pieces)) == part
        assert all(1 <= len(piece) <= most for piece in pieces)
