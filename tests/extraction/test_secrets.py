"""Secrets are covered; what only looks like one is not."""

import time

import pytest

from assay.extraction.secrets import masked


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("use AKIAIOSFODNN7EXAMPLE now", "use [masked] now"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a!", "[masked]!"),
        ("password: hunter2!", "password: [masked]"),
        ("API_KEY='ab12cd34' here", "API_KEY='[masked]' here"),
        ("postgres://app:s3cret@db/ledger", "postgres://app:[masked]@db/ledger"),
        ("Authorization: Bearer abc.def/123456", "Authorization: Bearer [masked]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- ok", "[masked] ok"),
        ("wJalrXUtnFEMI/K7MDENG1bPxRfiCY23EXAMPLEKEY", "[masked]"),
    ],
)
def test_a_secret_is_covered(text, covered):
    assert masked(text) == covered


@pytest.mark.parametrize(
    "text",
    [
        "We use Postgres 16 at http://host:8080/path.",
        "commit 3f2504e04f8911d39a0c0305e82c33016a2b1c4d broke it",
        "https://example.org/Foo/Bar/blob/main/src/Components/Header2/index",
        "The token: none is needed.",
        "test_should_return_true_when_user_2_logs_in_again",
    ],
)
def test_what_is_no_secret_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    "text", ["a+" * 100_000, "password=" * 20_000, "-----BEGIN PRIVATE KEY-----" * 8_000, "://a:" * 40_000]
)
def test_hostile_texts_take_no_time(text):
    started = time.perf_counter()
    masked(text)
    assert time.perf_counter() - started < 1
