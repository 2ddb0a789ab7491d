"""Every page in a browser: the way in, that it is there, and that everybody can use it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.page.conftest import DESKTOP, PHONE
from tests.page.seeds import waiting
from tests.web.helpers import PASSWORD

from assay.kinds import Kind
from assay.web import pages

HEADINGS = {
    "review": "Review",
    "knowledge": "Knowledge",
    "auto-approval": "Auto-approval",
    "jobs": "Jobs",
    "metrics": "Metrics",
    "import": "Import",
    "settings": "Settings",
}
MAX_REVIEW_BYTES, MAX_BYTES = 160_000, 260_000
"""Of scripts, packed."""


@pytest.fixture(scope="module", autouse=True)
def filled(site):
    waiting(site, "The build runs on four cores", "The build runs on eight cores")
    waiting(site, "Build machines", kind=Kind.TOPIC)


def test_signing_in_and_out(opened):
    page = opened("/ui/review", who=None)
    page.get_by_label("Name").fill("bert")
    page.get_by_label("Password").fill("wrong horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="The build runs on four cores")).to_be_visible()
    page.goto("/ui/settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Assay")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", HEADINGS)
def test_a_page_is_usable_by_everybody(opened, name, scheme, viewport):
    page = opened(f"/ui/{name}", viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    expect(page.get_by_role("heading", name=HEADINGS[name], level=1)).to_be_attached()
    page.wait_for_load_state("networkidle")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= viewport["width"]


def test_the_scripts_are_small(site, opened):
    page = opened("/ui/review")
    page.wait_for_load_state("networkidle")
    sizes = (
        "() => performance.getEntriesByType('resource').filter(e => e.name.endsWith('.js')).map(e => e.encodedBodySize)"
    )
    assert 0 < sum(page.evaluate(sizes)) <= MAX_REVIEW_BYTES
    assert sum(each.stat().st_size for each in pages.BUILT.glob("assets/*.js.gz")) <= MAX_BYTES
