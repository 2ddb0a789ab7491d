"""Who proves at an identity provider who they are comes in, and nobody else."""

import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.builders import rows, scalar
from tests.web.helpers import asking, person, serving
from tests.web.identity_provider import ANOTHER_KEY, CLIENT_ID, CLIENT_SECRET, identity_provider

from assay.accounts import actions, attempts
from assay.accounts.limits import Rate
from assay.audit.actor import SYSTEM
from assay.db.models import ActorKind, Role
from assay.errors import InvalidInput
from assay.settings import Settings
from assay.web.app import create_app

pytestmark = pytest.mark.anyio

BACK = "/sign-in/oidc/back"
HOME = "https://assay.test"


@pytest.fixture
def provider():
    with identity_provider() as provider:
        yield provider


def configured(provider, **more):
    return {
        "assay_oidc_issuer": provider.url,
        "assay_oidc_client_id": CLIENT_ID,
        "assay_oidc_client_secret": CLIENT_SECRET,
        "assay_oidc_redirect_url": HOME + BACK,
        **more,
    }


@asynccontextmanager
async def browser(database_url, provider, **more):
    async with serving(database_url, **configured(provider, **more)) as app, asking(app) as http:
        yield http


async def sign_in(http, provider, **changes):
    """Out to the provider and back. `changes`: what of the way back is another; None is left out."""
    out = await http.get("/sign-in/oidc")
    assert out.status_code == 303, out.text
    back = {**provider.authorize(out.headers["location"]), **changes}
    return await http.get(BACK, params={name: value for name, value in back.items() if value is not None})


async def who(http):
    answer = await http.get("/api/v1/session")
    return answer.json()["name"] if answer.status_code == 200 else None


async def test_an_account_with_the_address_of_the_person_is_theirs(database, database_url, provider):
    await person(database, "ana@example.com", Role.REVIEWER)
    async with browser(database_url, provider) as http:
        answer = await sign_in(http, provider)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert await who(http) == "ana@example.com"
        assert {cookie.name for cookie in http.cookies.jar} == {"__Host-assay_session", "__Host-assay_device"}
    trail = "SELECT action FROM audit_log WHERE action LIKE 'user.%' ORDER BY id"
    assert [each.action for each in await rows(database, trail)] == ["user.created", "user.linked", "user.signed_in"]


async def test_the_provider_is_asked_for_a_code_that_only_this_browser_can_use(database_url, provider):
    async with browser(database_url, provider) as http:
        await sign_in(http, provider)
    asked = provider.asked
    assert (asked["response_type"], asked["client_id"], asked["redirect_uri"]) == ("code", CLIENT_ID, HOME + BACK)
    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid email")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3


async def test_a_person_stays_themselves_whatever_their_address_becomes(database, database_url, provider):
    await person(database, "ana@example.com")
    async with browser(database_url, provider) as http:
        await sign_in(http, provider)
        provider.claims, provider.uses = {"email": "ana@elsewhere.example", "email_verified": True}, 0
        assert (await sign_in(http, provider)).status_code == 303
        assert await who(http) == "ana@example.com"


async def test_who_gets_the_address_of_a_linked_account_later_does_not_get_the_account(
    database, database_url, provider
):
    await person(database, "ana@example.com")
    async with browser(database_url, provider) as http:
        await sign_in(http, provider)
    provider.claims["sub"], provider.uses = "another ana", 0
    async with browser(database_url, provider) as http:
        assert (await sign_in(http, provider)).status_code == 403
        assert await who(http) is None


@pytest.mark.parametrize("post", [True, False])
async def test_the_client_proves_itself_as_the_provider_can(database, database_url, provider, post):
    await person(database, "ana@example.com")
    methods = ["client_secret_post"] if post else ["client_secret_basic", "client_secret_post"]
    provider.metadata["token_endpoint_auth_methods_supported"] = methods
    async with browser(database_url, provider) as http:
        assert (await sign_in(http, provider)).status_code == 303


@pytest.mark.parametrize("claims", [{"aud": [CLIENT_ID]}, {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}])
async def test_a_token_that_others_may_read_too_opens_if_it_was_made_for_assay(
    database, database_url, provider, claims
):
    await person(database, "ana@example.com")
    provider.claims |= claims
    async with browser(database_url, provider) as http:
        assert (await sign_in(http, provider)).status_code == 303


@pytest.mark.parametrize("verified", [False, None, "true"])
async def test_an_address_that_the_provider_did_not_verify_opens_nothing(database, database_url, provider, verified):
    await person(database, "ana@example.com")
    provider.claims["email_verified"] = verified
    async with browser(database_url, provider) as http:
        answer = await sign_in(http, provider)
        assert (answer.status_code, await who(http)) == (403, None)
        assert "ask an admin" in answer.json()["detail"]


async def test_strangers_are_turned_away_or_get_the_role_that_is_set(database, database_url, provider):
    async with browser(database_url, provider) as http:
        assert (await sign_in(http, provider)).status_code == 403
    assert await scalar(database, "SELECT count(*) FROM users WHERE name = 'ana@example.com'") == 0
    provider.uses = 0
    async with browser(database_url, provider, assay_oidc_new_role="viewer") as http:
        await sign_in(http, provider)
        assert (await http.get("/api/v1/session")).json()["role"] == "viewer"


async def test_accounts_that_are_disabled_of_agents_or_without_a_role_stay_closed(database, database_url, provider):
    ana = await person(database, "ana@example.com")
    await person(database, "bot@example.com", kind=ActorKind.AGENT)
    async with database.transaction() as session:
        await actions.disable_user(session, ana.user_id, actor=SYSTEM)
        await actions.ensure_user(session, "known@example.com")
    async with browser(database_url, provider, assay_oidc_new_role="viewer") as http:
        for name in ("ana", "bot", "known"):
            provider.claims, provider.uses = {"sub": name, "email": f"{name}@example.com", "email_verified": True}, 0
            assert (await sign_in(http, provider)).status_code == 403, name
    assert await scalar(database, "SELECT count(*) FROM users WHERE oidc_subject IS NOT NULL") == 0


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another application"},
        {"aud": None},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"aud": [CLIENT_ID, "another"]},
        {"iss": "https://elsewhere.example"},
        {"exp": NOW - 3600},
        {"exp": None},
        {"iat": None},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 300},
        {"sub": 7},
        {"sub": ["ana"]},
    ],
)
async def test_a_token_that_does_not_prove_it_opens_nothing(database, database_url, provider, claims):
    await person(database, "ana@example.com")
    provider.claims |= claims
    await _refused(database, database_url, provider)


@pytest.mark.parametrize(
    "token", ["", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.", "\0", "x" * 100_000], ids=repr
)
async def test_what_is_no_signed_token_opens_nothing(database, database_url, provider, token):
    await person(database, "ana@example.com")
    provider.token = token or "."
    await _refused(database, database_url, provider)


async def test_a_token_signed_with_another_key_opens_nothing(database, database_url, provider):
    await person(database, "ana@example.com")
    provider.signs_with = ANOTHER_KEY
    await _refused(database, database_url, provider)


async def test_a_token_signed_with_the_secret_of_the_client_opens_nothing(database, database_url, provider):
    from joserfc.jwk import OctKey

    await person(database, "ana@example.com")
    provider.signs_with, provider.algorithm = OctKey.import_key(CLIENT_SECRET + "longer than enough"), "HS256"
    await _refused(database, database_url, provider)


@pytest.mark.parametrize("changes", [{"state": "another"}, {"state": None}, {"state": "ü"}, {"code": "another code"}])
async def test_an_answer_that_belongs_to_another_sign_in_opens_nothing(database, database_url, provider, changes):
    await person(database, "ana@example.com")
    await _refused(database, database_url, provider, **changes)


async def _refused(database, database_url, provider, **changes):
    async with browser(database_url, provider) as http:
        answer = await sign_in(http, provider, **changes)
        assert answer.status_code == 401, answer.text
        assert answer.json()["detail"]
        assert await who(http) is None
    assert await scalar(database, "SELECT count(*) FROM users WHERE oidc_subject IS NOT NULL") == 0


async def test_who_began_no_sign_in_cannot_be_made_to_end_one(database_url, provider):
    async with browser(database_url, provider) as http:
        out = await http.get("/sign-in/oidc")
        back = provider.authorize(out.headers["location"])
        http.cookies.clear()
        assert (await http.get(BACK, params=back)).status_code == 401


async def test_a_code_is_used_once(database, database_url, provider):
    await person(database, "ana@example.com")
    async with browser(database_url, provider) as http:
        out = await http.get("/sign-in/oidc")
        kept, back = dict(http.cookies), provider.authorize(out.headers["location"])
        assert (await http.get(BACK, params=back)).status_code == 303
        http.cookies.update(kept)
        assert (await http.get(BACK, params=back)).status_code == 401


async def test_who_declines_at_the_provider_is_told_so(database_url, provider):
    async with browser(database_url, provider) as http:
        answer = await sign_in(http, provider, code=None, error="access_denied")
        assert (answer.status_code, "access_denied" in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 500},
        {"status": 404},
        {"status": 302},
        {"metadata": {"issuer": "https://elsewhere.example"}},
        {"metadata": {"authorization_endpoint": "http://elsewhere.example/authorize"}},
        {"metadata": {"authorization_endpoint": None}},
        {"metadata": {"authorization_endpoint": "javascript:alert(1)"}},
    ],
)
async def test_a_provider_that_fails_or_is_another_is_one_sentence(database_url, changes):
    with identity_provider(**changes) as provider:
        async with browser(database_url, provider) as http:
            answer = await http.get("/sign-in/oidc")
    assert (answer.status_code, answer.json()["detail"][:21]) == (503, "The identity provider")


async def test_a_provider_that_is_away_is_one_sentence(database_url, provider):
    provider.url = "http://127.0.0.1:1"
    async with browser(database_url, provider) as http:
        answer = await http.get("/sign-in/oidc")
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "The identity provider does not answer (ConnectError).",
    )


async def test_sign_ins_are_held_back_and_those_that_succeed_cost_nothing(
    database, database_url, provider, monkeypatch
):
    monkeypatch.setattr(attempts, "OF_AN_ADDRESS", Rate(timedelta(hours=1), burst=2))
    free = "SELECT free_at <= now() FROM rate_limits WHERE key LIKE 'sign-in from address%'"
    async with browser(database_url, provider, assay_oidc_new_role="viewer") as http:
        await sign_in(http, provider)
        assert await scalar(database, free)
        assert (await http.get("/sign-in/oidc")).status_code == 303
        async with database.transaction() as session:
            await session.execute(text("UPDATE rate_limits SET free_at = now() + interval '2 hours'"))
        assert (await http.get("/sign-in/oidc")).status_code == 429


async def test_without_a_provider_there_is_no_such_way_in(database_url):
    async with serving(database_url) as app, asking(app) as http:
        assert [(await http.get(path)).status_code for path in ("/sign-in/oidc", BACK)] == [404, 404]
        assert "/sign-in/oidc" not in (await http.get("/")).text


async def test_the_page_shows_the_way_in(database_url, provider):
    async with browser(database_url, provider) as http:
        assert 'href="/sign-in/oidc"' in (await http.get("/")).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"assay_oidc_client_id": None}, "needs ASSAY_OIDC_CLIENT_ID too"),
        ({"assay_oidc_redirect_url": None}, "needs ASSAY_OIDC_REDIRECT_URL too"),
        ({"assay_oidc_issuer": "http://login.example.com"}, "must begin with https://"),
        ({"assay_oidc_redirect_url": "http://assay.example.com/sign-in/oidc/back"}, "must begin with https://"),
    ],
)
def test_half_a_configuration_stops_the_start_with_one_sentence(changes, sentence):
    settings = {
        "assay_oidc_issuer": "https://login.example.com",
        "assay_oidc_client_id": CLIENT_ID,
        "assay_oidc_redirect_url": HOME + BACK,
    }
    with pytest.raises(InvalidInput, match=sentence):
        create_app(Settings(**{**settings, **changes}), "postgresql://nowhere", "nats://nowhere")
