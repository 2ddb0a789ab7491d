"""Reviewing in a browser, mostly by keyboard."""

import re

from playwright.sync_api import expect
from tests.page.conftest import PHONE
from tests.page.seeds import all_are, narrowed, query, settled, states, waiting
from tests.web.helpers import PASSWORD

FACTS = [f"The cache of service {name} holds {size} entries" for size, name in enumerate("abcdefghijklmnopqrst", 10)]
SEEN = """() => {
    window.seen = new Set();
    const look = () => {
        const screen = document.querySelector(".screen");
        if (screen?.querySelector("[data-settled]")) window.seen.add(screen.dataset.id);
        requestAnimationFrame(look);
    };
    look();
}"""


def test_a_session_of_decisions_by_keyboard_alone_and_the_last_one_undone(site, opened):
    ids = waiting(site, *(f"Session {n}: the pool of service {n} holds {n} connections" for n in range(50)))
    page = opened(narrowed("Session"))
    for at in range(len(ids)):
        expect(page.locator(".screen")).to_have_attribute("data-id", ids[at])
        settled(page)
        page.keyboard.press("r" if at % 3 == 2 else "a")
    all_are(site, ids, ["rejected" if at % 3 == 2 else "approved" for at in range(len(ids))])
    expect(page.locator(".count")).to_contain_text("50 done")
    page.keyboard.press("z")
    all_are(site, ids[-1:], ["pending"])
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[-1])


def test_fast_presses_decide_only_what_was_drawn(site, opened):
    ids = waiting(site, *(f"Fast {each}" for each in FACTS))
    page = opened(narrowed("Fast"))
    settled(page)
    page.evaluate(SEEN)
    for _ in range(20):
        page.keyboard.press("r")
    page.wait_for_load_state("networkidle")
    seen = set(page.evaluate("() => [...window.seen]"))
    decided = {each for each, state in zip(ids, states(site, ids), strict=True) if state == "rejected"}
    assert decided
    assert decided <= seen


def test_a_key_that_is_held_down_decides_once(site, opened):
    ids = waiting(site, "Held key one", "Held key two")
    page = opened(narrowed("Held"))
    settled(page)
    page.keyboard.down("a")
    all_are(site, ids[:1], ["approved"])
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[1])
    settled(page)
    page.keyboard.down("a")  # the second and later ones are repeats
    page.keyboard.up("a")
    assert states(site, ids) == ["approved", "pending"]


def test_a_reason_stays_in_the_trail(site, opened):
    [one] = waiting(site, "Reasoned: the build takes nine minutes")
    page = opened(narrowed("Reasoned"))
    settled(page)
    page.keyboard.press("Shift+R")
    page.get_by_label("Reason").last.fill("it takes four by now")
    page.keyboard.press("Control+Enter")
    all_are(site, [one], ["rejected"])
    [found] = query(site, "SELECT review_notes FROM proposals WHERE id::text = :id", id=one)
    assert found.review_notes == "it takes four by now"


def test_edit_then_approve(site, opened):
    [one] = waiting(site, "Edited: the limit is 20 requests")
    page = opened(narrowed("Edited"))
    settled(page)
    page.keyboard.press("e")
    page.get_by_label("Title").fill("Edited: the limit is 25 requests a second")
    page.keyboard.press("Control+Enter")
    all_are(site, [one], ["approved"])
    [found] = query(site, "SELECT title FROM entities WHERE id::text = :id", id=one)
    assert found.title == "Edited: the limit is 25 requests a second"


def test_what_holds_now_takes_the_place_of_what_is_known_and_gives_it_back(site, opened):
    [old] = waiting(site, "Replaced: the limit is 20 requests")
    page = opened(narrowed("Replaced"))
    settled(page)
    page.keyboard.press("a")
    all_are(site, [old], ["approved"])
    [new] = waiting(site, "Replaced: the limit is 25 requests")
    link = f"""UPDATE proposals SET proposed_links = '[{{"to": "{old}", "link_type": "contradicts", "strength": 1}}]'"""
    query(site, f"{link} WHERE id = :id", id=new)
    page = opened(narrowed("Replaced"))
    settled(page)
    page.get_by_role("button", name="Approve in its place").click()
    all_are(site, [old, new], ["rejected", "approved"])
    page.keyboard.press("z")
    all_are(site, [old, new], ["approved", "pending"])


def test_many_are_previewed_decided_and_taken_back_together(site, opened):
    ids = waiting(site, *(f"Bulk {each}" for each in FACTS[:4]))
    page = opened(narrowed("Bulk"))
    settled(page)
    page.keyboard.press("*")
    page.get_by_role("group", name="Selected").get_by_role("button", name="Approve…").click()
    expect(page.get_by_role("dialog")).to_contain_text("4 proposals would be approved")
    page.get_by_role("button", name=re.compile("Approve all 4")).click()
    all_are(site, ids, ["approved"] * 4)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    all_are(site, ids, ["pending"] * 4)


def test_what_another_decides_is_marked_in_its_place(site, opened):
    ids = waiting(site, "Shared: we deploy on Mondays", "Shared: we deploy at noon")
    mine, theirs = opened(narrowed("Shared")), opened(narrowed("Shared"), who="bert")
    settled(mine)
    settled(theirs)
    expect(mine.locator(".line")).to_have_text("live")
    theirs.keyboard.press("r")
    expect(mine.locator(".row").first).to_contain_text("rejected by bert")
    expect(mine.locator(".screen")).to_have_attribute("data-id", ids[0])
    mine.keyboard.press("a")
    all_are(site, ids, ["rejected", "pending"])


def test_who_was_slower_is_told_by_whom(site, opened):
    ids = waiting(site, "Contested: we keep logs for a week", "Contested: we keep dumps for a month")
    mine, theirs = opened(narrowed("Contested")), opened(narrowed("Contested"), who="bert")
    settled(theirs)

    def after_bert(route):
        theirs.keyboard.press("r")
        all_are(site, ids[:1], ["rejected"])
        route.continue_()

    mine.route("**/approve", after_bert)
    settled(mine)
    mine.keyboard.press("a")
    expect(mine.locator(".toasts")).to_contain_text("bert was faster: rejected.")
    assert states(site, ids) == ["rejected", "pending"]


def test_nothing_that_somebody_wrote_is_run(site, opened):
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
    waiting(site, f"Hostile {attack}", channel=attack[:60], author=attack[:60])
    page = opened(narrowed("Hostile"))
    settled(page)
    expect(page.locator("#what")).to_have_text(f"Hostile {attack}")
    expect(page.locator("blockquote").first).to_contain_text("<script>alert(2)</script>")
    assert page.locator("img, main script").count() == 0


def test_a_session_that_ends_in_the_middle_goes_on_where_it_was(site, opened):
    ids = waiting(site, "Expiry: the key rotates yearly", "Expiry: the key rotates monthly")
    page = opened(narrowed("Expiry"), who="bert")
    settled(page)
    query(site, "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE name = 'bert')")
    page.keyboard.press("a")
    page.get_by_label("Name").fill("bert")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".row").first).to_contain_text("came back")
    page.keyboard.press("k")
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[0])
    settled(page)
    page.keyboard.press("a")
    all_are(site, ids, ["approved", "pending"])


def test_offline_is_said_and_what_could_not_be_decided_comes_back(site, opened):
    ids = waiting(site, "Offline: backups run at two", "Offline: backups run at three")
    page = opened(narrowed("Offline"))
    settled(page)
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.locator(".toasts")).to_contain_text("Assay does not answer")
    expect(page.locator(".row").first).to_contain_text("came back")
    page.context.set_offline(False)
    page.keyboard.press("k")
    settled(page)
    page.keyboard.press("a")
    all_are(site, ids, ["approved", "pending"])


def test_a_restart_of_the_server_is_survived_in_mid_review(site, opened):
    ids = waiting(site, "Restarted: the gate opens at six", "Restarted: the gate opens at seven")
    page = opened(narrowed("Restarted"))
    settled(page)
    page.keyboard.press("a")
    all_are(site, ids, ["approved", "pending"])
    site.run(site.restart())
    expect(page.locator(".line")).to_have_text("live")
    settled(page)
    page.keyboard.press("r")
    all_are(site, ids, ["approved", "rejected"])


def test_a_viewer_reads_and_decides_nothing(site, opened):
    [one] = waiting(site, "Viewed: the office opens at eight")
    page = opened(narrowed("Viewed"), who="vera")
    settled(page)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    assert states(site, [one]) == ["pending"]


def test_on_a_phone_nothing_sticks_out_and_a_tap_decides(site, opened):
    ids = waiting(site, *(f"Phone {each}" for each in FACTS[:3]))
    page = opened(narrowed("Phone"), viewport=PHONE, has_touch=True)
    settled(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="List").tap()
    page.locator(".row").nth(1).tap()
    expect(page.locator(".screen")).to_have_attribute("data-id", ids[1])
    settled(page)
    page.get_by_role("button", name="Approve").tap()
    all_are(site, ids, ["pending", "approved", "pending"])


def test_no_key_means_two_things(opened):
    page = opened()
    page.get_by_role("button", name="Show the keys").click()
    keys = [key for line in page.locator("dialog kbd").all_inner_texts() for key in [line]]
    assert len(keys) > 20
    assert len(keys) == len(set(keys))
