"""An Assay that is empty leads through three steps, each of which can be skipped."""

from pathlib import Path

from playwright.sync_api import expect
from tests.page.conftest import PHONE
from tests.page.seeds import query, waiting

EXPORTS = Path(__file__).parents[1] / "data" / "exports"


def steps(page):
    return page.get_by_role("region", name="First steps")


def current(page):
    return steps(page).locator("[aria-current=step]")


def emptied(site):
    query(site, "DELETE FROM policy_versions")
    query(site, "TRUNCATE messages, proposals, proposal_tallies, entities, sources CASCADE")


def test_each_step_can_be_skipped_and_what_was_skipped_stays_away(site, opened):
    emptied(site)
    page = opened("/ui/review")
    for name in ("Bring a chat", "Look at the first 10 proposals", "Set the line"):
        expect(current(page)).to_contain_text(name)
        steps(page).get_by_role("button", name="Skip this").click()
    expect(steps(page)).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Review", level=1)).to_be_attached()
    page.wait_for_load_state("networkidle")
    expect(steps(page)).to_have_count(0)


def test_from_nothing_to_the_line(site, opened):
    emptied(site)
    page = opened("/ui/review")
    steps(page).get_by_role("link", name="Import a file").click()
    page.get_by_label("Drop a file here, or choose one").set_input_files(EXPORTS / "json_list.json")
    page.get_by_role("button", name="Import 2 messages").click()
    expect(current(page)).to_contain_text("Look at the first 10 proposals")
    waiting(site, "We ship on Fridays")
    steps(page).get_by_role("link", name="Review").click()
    expect(page.locator(".page[data-settled]")).to_be_visible()
    page.keyboard.press("a")
    expect(current(page)).to_contain_text("Set the line")
    steps(page).get_by_role("link", name="Set the line").click()
    expect(page.get_by_role("heading", name="Auto-approval", level=1)).to_be_visible()
    version = page.request.put(
        "/api/v1/policy", data={"document": {"auto_approval_threshold": 0.9}}, headers={"Origin": site.address}
    )
    assert version.ok
    expect(steps(page)).to_have_count(0)


def test_who_may_only_read_is_led_nowhere(site, opened):
    emptied(site)
    page = opened("/ui/review", who="vera")
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(steps(page)).to_have_count(0)


def test_on_a_phone_only_the_step_that_is_next_is_shown(site, opened):
    emptied(site)
    page = opened("/ui/import", viewport=PHONE)
    expect(current(page)).to_be_visible()
    expect(steps(page).get_by_text("Set the line", exact=True)).to_be_hidden()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_assay_that_is_in_use_leads_nobody(site, opened):
    waiting(site, "We ship on Mondays")
    page = opened("/ui/review")
    expect(page.locator(".page[data-settled]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(steps(page)).to_have_count(0)
