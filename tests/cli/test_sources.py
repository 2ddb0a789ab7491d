"""Who may write where, and what is trusted, at the command line."""

import io
import json
import sys
from datetime import UTC, datetime

import pytest


@pytest.fixture
def chat(tmp_path):
    def written(name: str):
        line = {
            "id": "1",
            "channel": "ops",
            "author": "ana",
            "ts": datetime.now(UTC).isoformat(),
            "text": "Hello there.",
        }
        path = tmp_path / f"{name}.jsonl"
        path.write_text(json.dumps(line))
        return str(path)

    return written


def test_what_the_operator_imports_is_his_and_trusted(empty, chat):
    assert empty("ingest", chat("crm"), "--json").document["warnings"] == []
    shown = empty("sources", "show", "crm", "--json").document
    assert (shown["trust"], shown["kind"], shown["writers"]) == ("trusted", "import", [])
    assert shown["owner"]["name"].startswith("local:")
    assert [each["name"] for each in empty("sources", "list", "--json").items] == ["crm"]
    assert "trusted" in empty("sources", "list").out
    listed = empty("sources").out.splitlines()[1].split()
    assert set(listed) <= set(empty("sources", "show", "crm").out.split())
    [message] = empty("messages", "list", "--json").items
    assert (message["written_via"], message["written_by_user_id"]) == ("command line", shown["owner"]["id"])


def test_a_source_is_distrusted_given_away_opened_and_closed(empty, chat):
    empty("ingest", chat("crm"))
    for name in ("bridge", "other"):
        empty("users", "create", name, "--agent")
    done = empty("sources", "set", "crm", "--trust", "untrusted", "--owner", "bridge", "--open", "other")
    assert done.out == "crm is untrusted. It belongs to bridge. other may also write to it.\n"
    assert "'crm' is not trusted" in empty("ingest", chat("crm")).err
    assert empty("sources", "set", "crm", "--close", "other").out == "crm is untrusted. It belongs to bridge.\n"
    assert len(empty("audit", "list", "--action", "source.changed", "--json").items) == 2


def test_a_file_whose_name_looks_like_a_source_brings_in_nothing(empty, chat):
    empty("ingest", chat("crm"))
    assert "would look like 'crm'" in empty("ingest", chat("CRM")).refused(1)
    assert len(empty("messages", "list", "--json").items) == 1


def test_a_chat_program_is_connected_and_disconnected(empty, monkeypatch):
    for _ in range(2):
        monkeypatch.setattr(sys, "stdin", io.StringIO("the-secret-of-slack-0001\n"))
        connected = empty("sources", "connect", "talk", "--to", "slack", "--json").document
        assert {**connected, "path": ""} == {"source": "talk", "platform": "slack", "path": ""}
        assert empty("sources", "disconnect", "talk", "--json").document == {"disconnected": "talk"}
    assert empty("sources", "disconnect", "talk").refused(2) == "The source 'talk' is not connected to any program."


def test_discord_without_its_extra_is_one_sentence(empty, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("ab" * 32 + "\n"))
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    refused = empty("sources", "connect", "talk", "--to", "discord").refused(2)
    assert refused.startswith("What Discord sends needs the extra `discord`, which is not installed: type ")
    assert empty("sources", "list", "--json").items == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "crm"), "There is no source 'crm'. All of them: assay sources list"),
        (("set", "crm", "--trust", "trusted"), "There is no source 'crm'."),
        (("set", "crm"), "Say what to change"),
    ],
)
def test_what_cannot_be_is_one_sentence(empty, words, sentence):
    assert sentence in empty("sources", *words).refused(2)
