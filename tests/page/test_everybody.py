"""Every page for everybody: large text, no motion, on paper, without single keys, with strange words."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.page.conftest import DESKTOP, PHONE
from tests.page.seeds import states, waiting

PAGES = ("review", "knowledge", "auto-approval", "jobs", "metrics", "import", "settings")
WALK = Path(__file__).parents[2] / "docs" / "howto" / "use-the-page-your-way.md"
ATTACK = "<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
CUT_OFF = """() => [...document.querySelectorAll("button, select, a.button")].filter(each => {
    const box = each.getBoundingClientRect();
    if (box.width === 0 || each.closest(".wide, nav, .skip") || each.matches(".skip, .row, .node")) return false;
    return box.right > innerWidth + 1 || box.left < -1 || each.scrollWidth > each.clientWidth + 1;
}).map(each => each.outerHTML.slice(0, 120))"""

BEHIND_AN_EDGE = """() => [...document.querySelectorAll("main, main .screen .page")].filter(each =>
    each.scrollHeight > each.clientHeight + 2).map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module", autouse=True)
def filled(site):
    waiting(site, "The build runs on four cores", f"Hostile {ATTACK}", channel=ATTACK[:60], author=ATTACK[:60])


def ready(page):
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Loading…")).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_text_of_twice_the_size_breaks_nothing(opened, name, viewport):
    page = opened(f"/ui/{name}", viewport=viewport)
    ready(page)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= viewport["width"]
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("name", PAGES)
def test_on_paper_all_of_a_page_is_there_and_nothing_to_press(opened, name):
    page = opened(f"/ui/{name}")
    ready(page)
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    assert page.evaluate(BEHIND_AN_EDGE) == []


def test_whoever_wants_no_motion_sees_none(opened):
    page = opened("/ui/review", reduced_motion="reduce")
    ready(page)
    page.keyboard.press("j")
    assert page.evaluate("() => document.getAnimations().length") == 0


def test_single_keys_can_be_switched_off_and_then_decide_nothing(site, opened):
    [one] = waiting(site, "Keys: the office opens at nine")
    page = opened("/ui/review?text=Keys")
    expect(page.locator(".page[data-settled]")).to_be_visible()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_label("Single keys act").uncheck()
    page.get_by_role("button", name="Close").last.click()
    for key in ("a", "r", "g", "k"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Keys: the office opens at nine")).to_be_visible()
    assert states(site, [one]) == ["pending"]
    page.keyboard.press("?")  # it is no letter, and leads back
    page.get_by_role("dialog").get_by_label("Single keys act").check()
    page.get_by_role("button", name="Close").last.click()
    page.keyboard.press("a")
    expect(page.locator(".toasts")).to_contain_text("Approved")


@pytest.mark.parametrize("name", PAGES)
def test_strange_words_are_words_on_every_page(opened, name):
    page = opened(f"/ui/{name}")
    ready(page)
    assert page.locator("main img, main script").count() == 0


def test_one_decision_with_a_screen_reader_is_as_it_is_written_down(site, opened):
    waiting(site, "The harbour opens at nine", "The harbour shuts at five")
    page = opened("/ui/review?text=harbour&sort=created_at")
    expect(page.locator(".page[data-settled]")).to_be_visible()
    expect(page.locator("body")).to_match_aria_snapshot(written_down())
    approve = page.get_by_role("toolbar", name="Decide").get_by_role("button", name="Approve")
    expect(approve).to_have_attribute("aria-keyshortcuts", "a")
    expect(page.get_by_role("list", name="Proposals").locator("[aria-current]")).to_have_count(1)
    page.keyboard.press("a")
    told = page.get_by_role("status").filter(has_text="The harbour opens at nine")
    expect(told).to_have_attribute("aria-live", "polite")
    expect(told.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.get_by_role("article", name="The harbour shuts at five")).to_be_visible()


def written_down():
    return WALK.read_text().partition("```yaml\n")[2].partition("```")[0]
