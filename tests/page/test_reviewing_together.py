"""Reviewing in a browser what others review too: who does what, and what is decided as one."""

import re

from playwright.sync_api import expect
from tests.page.seeds import all_are, like, narrowed, query, settled, states, waiting
from tests.patience import PATIENCE

from assay.runtime.process import wait_for


def test_repeats_are_one_item_and_decided_and_taken_back_together(site, opened):
    ids = waiting(site, *(f"Grouped: the build takes {n} minutes" for n in ("nine", "9", "about nine")))
    like(site, ids[0], *ids[1:])
    page = opened(f"{narrowed('Grouped')}&grouped=true")
    settled(page)
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row").first).to_contain_text("2 repeats")
    expect(page.get_by_role("heading", name="2 proposals say the same as this")).to_be_visible()
    page.keyboard.press("M")
    page.get_by_role("button", name=re.compile("merge 2 repeats")).click()
    all_are(site, ids, ["approved", "merged", "merged"])
    page.keyboard.press("z")
    all_are(site, ids, ["pending"] * 3)


def test_what_is_not_the_same_is_remembered_and_the_item_stays(site, opened):
    ids = waiting(site, "Apart: the cache holds ten entries", "Apart: the cache holds ten files")
    like(site, *ids)
    page = opened(f"{narrowed('Apart')}&open={ids[1]}")
    settled(page)
    page.keyboard.press("d")
    expect(page.locator(".toasts")).to_contain_text("Remembered: not the same.")
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[1])
    found = query(site, "SELECT count(*) FROM audit_log WHERE subject_id::text = :id AND action LIKE :act", id=ids[1],
                  act="%not_duplicate")  # fmt: skip
    assert found[0].count == 1
    page.get_by_role("button", name="Undo").click()
    assert wait_for(lambda: query(site, "SELECT count(*) FROM pair_verdicts")[0].count == 0, PATIENCE)
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[1])


def test_somebody_is_asked_to_decide_and_finds_it_in_a_view_of_their_own(site, opened):
    ids = waiting(site, "Assigned: who is on call", "Assigned: who is on holiday")
    page = opened(narrowed("Assigned"))
    settled(page)
    page.keyboard.press("w")
    page.get_by_role("dialog").get_by_role("combobox").select_option("bert")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toasts")).to_contain_text("Given to bert.")
    expect(page.locator(".screen")).to_contain_text("bert is to decide on it.")
    theirs = opened("/ui/review", who="bert")
    settled(theirs)
    theirs.get_by_label("View", exact=True).select_option("Mine to decide")
    expect(theirs.locator(".screen")).to_have_attribute("data-id", ids[0])
    expect(theirs.locator(".row")).to_have_count(1)
    settled(theirs)
    theirs.keyboard.press("a")
    all_are(site, ids, ["approved", "pending"])


def test_the_next_for_me_is_what_nobody_else_reads(site, opened):
    ids = waiting(site, *(f"Claimed: the port is 80{n}" for n in range(3)))
    query(site, "INSERT INTO review_claims (proposal_id, user_id, expires_at) SELECT CAST(:id AS uuid), id,"
          " now() + interval '5 minutes' FROM users WHERE name = 'bert'", id=ids[1])  # fmt: skip
    page = opened(narrowed("Claimed"))
    settled(page)
    expect(page.locator(".row").nth(1)).to_contain_text("bert reads it")
    page.keyboard.press("N")
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[2])


def test_what_changed_since_one_looked_is_told_with_the_difference(site, opened):
    [one] = waiting(site, "Changed: the limit is twenty requests a second")
    mine = opened(narrowed("Changed"))
    with mine.expect_response("**/seen"):
        settled(mine)
    theirs = opened(narrowed("Changed"), who="bert")
    settled(theirs)
    theirs.keyboard.press("e")
    theirs.get_by_label("Title").fill("Changed: the limit is thirty requests a second")
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator(".screen")).to_contain_text("It changed since you opened it.")
    mine.keyboard.press("a")
    expect(mine.locator(".toasts")).to_contain_text("It is back")
    assert states(site, [one]) == ["pending"]
    mine.reload()
    changes = mine.get_by_label("Changed since you looked")
    expect(changes).to_contain_text("edited by bert")
    expect(changes.locator("ins").first).to_have_text("thirty")
    settled(mine)
    mine.keyboard.press("a")
    all_are(site, [one], ["approved"])


def test_one_walks_back_through_what_one_decided(site, opened):
    ids = waiting(site, *(f"Walked {n}" for n in ("one", "two", "three")))
    page = opened(narrowed("Walked"))
    for each in ids[:2]:
        expect(page.locator(".screen")).to_have_attribute("data-id", each)
        settled(page)
        page.keyboard.press("r")
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[2])
    page.keyboard.press(".")  # a new list has none of them
    for each in ids[1::-1]:
        page.keyboard.press("b")
        expect(page.locator(".screen")).to_have_attribute("data-id", each)
    page.locator(".mark-note").get_by_role("button", name="Undo").click()
    all_are(site, ids, ["pending", "rejected", "pending"])


def test_what_is_put_off_leaves_comes_back_and_has_a_view(site, opened):
    ids = waiting(site, "Snoozed: the lease ends in May", "Snoozed: the lease ends in June")
    page = opened(narrowed("Snoozed"))
    settled(page)
    page.keyboard.press("s")
    page.get_by_role("button", name="In a week").click()
    expect(page.locator(".row").first).to_contain_text("put off")
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[1])
    page.get_by_label("View", exact=True).select_option("Put off")
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[0])
    page.keyboard.press("z")
    snoozed = "SELECT count(*) FROM proposals WHERE id::text = ANY(:ids) AND snoozed_until IS NOT NULL"
    assert wait_for(lambda: query(site, snoozed, ids=ids)[0].count == 0, PATIENCE)


def test_a_view_is_saved_under_a_name_chosen_and_deleted(site, opened):
    ids = waiting(site, "Viewpoint: tea", "Viewpoint: coffee")
    page = opened("/ui/review?text=Viewpoint&sort=-created_at")
    settled(page)
    page.get_by_text("Order and filter").click()
    page.get_by_role("button", name="Save view…").click()
    page.get_by_label("Name").fill("Drinks")
    page.keyboard.press("Control+Enter")
    views = page.get_by_label("View", exact=True)
    expect(views.locator("option:checked")).to_have_text("Drinks")
    views.select_option("All that wait")
    expect(page).not_to_have_url(re.compile("Viewpoint"))
    views.select_option("Drinks")
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[1])
    page.get_by_role("button", name="Delete view").click()
    expect(views.locator("option", has_text="Drinks")).to_have_count(0)


def test_many_are_merged_assigned_and_put_off_with_a_preview(site, opened):
    ids = waiting(site, *(f"Many {n}" for n in ("one", "two")))
    page = opened(narrowed("Many"))
    settled(page)
    page.keyboard.press("J")
    page.keyboard.press("x")
    chosen = page.get_by_role("group", name="Selected")
    chosen.get_by_role("button", name="Merge…").click()
    expect(page.get_by_role("dialog")).to_contain_text("It is like nothing that is known.")
    page.get_by_role("button", name="Cancel").click()
    chosen.get_by_role("button", name="Put off…").click()
    page.get_by_role("button", name="Put off 2 selected").click()
    off = "SELECT count(*) FROM proposals WHERE id::text = ANY(:ids) AND snoozed_until > now()"
    expect(page.locator(".toasts")).to_contain_text("2 put off.")
    assert query(site, off, ids=ids)[0].count == 2
    page.keyboard.press("z")
    expect(page.locator(".row")).to_have_count(2)
    assert query(site, off, ids=ids)[0].count == 0


def test_back_in_the_browser_leads_to_the_filter_before_with_nothing_selected(site, opened):
    waiting(site, "Backwards: left", "Backwards: right")
    page = opened(narrowed("Backwards"))
    settled(page)
    page.get_by_role("button", name="Topics").click()
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    page.go_back()
    expect(page.locator(".row")).to_have_count(2)
    page.keyboard.press("*")
    expect(page.get_by_role("group", name="Selected")).to_contain_text("All 2 that fit")
    page.go_forward()
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    expect(page.get_by_role("group", name="Selected")).to_have_count(0)


STOPPED = """INSERT INTO bulk_decisions (id, user_id, action, arguments, proposal_ids)
    SELECT gen_random_uuid(), id, 'reject', jsonb_build_object('action', 'reject'), CAST(:ids AS uuid[])
    FROM users WHERE name = 'bert'"""


def test_a_bulk_decision_that_stopped_says_where_and_goes_on(site, opened):
    ids = waiting(site, "Stopped one", "Stopped two")
    query(site, STOPPED, ids=ids)
    page = opened(narrowed("Stopped"), who="bert")
    stopped = page.get_by_role("group", name="Stopped on the way")
    expect(stopped).to_contain_text("Reject stopped at 0 of 2")
    stopped.get_by_role("button", name="Go on").click()
    all_are(site, ids, ["rejected"] * 2)
    expect(stopped).to_have_count(0)
