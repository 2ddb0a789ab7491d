"""Who may ask, proved over HTTP."""

import asyncio
import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.builders import rows, scalar
from tests.web.helpers import (
    BASE,
    ELSEWHERE,
    PASSWORD,
    asking,
    bearer,
    person,
    serving,
    signed_in,
    token,
    with_password,
)

from assay.accounts import actions, tokens
from assay.audit.actor import SYSTEM
from assay.cli.first_admin import link_for_operator
from assay.clock import now
from assay.db.models import ActorKind, Role, Scope
from assay.errors import AssayError
from assay.web.auth import permissions, refuse_undeclared

pytestmark = pytest.mark.anyio
JSON = {"Content-Type": "application/json"}
KEY = {"name": "x", "scopes": ["read"]}
OURS = {"Sec-Fetch-Site": "same-origin"}


async def test_every_route_declares_who_may_ask(database_url):
    async with serving(database_url) as app:
        declared = permissions(app)
        assert len(declared) > 10
        assert {route: len(each) for route, each in declared.items() if len(each) != 1} == {}

        app.add_api_route("/forgotten", lambda: "Nobody decided about this.")
        with pytest.raises(AssayError, match="GET /forgotten"):
            refuse_undeclared(app)


async def test_nothing_that_needs_an_account_is_answered_without_one(database_url):
    async with serving(database_url) as app, asking(app) as http:
        open_to_all = {
            "/",
            "/ui",
            "/ui/{place:path}",
            "/ui/assets/{name}",
            "/ui/favicon.svg",
            "/sign-in",
            "/sign-in/oidc",
            "/sign-in/oidc/back",
            "/healthz",
            "/readyz",
            f"{BASE}/openapi.json",
            f"{BASE}/sources/{{source_id}}/events",  # proved by a signature: test_hooks
        }
        for route in permissions(app):
            methods, path = route.split(" ")
            if path in open_to_all or route == f"POST {BASE}/session" or methods == "WEBSOCKET":
                continue
            path = path.replace("{", "").replace("}", "")
            answer = await http.request(methods.split(",")[0], path, content=b"{bad", headers=JSON)
            assert answer.status_code == 401, route
            assert answer.headers["content-type"] == "application/problem+json"


async def test_who_may_not_send_something_is_not_read(database, database_url):
    weak = bearer(await token(database, await person(database, "vera", Role.VIEWER), Scope.READ))
    read = []

    async def body():
        read.append("a piece")
        yield b"{bad"

    async with serving(database_url) as app, asking(app) as http:
        for headers, status in (({}, 401), (bearer("assay_guess"), 401), (weak, 403)):
            answer = await http.post(f"{BASE}/messages", content=body(), headers={**JSON, **headers})
            assert (answer.status_code, read) == (status, [])


async def test_a_write_costs_one_request(database, database_url):
    key = bearer(await token(database, await person(database, "ana"), Scope.PROPOSE))
    async with serving(database_url, assay_requests_per_second=1) as app, asking(app, **key) as http:
        answers = await until_refused(lambda: http.post(f"{BASE}/messages", json={}))
        assert {each.status_code for each in answers[:-1]} == {422}


async def test_a_person_signs_in_is_known_and_signs_out(database, database_url):
    ana = await with_password(database, "ana", Role.ADMIN)
    async with serving(database_url) as app, signed_in(app, "ana") as http:
        device, cookie = sorted(http.cookies.jar, key=lambda each: each.name)
        assert (device.name, cookie.name) == ("__Host-assay_device", "__Host-assay_session")
        for each in (device, cookie):
            assert (each.secure, each.path) == (True, "/")
            assert each.has_nonstandard_attr("HttpOnly")
            assert each.get_nonstandard_attr("SameSite") == "lax"
        who = (await http.get(f"{BASE}/session")).json()
        assert (who["user_id"], who["role"], len(who["scopes"])) == (ana.user_id, "admin", 4)
        ends = await scalar(database, "SELECT expires_at FROM sessions")
        assert datetime.fromisoformat(who["expires_at"]) == ends
        assert await scalar(database, "SELECT count(*) FROM sessions WHERE id_hash = :it", it=cookie.value) == 0
        assert (await http.delete(f"{BASE}/session", headers=OURS)).status_code == 204
        assert await scalar(database, "SELECT count(*) FROM sessions") == 0
    trail = await rows(database, "SELECT action FROM audit_log ORDER BY id")
    assert [each.action for each in trail][-2:] == ["user.signed_in", "user.signed_out"]


async def test_on_the_machine_itself_the_cookie_needs_no_https(database, database_url):
    await with_password(database, "ana")
    here = {"peer": "127.0.0.1", "base_url": "http://127.0.0.1:8000"}
    async with serving(database_url) as app, signed_in(app, "ana", **here) as http:
        assert sorted(each.name for each in http.cookies.jar) == ["assay_device", "assay_session"]
        assert (await http.get(f"{BASE}/session")).json()["name"] == "ana"


@pytest.mark.parametrize(("name", "password"), [("ana", "wrong wrong wrong"), ("nobody", PASSWORD), ("system", "")])
async def test_a_wrong_sign_in_says_the_same_whatever_was_wrong(database, database_url, name, password):
    await with_password(database, "ana")
    async with serving(database_url) as app, asking(app) as http:
        answer = await http.post(f"{BASE}/session", json={"name": name, "password": password})
    assert (answer.status_code, answer.json()["detail"]) == (401, "The name or the password is wrong.")
    assert not answer.headers.get("set-cookie")


async def test_sign_ins_are_limited_whichever_process_answers(database, database_url):
    await with_password(database, "ana")
    wrong = {"name": "nobody", "password": "wrong"}
    async with serving(database_url) as one, serving(database_url) as two, asking(one) as first, asking(two) as second:
        clients = itertools.cycle([first, second])
        answers = await until_refused(lambda: next(clients).post(f"{BASE}/session", json=wrong))
    assert {each.status_code for each in answers[:-1]} == {401}
    assert int(answers[-1].headers["retry-after"]) > 0


async def until_refused(ask) -> list[Any]:
    """Asks more often than anybody may, and gives the answers up to the first refusal. Meanwhile some come free."""
    answers = []
    for _ in range(200):
        answers.append(await ask())
        if answers[-1].status_code == 429:
            assert len(answers) > 10
            return answers
    raise AssertionError("Nothing was refused.")


async def test_each_user_has_one_allowance_for_all_their_tokens(database, database_url):
    ana, bob = await person(database, "ana"), await person(database, "bob")
    many, more, few = [await token(database, each, Scope.READ) for each in (ana, ana, bob)]
    async with serving(database_url, assay_requests_per_second=1) as app, asking(app) as http:
        answers = await until_refused(lambda: http.get(f"{BASE}/session", headers=bearer(many)))
        assert {each.status_code for each in answers[:-1]} == {200}
        assert (await http.get(f"{BASE}/session", headers=bearer(more))).status_code == 429
        assert (await http.get(f"{BASE}/session", headers=bearer(few))).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "https://assay.test"}, 204),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://assay.test"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_page_elsewhere_changes_nothing_by_a_persons_cookie(database, database_url, headers, status):
    await with_password(database, "ana")
    async with serving(database_url) as app, signed_in(app, "ana") as http:
        answer = await http.delete(f"{BASE}/session", headers=headers)
        assert answer.status_code == status
    assert await scalar(database, "SELECT count(*) FROM sessions") == (0 if status == 204 else 1)


async def test_a_page_elsewhere_cannot_sign_a_browser_in(database, database_url):
    await with_password(database, "ana")
    body = {"name": "ana", "password": PASSWORD}
    async with serving(database_url) as app, asking(app) as http:
        answer = await http.post(f"{BASE}/session", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


async def test_a_token_does_what_its_scopes_and_its_user_may(database, database_url):
    reviewer, admin = await person(database, "rob"), await person(database, "ada", Role.ADMIN)
    weak, strong = await token(database, reviewer, Scope.READ), await token(database, admin, Scope.ADMIN)
    async with serving(database_url) as app, asking(app) as http:
        assert (await http.get(f"{BASE}/users", headers=bearer(weak))).status_code == 403
        listed = await http.get(f"{BASE}/users", headers=bearer(strong))
        assert {"rob", "ada", "system"} <= {each["name"] for each in listed.json()["items"]}
        change = await http.patch(f"{BASE}/users/{admin.user_id}", json={"role": "viewer"}, headers=bearer(strong))
        assert (change.status_code, change.json()["detail"]) == (
            409,
            "ada is the last admin: make somebody else one first.",
        )
        await http.patch(f"{BASE}/users/{reviewer.user_id}", json={"role": "admin"}, headers=bearer(strong))
        await token(database, reviewer, Scope.ADMIN)
        await http.patch(f"{BASE}/users/{admin.user_id}", json={"role": "viewer"}, headers=bearer(strong))
        assert (await http.get(f"{BASE}/users", headers=bearer(strong))).status_code == 403


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"disabled": True}])
async def test_an_admin_is_kept_who_can_sign_in(database, database_url, change):
    ada, other = await person(database, "ada", Role.ADMIN), await person(database, "bob", Role.ADMIN)
    secret = await token(database, ada, Scope.ADMIN)
    await token(database, other, Scope.READ)
    async with database.transaction() as session:
        ended = await tokens.create(session, other.user_id, name="x", scopes=[Scope.ADMIN], actor=SYSTEM)
        await tokens.revoke(session, ended.token.id, actor=SYSTEM)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as http:
        refused = await http.patch(f"{BASE}/users/{ada.user_id}", json=change)
        assert (refused.status_code, refused.json()["detail"]) == (
            409,
            "ada is the last admin who can sign in: give another a password or a token first.",
        )
        assert (await http.put(f"{BASE}/users/{other.user_id}/password", json={"password": PASSWORD})).is_success
        assert (await http.patch(f"{BASE}/users/{ada.user_id}", json=change)).is_success


async def test_no_two_users_have_one_name_in_other_letters(database, database_url):
    secret = await token(database, await person(database, "Änne", Role.ADMIN), Scope.ADMIN)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as http:
        taken = await http.post(f"{BASE}/users", json={"name": "äNNE", "role": "viewer"})
        assert (taken.status_code, taken.json()["detail"]) == (409, "There is a user 'Änne' already.")
        new = [http.post(f"{BASE}/users", json={"name": name, "role": "viewer"}) for name in ("Bob", "bob", "BOB")]
        assert sorted(each.status_code for each in await asyncio.gather(*new)) == [201, 409, 409]


async def test_a_token_ends_by_date_by_revoking_and_with_its_user(database, database_url):
    ana = await person(database, "ana")
    late = await token(database, ana, Scope.READ, expires_at=now() + timedelta(seconds=1))
    good, revoked = await token(database, ana, Scope.READ), await token(database, ana, Scope.READ)
    async with database.transaction() as session:
        from sqlalchemy import text

        await session.execute(
            text("UPDATE api_tokens SET expires_at = now() - interval '1 s' WHERE expires_at > now()")
        )
    async with serving(database_url) as app, asking(app) as http:

        async def asked(secret: str):
            return (await http.get(f"{BASE}/session", headers=bearer(secret))).status_code

        mine = (await http.get(f"{BASE}/tokens", headers=bearer(good))).json()["items"]
        newest = mine[0]
        assert newest["prefix"] == revoked[:12]
        assert "secret_hash" not in newest
        assert (await http.delete(f"{BASE}/tokens/{newest['id']}", headers=bearer(good))).status_code == 403
        assert (await http.delete(f"{BASE}/tokens/{newest['id']}", headers=bearer(revoked))).status_code == 204
        assert [await asked(each) for each in (good, late, revoked, "assay_guess", "")] == [200, 401, 401, 401, 401]
        assert await scalar(database, "SELECT count(*) FROM api_tokens WHERE last_used_at IS NOT NULL") == 2
        async with database.transaction() as session:
            await actions.disable_user(session, ana.user_id, actor=SYSTEM)
        assert await asked(good) == 401


async def test_nobody_gives_a_token_more_than_they_have(database, database_url):
    bob = await person(database, "bob")
    await with_password(database, "ana")
    async with serving(database_url) as app, signed_in(app, "ana") as http:

        async def asked(**body):
            return (await http.post(f"{BASE}/tokens", json={**KEY, **body}, headers=OURS)).status_code

        assert await asked() == 201
        assert await asked(scopes=["read", "admin"]) == 403
        assert await asked(user_id=bob.user_id) == 403


async def test_a_token_does_not_outlive_itself_by_those_it_gives(database, database_url):
    ana, ada = await person(database, "ana"), await person(database, "ada", Role.ADMIN)
    worker = await token(database, ana, Scope.READ, Scope.PROPOSE, Scope.REVIEW)
    ends = now() + timedelta(hours=1)
    admin = await token(database, ada, Scope.READ, Scope.ADMIN, expires_at=ends)
    async with serving(database_url) as app, asking(app) as http:

        async def asked(secret: str, end: datetime | None = None):
            key = {**KEY, "expires_at": end and end.isoformat()}
            return (await http.post(f"{BASE}/tokens", json=key, headers=bearer(secret))).status_code

        assert await asked(worker) == 403
        assert await asked(admin) == 403
        assert await asked(admin, ends + timedelta(seconds=1)) == 403
        assert await asked(admin, ends) == 201
    assert await scalar(database, "SELECT count(*) FROM api_tokens") == 3


async def test_what_holds_a_secret_is_done_once_with_a_key_and_the_secret_is_not_kept(database, database_url):
    ada = await with_password(database, "ada", Role.ADMIN)
    admin = bearer(await token(database, ada, *Scope))
    async with serving(database_url) as app, asking(app, **admin) as http:
        for method, path, body in (
            ("POST", "tokens", KEY),
            ("PUT", f"users/{ada.user_id}/password", {"password": f"another {PASSWORD}"}),
        ):
            headers = {"Idempotency-Key": path}
            first, again = [await http.request(method, f"{BASE}/{path}", json=body, headers=headers) for _ in "ab"]
            assert (first.is_success, again.status_code) == (True, 409), first.text
            assert "not kept" in again.json()["detail"]
    assert await scalar(database, "SELECT count(*) FROM api_tokens") == 2
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'user.password_changed'") == 2
    assert await rows(database, "SELECT status, answer FROM idempotency_keys") == [(None, None)] * 2


async def test_a_disabled_user_is_out_everywhere_at_once(database, database_url):
    ana, ada = await with_password(database, "ana"), await person(database, "ada", Role.ADMIN)
    admin = bearer(await token(database, ada, Scope.ADMIN))
    async with serving(database_url) as app, signed_in(app, "ana") as http, asking(app) as other:
        assert (await other.patch(f"{BASE}/users/{ana.user_id}", json={"disabled": True}, headers=admin)).is_success
        assert (await http.get(f"{BASE}/session")).status_code == 401
        again = await other.post(f"{BASE}/session", json={"name": "ana", "password": PASSWORD})
        assert again.status_code == 401
        assert (await other.patch(f"{BASE}/users/{ana.user_id}", json={"disabled": False}, headers=admin)).is_success
        assert (await other.post(f"{BASE}/session", json={"name": "ana", "password": PASSWORD})).status_code == 201


async def test_an_agent_has_no_password(database, database_url):
    bot, ada = await person(database, "bot", kind=ActorKind.AGENT), await person(database, "ada", Role.ADMIN)
    async with serving(database_url) as app, asking(app, **bearer(await token(database, ada, Scope.ADMIN))) as http:
        answer = await http.put(f"{BASE}/users/{bot.user_id}/password", json={"password": PASSWORD})
        system = await http.put(f"{BASE}/users/1/password", json={"password": PASSWORD})
        short = await http.put(f"{BASE}/users/{ada.user_id}/password", json={"password": "short"})
    assert [each.status_code for each in (answer, system, short)] == [422, 422, 422]


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        (ELSEWHERE, {}, 401),
        ("garbage", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 401),
    ],
)
async def test_figures_are_for_monitors_on_this_machine_and_not_for_what_a_proxy_brings(
    database_url, peer, headers, status
):
    async with serving(database_url) as app, asking(app, peer=peer, **headers) as http:
        assert (await http.get(f"{BASE}/metrics/proposals")).status_code == status


async def test_a_link_signs_in_once_and_only_here(database, database_url):
    link = await link_for_operator(database, "http://127.0.0.1:8000")
    async with serving(database_url) as app:
        async with asking(app) as http:
            assert (await http.get(link)).status_code == 403
        async with asking(app, peer="127.0.0.1", base_url="http://127.0.0.1:8000") as http:
            answer = await http.get(link)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            assert "You are signed in as local:" in (await http.get("/")).text
            assert (await http.get(f"{BASE}/session")).json()["role"] == "admin"
            assert (await http.get(link)).status_code == 401


async def test_answers_tell_browsers_what_no_page_of_ours_does(database_url):
    async with serving(database_url) as app, asking(app) as http:
        answer = await http.get(f"{BASE}/session")
    assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
