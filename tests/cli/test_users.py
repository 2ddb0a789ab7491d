"""Giving access at the command line."""

import io
import sys

import pytest

PASSWORD = "correct horse battery staple"


@pytest.fixture
def typed(monkeypatch):
    def give(password: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))

    return give


def test_somebody_gets_access_another_role_and_is_shut_out(empty, typed):
    typed(PASSWORD)
    made = empty("users", "create", "ana", "--role", "admin", "--password-stdin", "--json").document
    assert (made["name"], made["role"], made["kind"]) == ("ana", "admin", "user")
    assert empty("users", "create", "bot", "--agent", "--role", "reviewer", "--json").document["kind"] == "agent"
    assert empty("users", "create", "cleo@example.com", "--no-password").out == "cleo@example.com is reviewer.\n"
    assert "last admin" in empty("users", "set-role", "ana", "viewer").refused(1)
    assert empty("users", "set-role", "bot", "viewer").out == "bot is viewer.\n"
    assert empty("users", "disable", "bot").out == "bot is disabled.\n"
    assert empty("users", "enable", "bot").out == "bot is viewer.\n"
    typed(PASSWORD)
    assert empty("users", "set-password", "ana", "--password-stdin").code == 0
    listed = empty("users", "list", "--json").items
    assert {"ana", "bot", "system"} <= {each["name"] for each in listed}
    assert "no access" in empty("users", "list").out


@pytest.mark.parametrize(
    ("words", "password", "sentence"),
    [
        (("create", "ana"), "short", "The password has 5 characters; 12 to 1000 are allowed."),
        (("create", " ana"), PASSWORD, "A user's name is empty"),
        (("set-password", "nobody"), PASSWORD, "There is no user 'nobody'."),
    ],
)
def test_what_cannot_be_is_one_sentence(empty, typed, words, password, sentence):
    typed(password)
    assert sentence in empty("users", *words, "--password-stdin").refused(2)


def test_a_token_is_shown_once_and_can_be_ended(empty):
    assert "no role" in empty("tokens", "create", "system").refused(2)
    empty("users", "create", "bot", "--agent")
    made = empty("tokens", "create", "bot", "--scope", "read", "--scope", "propose", "--days", "30", "--json").document
    assert made["token"].startswith("assay_")
    assert made["scopes"] == ["propose", "read"]
    assert made["token"] not in empty("tokens", "list", "--json").out
    assert empty("tokens", "create", "bot").out.startswith("assay_")
    assert empty("tokens", "revoke", made["id"]).code == 0
    revoked = [each["revoked_at"] is not None for each in empty("tokens", "list", "--json").items]
    assert revoked == [False, True]
    assert "revoked" in empty("tokens", "list").out
    assert "scopes" in empty("tokens", "create", "bot", "--scope", "admin").refused(2)
