"""Logs of IRC clients, each in the shape its client writes."""

from datetime import UTC, datetime
from typing import Final

import pytest
import time_machine
from tests.readers.files import messages, previewed

LOGS: Final = {
    "weechat": "2026-03-02 09:14:00\t@ana\tHi: all\n2026-03-02 09:15:00\t*\tana waves\n",
    "irssi": "--- Log opened Mon Mar 02 09:00:00 2026\n09:14 <@ana> Hi: all\n09:15  * ana waves\n",
    "irssi with seconds": "--- Log opened Mon Mar 02 09:00:00 2026\n09:14:00< ana> Hi: all\n09:15:00  * ana waves\n",
    "irssi day changed": "--- Day changed Mon Mar 02 2026\n09:14 <+ana> Hi: all\n09:15 * ana waves\n",
    "znc": "[09:14:00] <ana> Hi: all\n[09:15:00] * ana waves\n",
    "energymech": "[09:14:00] <ana> Hi: all\n[09:14:30] *** Joins: tom (t@h)\n[09:15:00] * ana waves\n",
    "eggdrop": "[09:00] --- Mon Mar  2 2026\n[09:14] <ana> Hi: all\n[09:14] tom (~t@h) joined #a.\n"
    "[09:15] Action: ana waves\n",
    "mirc": "Session Start: Mon Mar 02 09:00:00 2026\nSession Ident: #a\n[09:14] <ana> Hi: all\n[09:15] * ana waves\n",
    "xchat": "**** BEGIN LOGGING AT Mon Mar  2 09:00:00 2026\n\nMar 02 09:14:00 <ana>\tHi: all\n"
    "Mar 02 09:15:00 *\tana waves\n",
}


@pytest.fixture(autouse=True)
def _in_spring():
    with time_machine.travel(datetime(2026, 4, 20, tzinfo=UTC), tick=True):
        yield


@pytest.mark.parametrize("client", LOGS)
def test_every_client(client):
    found = messages(LOGS[client], "#forge_20260302.log")
    assert [(each.author, each.text) for each in found] == [("ana", "Hi: all"), ("ana", "waves")]
    assert found[0].sent_at == datetime(2026, 3, 2, 9, 14, tzinfo=UTC)
    assert not any(each.is_bot for each in found)
    assert found[0].channel == "#forge"


def test_the_day_may_be_said():
    assert messages("[09:14:00] <ana> Hi.\n", "x.log", moment="2026-03-02")[0].sent_at.day == 2


def test_a_nick_that_somebody_else_takes_is_another_person():
    lines = [
        "<ana> One.",
        "*** ana is now known as smith",
        "<smith> Two.",
        "*** Joins: ana (~a@h)",
        "<ana> Three.",
    ]
    found = messages("".join(f"[09:1{n}:00] {line}\n" for n, line in enumerate(lines)), "#a_2026-03-02.log")
    first, second, third = (each.author_id for each in found)
    assert first == second != third


def test_elements_text_export_is_a_chat_log():
    found = messages("Fri, Mar 20, 2026, 15:13:21 - ana: Hi.\nFri, Mar 20, 2026, 15:13:25 - tom: Ho.\n", "room.txt")
    assert [(each.author, each.text) for each in found] == [("ana", "Hi."), ("tom", "Ho.")]


def test_a_line_cut_within_a_character_is_no_windows_1252(tmp_path):
    path = tmp_path / "x.log"
    whole = "2026-03-02 09:14 ana: Grüße, Jörg ü".encode()
    path.write_bytes(whole[:-1] + b"\n")
    assert previewed(path)["encoding"] == "utf-8"
