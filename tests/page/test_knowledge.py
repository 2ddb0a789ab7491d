"""Reading what is known in a browser: how it hangs together, what was said around it, what it said before."""

from uuid import UUID

import pytest
from playwright.sync_api import expect
from tests.page.seeds import query, waiting

from assay.audit.actor import SYSTEM
from assay.db.bulk import insert_rows
from assay.db.models import AtomLink, TopicAtom
from assay.kinds import Kind, LinkType
from assay.proposals import actions

ATTACK = "<img src=x onerror=alert(1)>"


def known(site, *titles, kind=Kind.ATOM):
    ids = waiting(site, *titles, kind=kind)

    async def approve():
        async with site.database.transaction() as session:
            await actions.approve(session, [UUID(each) for each in ids], actor=SYSTEM)

    site.run(approve())
    return ids


def linked(site, model, **row):
    async def insert():
        async with site.database.transaction() as session:
            await insert_rows(session, model, [row])

    site.run(insert())


@pytest.fixture(scope="module")
def knowledge(site):
    """Three atoms in a row, the last against the second, under a topic."""
    first, second, third = known(site, "Ports stay open", "Ports are shut at night", f"Doors stay open {ATTACK}")
    [topic] = known(site, "Harbour", kind=Kind.TOPIC)
    linked(site, AtomLink, from_id=first, to_id=second, link_type=LinkType.SUPPORTS, strength=0.9)
    linked(site, AtomLink, from_id=third, to_id=second, link_type=LinkType.CONTRADICTS, strength=0.9)
    linked(site, TopicAtom, topic_id=topic, atom_id=first)
    return first, second, third, topic


def test_the_graph_is_walked_by_keyboard_and_read_as_a_table(opened, knowledge):
    page = opened(f"/ui/knowledge?open={knowledge[0]}")
    drawing = page.locator(".drawing")
    expect(drawing.get_by_role("button")).to_have_count(4)
    table = page.get_by_role("table", name="Links within two steps")
    expect(table.get_by_role("row", name="Ports stay open supports Ports are shut at night")).to_be_attached()
    drawing.get_by_role("button", name="Harbour").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Harbour", level=2)).to_be_visible()


def test_what_contradicts_what_is_listed_and_said_of_each(opened, knowledge):
    page = opened("/ui/knowledge")
    against = page.get_by_role("region", name="Contradictions")
    expect(against).to_contain_text(f"Doors stay open {ATTACK}contradictsPorts are shut at night")
    against.get_by_role("button", name="Ports are shut at night").click()
    expect(page.get_by_text("is contradicted by", exact=True)).to_be_visible()
    assert page.locator("main img").count() == 0


def test_messages_are_found_by_their_words_and_read_with_what_was_said_around(opened, site, knowledge):
    [said] = query(site, "SELECT id, text FROM messages ORDER BY sent_at, id LIMIT 1")
    page = opened("/ui/knowledge?kind=message")
    page.get_by_label("Search").fill(said.text.split()[0])
    page.keyboard.press("Enter")
    page.locator(".side .row").first.click()
    expect(page.locator(".conversation [aria-current] blockquote")).to_be_visible()
    expect(page.locator(".side mark").first).to_be_visible()


def test_from_a_quote_one_comes_to_what_was_said_around_it(opened, knowledge):
    page = opened(f"/ui/knowledge?open={knowledge[0]}")
    page.get_by_role("button", name="What was said around it").first.click()
    expect(page.locator(".conversation [aria-current]")).to_be_visible()


def test_it_is_copied_as_markdown(opened, knowledge):
    page = opened(f"/ui/knowledge?open={knowledge[2]}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("## Doors stay open \\<img")
    assert "\n> " in copied


def test_an_earlier_revision_is_brought_back(site, opened):
    older, newer = known(site, "The gate opens at six", "The gate opens at seven sharp")
    page = opened(f"/ui/knowledge?open={older}")
    merged = page.request.post(
        f"/api/v1/knowledge/atoms/{newer}/merge",
        data={"into": older, "fields": {"title": "take"}},
        headers={"Origin": site.address},
    )
    assert merged.ok, merged.text()
    page.reload()
    page.get_by_text("2 revisions").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="The gate opens at six", level=2)).to_be_visible()
    [found] = query(site, "SELECT title, revision FROM entities WHERE id::text = :id", id=older)
    assert (found.title, found.revision) == ("The gate opens at six", 3)
