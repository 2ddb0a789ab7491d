"""Setting in a browser what the machine may decide alone."""

import re

from playwright.sync_api import expect
from tests.page.seeds import query, waiting

RULES = (
    "SELECT document -> 'rules' AS rules, document -> 'shadow' AS shadow, note FROM policy_versions ORDER BY version"
)


def section(page, name):
    return page.get_by_role("region", name=name)


def test_a_rule_by_source_and_type_is_tried_saved_and_removed(site, opened):
    waiting(site, "Ruled: the lift is serviced in May")
    page = opened("/ui/auto-approval")
    rules = section(page, "Rules for some proposals")
    expect(rules).to_contain_text("None. The line above applies to everything.")
    rules.get_by_role("button", name="Add a rule").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("decision", exact=True).check()
    sheet.get_by_label("Sources").fill("mail, test")
    expect(sheet.get_by_role("button", name="Save")).to_be_disabled()
    sheet.get_by_label("A person decides").check()
    expect(sheet.get_by_role("status")).to_contain_text("that wait would be approved, instead of")
    sheet.get_by_label("Why").fill("mail is read by hand")
    page.keyboard.press("Control+Enter")
    expect(rules).to_contain_text("Of type decision, from mail or test: a person decides")
    [said] = query(site, RULES)
    assert said.rules == [{"types": ["decision"], "sources": ["mail", "test"], "human_required": True}]
    assert said.note == "mail is read by hand"
    rules.get_by_role("button", name="Remove").click()
    expect(rules).to_contain_text("None.")
    section(page, "History").get_by_role("button", name="Set again").click()
    expect(rules).to_contain_text("a person decides")


def test_what_lies_nearest_to_the_line_is_shown_and_opens_in_review(site, opened):
    waiting(site, "Nearest: the boiler is old")
    page = opened("/ui/auto-approval")
    near = section(page, "Nearest to the line")
    near.get_by_role("link", name="Nearest: the boiler is old").click()
    expect(page.get_by_role("heading", name="Nearest: the boiler is old")).to_be_visible()


def test_rules_are_tried_on_paper_and_the_result_is_shown(site, opened):
    page = opened("/ui/auto-approval")
    page.get_by_role("slider").fill("0.4")
    page.get_by_role("button", name="Try it on paper").click()
    paper = section(page, "On paper")
    expect(paper).to_contain_text("agreement")
    assert query(site, RULES)[-1].shadow == {"auto_approval_threshold": 0.4}
    paper.get_by_role("button", name="End it").click()
    expect(paper).to_contain_text(re.compile("No other rules are tried"))


def test_who_may_not_change_the_rules_reads_them(opened):
    page = opened("/ui/auto-approval", who="bert")
    expect(section(page, "Nearest to the line")).to_be_visible()
    expect(page.get_by_role("button", name="Add a rule")).to_have_count(0)
