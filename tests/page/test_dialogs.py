"""Every dialog can be used by everybody, in both themes and widths. One page is enough for all of them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.page.conftest import DESKTOP, PHONE
from tests.page.seeds import narrowed, settled, waiting

LOOKS = [(scheme, viewport) for scheme in ("light", "dark") for viewport in (DESKTOP, PHONE)]
KEYS = {"reason": "R", "merge": "m", "edit": "e", "snooze": "s", "note": "n", "assign": "w", "keys": "?"}


@pytest.fixture(scope="module")
def reviewing(site, chromium):
    waiting(site, "Dialogs: the pool holds ten connections", "Dialogs: the pool holds twelve connections")


def unusable(page):
    """What axe finds in the open dialog, in every look, and where it sticks out."""
    found: list[tuple[str, str, object]] = []
    for scheme, viewport in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(viewport)
        violations = Axe().run(page, context="dialog").response["violations"]
        found += [(scheme, each["id"], [node["html"][:200] for node in each["nodes"]]) for each in violations]
        if page.evaluate("() => document.documentElement.scrollWidth") > viewport["width"]:
            found.append((scheme, "sticks out", viewport))
    return found


def test_each_dialog_of_review_is_usable_by_everybody(reviewing, opened):
    page = opened(narrowed("Dialogs"))
    for key in KEYS.values():
        settled(page)
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert (key, unusable(page)) == (key, [])
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.set_viewport_size(DESKTOP)
    page.keyboard.press("*")
    page.get_by_role("button", name="Reject").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert unusable(page) == []


def test_each_dialog_of_settings_is_usable_by_everybody(reviewing, opened):
    page = opened("/ui/settings")
    for name in ("Owner and connection", "New password"):
        page.get_by_role("button", name=name).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert (name, unusable(page)) == (name, [])
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
