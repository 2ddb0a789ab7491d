"""Secrets are covered; what only looks like one is not."""

import pytest
from tests.cpu_cost import costs_little

from assay.text.secrets import masked


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
        (
            "the staging admin password is correct-horse-battery for the next week",
            "the staging admin password is [masked] for the next week",
        ),
        (
            "the wifi password for the office in Berlin is Sonnenblume until Friday",
            "the wifi password for the office in Berlin is [masked] until Friday",
        ),
        ("log in to the Jenkins server as admin / Tr0ub4dor&3", "log in to the Jenkins server as admin / [masked]"),
        ("redis://:hunter2hunter2@cache.internal:6379/0", "redis://:[masked]@cache.internal:6379/0"),
        ("curl -u admin:S3cr3tPa55 https://ci.example.com", "curl -u admin:[masked] https://ci.example.com"),
        (
            "the deploy job uses the token 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b for pushes",
            "the deploy job uses the token [masked] for pushes",
        ),
        ("card 4111 1111 1111 1111 cvv 123", "card [masked] cvv [masked]"),
        ("card 4111111111111111", "card [masked]"),
        ("das Passwort lautet Sonnenblume", "das Passwort lautet [masked]"),
        ("Das Passwort ist Sommer2024!", "Das Passwort ist [masked]"),
        ("das WLAN-Passwort ist Sonnenblume", "das WLAN-Passwort ist [masked]"),
        ("Das Kennwort ist geheim123", "Das Kennwort ist [masked]"),
        ("AKIAIOSFODNN7EXAMPLE", "[masked]"),
        ("postgres://app:s3/cret@db/ledger", "postgres://app:[masked]@db/ledger"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [masked]"),
        (
            "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx",
            "https://hooks.slack.com/services/[masked]",
        ),
        (
            "the staging database password is hunter2!xyz9 for everybody",
            "the staging database password is [masked] for everybody",
        ),
        (
            "AWS_SECRET_ACCESS_KEY=abcd1234efgh5678ijkl9012mnop from now on",
            "AWS_SECRET_ACCESS_KEY=[masked] from now on",
        ),
        ("The pаssword is hunter2xyz", "The pаssword is [masked]"),
        ("the pass\u200bword is hunter2xyz", "the pass\u200bword is [masked]"),
        ("the password is `sunflower`", "the password is `[masked]`"),
        ("password = sunflower", "password = [masked]"),
        ("Use hunter2xyz as the root password", "Use [masked] as the root password"),
        ("We changed the password to Sommer2024", "We changed the password to [masked]"),
        ("the PIN is 4711", "the PIN is [masked]"),
        ("the door code is 471199", "the door code is [masked]"),
        ("the admin password is sunflower.", "the admin password is [masked]."),
        ("the api key 9f86d081884c7d659a2f is for staging", "the api key [masked] is for staging"),
        ("ｐａｓｓｗｏｒｄ: hunter2!", "ｐａｓｓｗｏｒｄ: [masked]"),
        ('"password": "correct-horse"', '"password": "[masked]"'),
        ("the password hunter2xyz works", "the password [masked] works"),
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
        "passwords are hashed with argon2",
        "the password policy is 12 characters",
        "access tokens expire after 15 minutes",
        "password reset is rate limited",
        "the id is 123e4567-e89b-12d3-a456-426614174000",
        "The signing secrets of the payment webhooks are stored in the vault under `payments/pennyfold/webhook`",
        "The secret of the webhook is stored in the vault under `payments/webhook`.",
        "Passwords must be at least 12 characters long and are stored as Argon2 hashes.",
        "Access tokens of the booking API expire after 60 minutes.",
        "Basic authentication is required for the metrics endpoint.",
        "The password is stored in 1Password",
        "The password is required for the login",
        "The password is end-to-end encrypted.",
        "password: required",
        "The password is case-sensitive.",
        "The token is valid for 30 minutes",
        "The token is rotated on 2026-03-02",
        "The key is payments-2024",
        "docker run -u 1000:1000 image",
        "The API key is read from the environment variable PENNYFOLD_KEY",
        "The tokens are signed with RS256",
        'password=os.environ["DB_PASSWORD"]',
        "password: ${DB_PASSWORD}",
        "Das Passwort ist abgelaufen.",
        "Das Passwort ist Pflicht für alle.",
        "Das Passwort ist mindestens 12 Zeichen lang",
        "We moved the database password to Vault",
        "The primary key is a UUIDv7",
        "The foreign key is booking_id",
        "The key is idempotency-key",
        "The password field is autofocused.",
        "order 1234567890123456 shipped",
        "The token is sent as X-Auth-Token2",
        "The secret is 256-bit.",
        "The token endpoint is /oauth2/token",
        "The API key is limited to 100 requests",
        "login at https://app.example.com/session1",
        "log in with Google or GitHub2",
        "Keep the token in memory.",
        "The password was changed yesterday",
        "The password was wrong.",
        "The cache key is user:1234:prefs",
    ],
)
def test_what_is_no_secret_stays(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a+" * 100_000,
        "password=" * 20_000,
        "-----BEGIN PRIVATE KEY-----" * 8_000,
        "://a:" * 40_000,
        "password is " * 9_000,
        "key " * 25_000,
        "log in as a/" * 9_000,
        "4111 " * 20_000,
        "basic " * 20_000,
        "-u a:" * 20_000,
        "a is the " * 12_000,
        "key abcdefghijklmno1" * 6_000,
        "é" * 100_000,
    ],
)
def test_hostile_texts_take_no_time(text):
    with costs_little():
        masked(text)
