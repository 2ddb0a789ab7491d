"""What is known as a folder for Obsidian and as linked data."""

import json
import re
from uuid import UUID

import pytest
from tests.builders import draft, propose, rows, with_evidence
from tests.export.world import LINK, lived_in

from assay.audit.actor import SYSTEM
from assay.export import jsonld, markdown
from assay.export.markdown import Names
from assay.kinds import Kind
from assay.proposals import actions

pytestmark = pytest.mark.anyio


async def folder(database):
    return {each.name: each.text async for each in markdown.files(database)}


async def known(database, *drafts):
    ids = await propose(database, await with_evidence(database, *drafts))
    async with database.transaction() as session:
        assert all(each.done for each in await actions.approve(session, ids, actor=SYSTEM))
    return ids


async def test_a_topic_is_a_file_with_its_atoms_and_their_quotes(database):
    await lived_in(database)
    found = await folder(database)
    assert list(found) == ["Backups.md"]
    text = found["Backups.md"]
    front = dict(line.split(": ", 1) for line in text.split("---\n")[1].splitlines())
    assert json.loads(front["aliases"]) == ["Backups"]
    assert "\n## Backups are kept for 35 days\n" in text
    assert re.search(r"\n> we keep Backups are kept.*\n>\n> — tom in .*, 2026-03-02 09:00", text)
    assert f"([message](<{LINK}>))" in text
    assert "five weeks" in text  # the quote of what was merged into it


async def test_links_between_atoms_are_wiki_links_that_lead_somewhere(database):
    first, second = await known(
        database,
        draft(title="We use [Postgres] #16", topic_name="Storage"),
        draft(title="Queries are slow"),
    )
    await rows(
        database,
        "INSERT INTO atom_links (from_id, to_id, link_type, strength) VALUES (:a, :b, 'solves', 1) RETURNING strength",
        a=second, b=first,
    )  # fmt: skip
    found = await folder(database)
    [(name, heading)] = re.findall(r"solves: \[\[([^#]+)#([^|]+)\|", "".join(found.values()))
    assert f"\n## {heading}\n" in found[f"{name}.md"]


async def test_words_of_a_message_are_no_markup_of_the_file(database):
    await known(database, draft(Kind.TOPIC, "Odd", body="# No heading\n---\n> no quote\n- no list"))
    [text] = (await folder(database)).values()
    assert "\\# No heading\n\\---\n\\> no quote\n\\- no list" in text


HARMFUL = [
    "<script>",
    "<!--",
    "<%",
    "![x](http",
    "![[x",
    "[[x",
    "%%",
    "`$=",
    "`=",
    "\n```dataviewjs",
    "\r---",
    "\u2028",
]


@pytest.mark.parametrize("harmful", HARMFUL)
async def test_words_of_a_message_are_neither_run_nor_loaded_nor_hide_what_follows(database, harmful):
    words = f"{harmful} ](//there) a]]"
    await known(database, draft(Kind.TOPIC, f"Odd {words}", body=f"First.\n{words}"))
    await rows(
        database,
        "UPDATE messages SET author = :words, channel = :words, permalink = 'http://a>b<' || :words RETURNING id",
        words=words,
    )
    await rows(database, "UPDATE evidence SET quote = :words RETURNING id", words=f"Said.\n{words}")
    [text] = (await folder(database)).values()
    shown = text.split("---\n", 2)[2].replace("\\" + harmful[0], "")
    assert harmful not in shown
    assert "\r" not in shown


def test_nobody_gives_a_topic_the_file_of_another():
    names = Names()
    given = [
        names.of(each, UUID(int=7))
        for each in ("Plan 00000007", "Plan", "plan:", "Pl\N{FULLWIDTH LATIN SMALL LETTER A}n", "con.x")
    ]
    assert len({each.casefold() for each in given}) == 5
    assert given[-1] == "con x 00000007"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc passwd"),
        ("a/b: c?", "a b c"),
        ("CON", "CON 00000001"),
        ("...", "00000001"),
        ("ü" * 100, "ü" * 60),
        ("Plans [2026] #1 ^x", "Plans 2026 1 x"),
    ],
)
def test_names_are_fit_for_every_system(title, name):
    assert Names().of(title, UUID(int=1)) == name


def test_names_differ_where_case_does_not_count():
    names = Names()
    assert [names.of(each, UUID(int=n)) for n, each in enumerate(["Plan", "PLAN"])] == ["Plan", "PLAN 00000001"]


async def test_linked_data_names_claims_and_the_quotations_behind_them(database):
    await lived_in(database)
    document = json.loads(b"".join([piece async for piece in jsonld.pieces(database)]))
    kinds = [each["@type"] for each in document["@graph"]]
    assert kinds == ["DefinedTerm", "Claim"]
    topic, claim = document["@graph"]
    assert topic["subjectOf"] == [{"@id": claim["@id"]}]
    assert claim["citation"][0]["creator"] == {"@type": "Person", "name": "tom"}
    assert claim["citation"][0]["url"] == LINK


async def test_nothing_known_is_an_empty_folder_and_an_empty_graph(database):
    assert await folder(database) == {}
    assert json.loads(b"".join([piece async for piece in jsonld.pieces(database)]))["@graph"] == []
