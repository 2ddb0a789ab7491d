"""The page with ten thousand proposals in the queue."""

import re

import pytest
from playwright.sync_api import expect
from tests.page.seeds import many_waiting, query, settled

WAITING = 10_000


@pytest.fixture(scope="module", autouse=True)
def filled(site):
    many_waiting(site, WAITING)


def asked_for(page, path):
    """The addresses below the path that the page asks for from now on."""
    found: list[str] = []
    page.on("request", lambda asked: found.append(asked.url) if path in asked.url else None)
    return found


def test_a_long_queue_opens_a_page_at_a_time_and_one_goes_through_it_by_keys(opened):
    page = opened("/ui/review?sort=created_at")
    settled(page)
    expect(page.locator(".count strong")).to_have_text(re.compile("10.000"))
    assert page.locator(".row").count() < 40  # only what can be seen is drawn
    first = page.locator(".screen").get_attribute("data-id")
    for _ in range(3):
        settled(page)
        page.keyboard.press("j")
    expect(page.locator(".screen")).not_to_have_attribute("data-id", first)
    settled(page)
    page.keyboard.press("r")
    expect(page.locator(".toasts")).to_contain_text("Rejected")


def test_what_an_address_names_opens_without_waiting_for_the_queue(site, opened):
    [last] = query(site, "SELECT id::text FROM proposals WHERE status = 'pending' ORDER BY created_at DESC LIMIT 1")
    page = opened("/ui/metrics")
    page.route("**/review/queue*", lambda _route: None)  # it never answers
    page.goto(f"/ui/review?sort=created_at&open={last.id}")
    settled(page)
    expect(page.locator(".screen")).to_have_attribute("data-id", last.id)


def test_the_whole_of_it_is_no_more_than_one_list_asked_for_once(opened):
    page = opened("/ui/metrics")
    lists = asked_for(page, "/review/queue")
    page.goto("/ui/review")
    settled(page)
    page.wait_for_load_state("networkidle")
    assert len(lists) == 1
