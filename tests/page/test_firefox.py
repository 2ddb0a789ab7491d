"""Every page in Firefox too, once: it is there, fits, and complains of nothing; and a key decides."""

import json

import pytest
from tests.page.firefox import FIREFOX, started
from tests.page.seeds import states, waiting
from tests.page.test_pages import HEADINGS
from tests.patience import PATIENCE
from tests.web.helpers import PASSWORD

from assay.runtime.process import wait_for

pytestmark = pytest.mark.skipif(
    FIREFOX is None, reason="There is no Firefox on this machine: install it, or name it in ASSAY_FIREFOX."
)


@pytest.fixture(scope="module")
def firefox(site, tmp_path_factory):
    with started(tmp_path_factory.mktemp("firefox")) as browser:
        browser.open(f"{site.address}/ui/review")
        browser.await_that("!!document.querySelector('.signin form')")
        fields = {"name": "ana", "password": PASSWORD}
        for name, value in fields.items():
            browser.evaluate(f"document.querySelector('[name={name}]').value = {json.dumps(value)}")
        browser.evaluate("document.querySelector('.signin form').requestSubmit()")
        browser.await_that("!!document.querySelector('.shell')")
        browser.complaints.clear()  # that nobody was signed in is an answer of 401
        yield browser


@pytest.mark.parametrize("name", HEADINGS)
def test_a_page_is_there_and_complains_of_nothing(firefox, site, name):
    firefox.open(f"{site.address}/ui/{name}")
    firefox.await_that(f"document.querySelector('h1')?.textContent === {json.dumps(HEADINGS[name])}")
    firefox.await_that("![...document.querySelectorAll('.wait')].length")
    assert firefox.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert firefox.complaints == []


def test_a_key_decides(firefox, site):
    [one] = waiting(site, "Firefox: the build takes nine minutes")
    firefox.open(f"{site.address}/ui/review?text=Firefox")
    firefox.await_that("!!document.querySelector('.page[data-settled]')")
    firefox.press("a")
    assert wait_for(lambda: states(site, [one]) == ["approved"], PATIENCE)
    assert firefox.complaints == []
