"""Importing in a browser: what was understood is shown, and nothing comes in before somebody says so."""

import json
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.page.conftest import PHONE
from tests.page.seeds import query
from tests.patience import PATIENCE

from assay.runtime.process import wait_for

EXPORTS = Path(__file__).parents[1] / "data" / "exports"
MEGABYTE = 2**20


@pytest.fixture(autouse=True)
def nothing_under_way(site):
    """Nobody has more than ten at a time."""
    query(site, "UPDATE imports SET state = 'cancelled'")


@pytest.fixture
def slack_zip(tmp_path):
    return Path(shutil.make_archive(str(tmp_path / "team"), "zip", EXPORTS / "slack_export"))


def chosen(page, file, place="Drop a file here, or choose one"):
    page.get_by_label(place).set_input_files(file)


def current(page):
    return page.get_by_role("region").filter(has=page.locator("#current"))


def button(page, name):
    return page.get_by_role("button", name=name)


def a_large_export(tmp_path, megabytes=9):
    """More than one piece."""
    words = "The nightly backup of the ledger is done. " * 200
    said = {"channel": "ops", "author": "ana", "ts": "2026-03-02T09:00:00Z", "text": words}
    path = tmp_path / "large.jsonl"
    count = megabytes * MEGABYTE // len(words)
    path.write_text("\n".join(json.dumps({"id": str(at), **said}) for at in range(count)))
    return path


@contextmanager
def held_up(page, after=1):
    """The server takes so many pieces, and no more until the block has ended."""
    pieces = []

    def piece(route):
        pieces.append(route)
        if len(pieces) <= after:
            route.continue_()
        else:
            route.abort()

    page.route("**/content", piece)
    yield pieces
    page.unroute("**/content")


def test_a_slack_export_is_shown_then_brought_in_with_what_came_of_it(site, opened, slack_zip):
    page = opened("/ui/import")
    chosen(page, slack_zip)
    shown = current(page)
    expect(shown.get_by_text("waits for you")).to_be_visible()
    expect(shown.get_by_role("row", name="ops-room")).to_contain_text("deploy-crow")
    expect(shown).to_contain_text("Slack")
    expect(shown).to_contain_text("left out")
    assert query(site, "SELECT count(*) AS n FROM messages WHERE source = 'team'")[0].n == 0
    button(shown, "Import 5 messages").click()
    expect(shown).to_contain_text("5 new messages")
    expect(page.get_by_role("row", name="team.zip")).to_contain_text("imported")
    assert query(site, "SELECT count(*) AS n FROM messages WHERE source = 'team'")[0].n == 5


def test_a_reload_finds_the_import_where_it_was_and_the_list_leads_back_to_it(opened):
    page = opened("/ui/import")
    chosen(page, EXPORTS / "json_list.json")
    expect(button(page, "Import 2 messages")).to_be_visible()
    page.reload()
    expect(button(page, "Import 2 messages")).to_be_visible()
    page.goto("/ui/import")
    button(page, "json_list.json").click()
    button(page, "Cancel the import").click()
    expect(current(page)).to_contain_text("No message came in.")


def test_what_the_file_cannot_say_is_asked_for_and_read_anew(opened):
    page = opened("/ui/import")
    chosen(page, EXPORTS / "teams.vtt")
    expect(current(page)).to_contain_text("say when it began with “Date”")
    page.get_by_label("Date").fill("2026-03-20T10:00")
    button(page, "Read it again").click()
    expect(button(page, "Import 2 messages")).to_be_visible()
    expect(current(page)).to_contain_text("Transcript (VTT, SRT)")


def test_a_zone_that_is_none_is_refused_in_a_sentence(opened):
    page = opened("/ui/import")
    chosen(page, EXPORTS / "iso_no_zone.jsonl")
    page.get_by_label("Time zone").fill("Mars/Olympus")
    button(page, "Read it again").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no time zone 'Mars/Olympus'")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    button(page, "Read it again").click()
    expect(current(page)).to_contain_text("read as Europe/Berlin")


@pytest.mark.parametrize("kept", [0.5, 0.05])
def test_a_broken_zip_is_refused_in_a_sentence_and_nothing_comes_in(site, opened, slack_zip, kept):
    broken = slack_zip.with_name(f"broken{kept}.zip")
    content = slack_zip.read_bytes()
    broken.write_bytes(content[: int(len(content) * kept)])
    page = opened("/ui/import")
    chosen(page, broken)
    expect(current(page).get_by_text("failed", exact=True)).to_be_visible()
    expect(current(page).locator(".wrong")).to_contain_text(broken.name)
    assert query(site, "SELECT count(*) AS n FROM messages WHERE source LIKE 'broken%'")[0].n == 0


def test_an_empty_file_is_refused_before_anything_is_sent(opened, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.touch()
    page = opened("/ui/import")
    chosen(page, empty)
    expect(page.get_by_role("alert")).to_have_text("empty.txt is empty.")


def test_an_upload_that_is_cut_off_goes_on_by_itself(opened, tmp_path):
    large = a_large_export(tmp_path)
    page = opened("/ui/import")
    with held_up(page) as pieces:
        chosen(page, large)
        assert wait_for(lambda: page.wait_for_timeout(20) or len(pieces) > 2, PATIENCE)
        expect(current(page)).to_contain_text("Uploading")
    expect(current(page).get_by_text("waits for you")).to_be_visible()


def test_after_a_reload_an_upload_goes_on_with_the_same_file(site, opened, tmp_path):
    large = a_large_export(tmp_path)
    page = opened("/ui/import")
    with held_up(page) as pieces:
        chosen(page, large)
        assert wait_for(lambda: page.wait_for_timeout(20) or len(pieces) > 1, PATIENCE)
        page.reload()
        expect(current(page)).to_contain_text("The upload stopped at")
    chosen(page, large, "Choose large.jsonl")
    expect(current(page).get_by_text("waits for you")).to_be_visible()
    [found] = query(site, "SELECT received, size FROM imports ORDER BY id DESC LIMIT 1")
    assert found.received == found.size == large.stat().st_size


def many_messages(tmp_path, channel="ops"):
    """They take a while to come in."""
    many = tmp_path / f"{channel}.jsonl"
    said = {"channel": channel, "author": "ana", "ts": "2026-03-02T09:00:00Z", "text": "The backup is done."}
    many.write_text("\n".join(json.dumps({"id": str(at), **said}) for at in range(30_000)))
    return many


def test_a_restart_of_the_server_in_the_middle_costs_nothing(site, opened, tmp_path):
    page = opened("/ui/import")
    chosen(page, many_messages(tmp_path, "restarted"))
    button(page, "Import 30,000 messages").click()
    expect(current(page).get_by_text("coming in", exact=True)).to_be_visible()
    site.run(site.restart())
    expect(current(page).get_by_text("imported", exact=True)).to_be_visible()
    [found] = query(site, "SELECT count(*) FROM messages WHERE channel = 'restarted'")
    assert found.count == 30_000


def test_an_import_can_be_cancelled_while_it_comes_in(site, opened, tmp_path):
    page = opened("/ui/import")
    chosen(page, many_messages(tmp_path))
    button(page, "Import 30,000 messages").click()
    expect(current(page).get_by_text("coming in", exact=True)).to_be_visible()
    button(page, "Cancel the import").click()
    expect(current(page).get_by_text("cancelled", exact=True)).to_be_visible()
    [found] = query(site, "SELECT state FROM imports ORDER BY id DESC LIMIT 1")
    assert found.state == "cancelled"


def test_names_in_a_file_that_look_like_markup_are_text(opened, tmp_path):
    attack = "<img src=x onerror=alert(1)>"
    said = {"id": "1", "channel": attack, "author": attack, "ts": "2026-03-02T09:00:00Z", "text": attack}
    hostile = tmp_path / f"{attack}.jsonl"
    hostile.write_text(json.dumps(said) + f"\n{attack}")
    page = opened("/ui/import")
    chosen(page, hostile)
    expect(page.locator("#current")).to_have_text(hostile.name)
    expect(page.get_by_role("row", name=attack).first).to_be_visible()
    assert page.locator("main img").count() == 0


def test_on_a_phone_nothing_of_a_preview_sticks_out(opened, slack_zip):
    page = opened("/ui/import", viewport=PHONE)
    chosen(page, slack_zip)
    expect(current(page).get_by_text("waits for you")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_viewer_brings_nothing_in(opened):
    page = opened("/ui/import", who="vera")
    expect(page.get_by_text("Your role cannot import messages")).to_be_visible()
