"""Settings in a browser: one's own account, people and agents, tokens, sources, and who is told of failures."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect
from tests.alerts.helpers import SECRET
from tests.page.seeds import query, waiting
from tests.web.helpers import PASSWORD

from assay.settings import Settings

NEW = "a longer staple for the horse"
ATTACK = "<img src=x onerror=alert(1)>"


def section(page, name):
    return page.get_by_role("region", name=name)


def test_somebody_changes_their_own_password_and_signs_in_with_it(opened):
    page = opened("/ui/settings", who="bert")
    page.get_by_text("Change the password").click()
    page.get_by_label("Old").fill("wrong")
    page.get_by_label("New").fill(NEW)
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Old").fill(PASSWORD)
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status").filter(has_text="Changed")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Assay")).to_be_visible()
    page.get_by_label("Name").fill("bert")
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Review", level=1)).to_be_attached()


def test_an_admin_adds_a_person_gives_a_role_and_shuts_out(site, opened):
    page = opened("/ui/settings")
    people = section(page, "People and agents")
    people.get_by_label("Name").fill("cleo")
    people.get_by_label("First password").fill(PASSWORD)
    people.get_by_role("button", name="Add a person").click()
    expect(people.get_by_text("cleo can sign in.")).to_be_visible()
    people.get_by_label("Role of cleo").select_option("viewer")
    people.get_by_role("button", name="New password: cleo").click()
    page.get_by_role("dialog").get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Change it").last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    people.get_by_role("button", name="Shut out: cleo").click()
    expect(people.get_by_role("button", name="Let in again: cleo")).to_be_visible()
    [found] = query(site, "SELECT role, disabled_at IS NOT NULL AS is_out FROM users WHERE name = 'cleo'")
    assert (found.role, found.is_out) == ("viewer", True)


def test_an_agent_gets_a_token_that_ends_and_can_be_ended(site, opened):
    page = opened("/ui/settings")
    people, tokens = section(page, "People and agents"), section(page, "Tokens")
    people.get_by_label("Kind").select_option("agent")
    people.get_by_label("Name").fill(f"crow {ATTACK}")
    people.get_by_role("button", name="Add an agent").click()
    expect(people.get_by_text("needs a token")).to_be_visible()
    tokens.get_by_label("Name of the token").fill("nightly")
    tokens.get_by_label("Whose it is").select_option(label=f"of crow {ATTACK}")
    tokens.get_by_role("button", name="Make a token").click()
    expect(tokens.get_by_text("it is not shown again")).to_be_visible()
    [found] = query(site, "SELECT expires_at IS NOT NULL AS ends FROM api_tokens WHERE name = 'nightly'")
    assert found.ends
    tokens.get_by_role("button", name="End it: nightly").click()
    expect(tokens.get_by_role("button", name="End it: nightly")).to_have_count(0)
    assert page.locator("main img").count() == 0


def test_a_source_is_trusted_by_an_admin(opened, site):
    waiting(site, "We ship on Fridays")
    page = opened("/ui/settings")
    sources = section(page, "Sources")
    sources.get_by_role("button", name="Trust it", exact=False).first.click()
    expect(sources.get_by_text("trusted", exact=True).or_(sources.get_by_text("untrusted")).first).to_be_visible()


def test_a_source_gets_an_owner_writers_and_a_chat_program_that_sends_to_it(opened, site):
    waiting(site, "We ship on Thursdays")
    page = opened("/ui/settings")
    sources = section(page, "Sources")
    change = sources.get_by_role("button", name="Owner and connection").first
    change.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Owner").select_option(label="bert")
    dialog.get_by_role("checkbox", name="vera").check()
    dialog.get_by_role("button", name="Save").click()
    expect(sources).to_contain_text("of bert; vera may write to it")
    change.click()
    dialog.get_by_role("combobox", name="Chat program").select_option("discord")
    dialog.get_by_label("Its secret").fill("a secret that is long enough")
    dialog.get_by_role("button", name="Connect").click()
    expect(dialog.get_by_role("alert")).to_contain_text("64 hexadecimal digits")
    dialog.get_by_role("combobox", name="Chat program").select_option("slack")
    dialog.get_by_role("button", name="Connect").click()
    expect(sources).to_contain_text("slack sends to it")
    change.click()
    expect(dialog).to_contain_text("/events")
    dialog.get_by_role("button", name="Disconnect").click()
    expect(sources).not_to_contain_text("slack sends to it")


def test_nobody_to_tell_is_said_with_what_to_do(opened):
    page = opened("/ui/settings")
    expect(section(page, "Alerts")).to_contain_text("ASSAY_WEBHOOK_URL")


@pytest.fixture
def a_webhook(site):
    """Nobody listens there."""
    state = site.app.state.assay
    named = Settings(assay_home=site.home, assay_webhook_url="http://127.0.0.1:1/x", assay_webhook_secret=SECRET)
    site.app.state.assay = replace(state, settings=named)
    yield
    site.app.state.assay = state


def test_a_test_says_which_receiver_did_not_take_it(opened, a_webhook):
    page = opened("/ui/settings")
    alerts = section(page, "Alerts")
    expect(alerts).to_contain_text("Critical failures, and that a job works again")
    alerts.get_by_role("button", name="Send a test").click()
    expect(alerts.get_by_role("status")).to_contain_text("cannot be reached")


def test_who_is_no_admin_sees_their_own_things_only(opened):
    page = opened("/ui/settings", who="vera")
    expect(section(page, "Tokens")).to_be_visible()
    for name in ("People and agents", "Alerts"):
        expect(section(page, name)).to_have_count(0)
