"""One person has one voice, however the name is spelled."""

import pytest

from assay.text.authors import author_key

TOM = [
    "tom", "Tom", "tom_", "`tom`", "t0m", "т0м", "Τοм", "tom\u200b", "t\u00adom", "töm", "ｔｏｍ",
    "𝐭𝐨𝐦", "ᴛᴏᴍ", "@tom", "tom@example.com", "Tom <tom@example.com>", "tom+chat@example.com",
    "@tom:example.org", "tom|away", "tom_away", "tom-afk-2", "tom (on the train)", "tom[m]",
    "[tom]", "tom2", "tom3", "tom²", "tom-2", "tom#1234", " tom ", "t.o.m", "torn", "\u202etom",
]  # fmt: skip


@pytest.mark.parametrize("name", TOM)
def test_every_spelling_of_a_name_is_one_person(name):
    assert author_key(name) == "tom"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tim", "t1m"),
        ("tim", "tlm"),
        ("tom smith", "TomSmith"),
        ("tom.smith", "tom_smith"),
        ("Tom-Smith2", "tom.smith@example.com"),
        ("José", "jose"),
        ("Ivan", "lvan"),
        ("ıvan", "1van"),
        ("petra", "реtrа"),
        ("steve", "5t3ve"),
        ("王伟", " 王伟"),
    ],
)
def test_two_spellings_are_one_person(one, other):
    assert author_key(one) == author_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tom", "tim"),
        ("anna", "hanna"),
        ("ben", "bea"),
        ("tom", "tomas"),
        ("王伟", "王芳"),
        ("123", "124"),
        ("a1", "a2"),
    ],
)
def test_different_people_stay_different(one, other):
    assert author_key(one) != author_key(other)


@pytest.mark.parametrize("name", [" ", "\u200b", "👍", "___", ":)", "2", "@", "@@", "|away", "<@>", "(x)", "\ud800"])
def test_no_name_is_without_a_key(name):
    assert author_key(name)


def test_a_name_without_end_is_read_in_no_time():
    assert all(author_key(part * 50_000) for part in ("[", "a@", " ", "_away"))
