"""Nobody who knows a name keeps its owner out; nobody guesses a password, from however many machines."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.builders import rows, scalar
from tests.web.helpers import BASE, ELSEWHERE, PASSWORD, asking, bearer, serving, signed_in, token, with_password

from assay.accounts import actions, attempts
from assay.accounts.attempts import AT_A_PLACE, network
from assay.accounts.secrets import digest
from assay.audit.actor import SYSTEM
from assay.db.models import Role, Scope
from assay.settings import Settings

pytestmark = pytest.mark.anyio
HERE = f"sign-in from address {ELSEWHERE}"


async def tries(app: Any, name: str, password: str = "wrong", *, peer: str = ELSEWHERE, **headers: str) -> int:
    async with asking(app, peer=peer, **headers) as http:
        return int((await http.post(f"{BASE}/session", json={"name": name, "password": password})).status_code)


def tried(name: str, at: str = "") -> str:
    """The allowance of a name, of all strangers or at one place."""
    return f"sign-in as {digest(name)}{at}"


@pytest.fixture(autouse=True)
def slow_refill(monkeypatch):
    """So that no try comes free while a test runs, on however slow a machine."""
    for name in ("AT_A_PLACE", "OF_AN_ADDRESS", "OF_STRANGERS"):
        monkeypatch.setattr(attempts, name, replace(getattr(attempts, name), interval=timedelta(minutes=10)))


async def uses_up(database: Any, *keys: str) -> None:
    """Leaves nothing of these allowances, as if somebody had tried and tried."""
    async with database.transaction() as session:
        for key in keys:
            at_a_place = key.startswith("sign-in as") and " from " in key
            burst = attempts.AT_A_PLACE.burst if at_a_place else attempts.OF_STRANGERS.burst
            await session.execute(
                text("""
                INSERT INTO rate_limits (key, free_at) VALUES (:key, now() + :window)
                ON CONFLICT (key) DO UPDATE SET free_at = excluded.free_at"""),
                {"key": key, "window": burst * timedelta(minutes=10)},
            )


async def until_refused(ask: Callable[[], Awaitable[int]]) -> int:
    """How many tries were answered before one was refused. Meanwhile some come free."""
    for number in range(200):
        if await ask() == 429:
            return number
    raise AssertionError("Nothing was refused.")


async def test_who_knows_a_name_does_not_keep_its_owner_out(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app:
        guesses = [await tries(app, "ana", peer=f"192.0.2.{number}") for number in range(1, 13)]
        assert set(guesses) == {401}
        assert await until_refused(lambda: tries(app, "ana", peer="192.0.2.200")) >= AT_A_PLACE.burst
        assert await tries(app, "ana", PASSWORD, peer="203.0.113.99") == 201


async def test_a_password_is_not_guessed_from_many_machines(database, database_url):
    await with_password(database, "ana")
    await uses_up(database, tried("ana"))
    async with serving(database_url) as app:
        assert await tries(app, "ana", PASSWORD, peer="192.0.2.1") == 429
        assert await tries(app, "ANA", PASSWORD, peer="192.0.2.2") == 429
        assert await tries(app, "bob", PASSWORD, peer="192.0.2.1") == 401


async def test_an_address_or_a_device_where_somebody_came_in_before_is_let_through(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app, asking(app, peer="192.0.2.1") as laptop:
        right = {"name": "ana", "password": PASSWORD}
        assert (await laptop.post(f"{BASE}/session", json=right)).status_code == 201
        await uses_up(database, tried("ana"))
        assert await tries(app, "ana", PASSWORD, peer="192.0.2.1") == 201
        device = laptop.cookies["__Host-assay_device"]
        travelling = {"peer": "192.0.2.77", "cookie": f"__Host-assay_device={device}"}
        assert await tries(app, "ana", PASSWORD, **travelling) == 201
        assert await tries(app, "ana", PASSWORD, peer="192.0.2.78") == 429
        assert await scalar(database, "SELECT count(*) FROM known_places WHERE place LIKE :it", it=f"%{device}%") == 0


async def test_what_others_try_at_the_same_address_leaves_a_known_device_alone(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app, asking(app) as laptop:
        right = {"name": "ana", "password": PASSWORD}
        assert (await laptop.post(f"{BASE}/session", json=right)).status_code == 201
        await uses_up(database, tried("ana", f" from address {ELSEWHERE}"), f"sign-in from address {ELSEWHERE}")
        assert await tries(app, "ana", PASSWORD) == 429
        assert (await laptop.post(f"{BASE}/session", json=right)).status_code == 201

        async def wrong() -> int:
            return int((await laptop.post(f"{BASE}/session", json={**right, "password": "wrong"})).status_code)

        assert await until_refused(wrong) >= AT_A_PLACE.burst


async def test_the_device_of_one_person_opens_nothing_for_another_name(database, database_url):
    await with_password(database, "ana")
    await with_password(database, "eve")
    async with serving(database_url) as app, asking(app, peer="192.0.2.1") as http:
        await http.post(f"{BASE}/session", json={"name": "eve", "password": PASSWORD})
        device = http.cookies["__Host-assay_device"]
        await uses_up(database, tried("ana"))
        assert await tries(app, "ana", peer="192.0.2.9", cookie=f"__Host-assay_device={device}") == 429


async def test_refusals_do_not_tell_whether_there_is_somebody_of_a_name(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app:
        await tries(app, "ana", PASSWORD)
        seen = {}
        for name in ("ana", "nobody"):
            seen[name] = [await tries(app, name)]
            await uses_up(database, tried(name))
            seen[name] += [await tries(app, name), await tries(app, name, peer="192.0.2.1")]
            await uses_up(database, tried(name, f" from address {ELSEWHERE}"))
            seen[name] += [await tries(app, name)]
    assert seen["ana"] == seen["nobody"] == [401, 401, 429, 429]


async def test_many_people_share_an_address(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app:
        assert {await tries(app, f"person{number}") for number in range(12)} == {401}
        assert {await tries(app, "ana", PASSWORD) for _ in range(AT_A_PLACE.burst + 2)} == {201}
    left = "SELECT free_at <= now() FROM rate_limits WHERE key = :it"
    assert await scalar(database, left, it=tried("ana", f" from address {ELSEWHERE}"))


async def test_one_address_does_not_try_all_names(database, database_url):
    async with serving(database_url) as app:
        await tries(app, "somebody")
        before = await scalar(database, "SELECT free_at FROM rate_limits WHERE key = :it", it=HERE)
        await tries(app, "somebody else")
        assert await scalar(database, "SELECT free_at FROM rate_limits WHERE key = :it", it=HERE) > before
        await uses_up(database, HERE)
        assert await tries(app, "anybody") == 429
        assert await tries(app, "anybody", peer="192.0.2.1") == 401


async def test_parallel_guesses_get_no_more_than_their_allowance(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app:
        answers = await asyncio.gather(*(tries(app, "ana") for _ in range(AT_A_PLACE.burst + 6)))
    assert answers.count(401) >= AT_A_PLACE.burst
    assert 429 in answers


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("x" * 500, "x" * 100),
    ],
)
def test_the_addresses_of_one_customer_count_as_one(address, counted):
    assert network(address) == counted


async def test_places_are_forgotten_with_time_with_a_new_password_and_beyond_a_number(database, database_url):
    ana = await with_password(database, "ana")
    async with database.transaction() as session:
        for number in range(attempts.MAX_PLACES + 5):
            await attempts.remember(session, ana.user_id, attempts.SignInPlace(f"192.0.2.{number}"))
        assert await session.scalar(text("SELECT count(*) FROM known_places")) == attempts.MAX_PLACES
        await session.execute(text("UPDATE known_places SET last_used_at = now() - interval '91 days'"))
        await attempts.remember(session, ana.user_id, attempts.SignInPlace("192.0.2.250"))
        assert await session.scalar(text("SELECT count(*) FROM known_places")) == 2
    async with database.transaction() as session:
        await actions.set_password(session, ana.user_id, "a hash", actor=SYSTEM)
    assert await scalar(database, "SELECT count(*) FROM known_places") == 0


BEHIND = {"assay_trusted_proxies": "192.0.2.80, 10.0.0.0/8"}


async def test_behind_a_trusted_proxy_everybody_is_counted_alone(database, database_url):
    async with serving(database_url, **BEHIND) as app:
        for client, peer in (
            ("198.51.100.1", "192.0.2.80"),
            ("198.51.100.250, 198.51.100.2, 10.1.1.1", "192.0.2.80"),  # what the client itself claims is not believed
            ("198.51.100.251", "192.0.2.9"),  # nor what a stranger claims
        ):
            assert await tries(app, "ana", peer=peer, **{"X-Forwarded-For": client}) == 401
    counted = await rows(database, "SELECT key FROM rate_limits WHERE key LIKE 'sign-in from%' ORDER BY key")
    assert [each.key.rpartition(" ")[2] for each in counted] == ["192.0.2.9", "198.51.100.1", "198.51.100.2"]


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("127.0.0.1", {"User-Agent": "curl/8.5.0", "X-Prometheus-Scrape-Timeout-Seconds": "10"}, 200),
        *(
            ("127.0.0.1", {name: "1.1 proxy"}, 401)
            for name in (
                "Via",
                "Forwarded",
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "X-Forwarded-Proto",
                "X-Real-IP",
                "X-Amzn-Trace-Id",
                "X-Envoy-External-Address",
                "X-Vendor-Of-Tomorrow",
                "CF-Connecting-IP",
                "CF-Ray",
                "CDN-Loop",
                "True-Client-IP",
                "Fly-Client-IP",
                "Fastly-Client-IP",
            )
        ),
        ("10.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 401),
    ],
)
async def test_what_a_proxy_brings_is_not_from_this_machine(database_url, peer, headers, status):
    async with serving(database_url, **BEHIND) as app, asking(app, peer=peer, **headers) as http:
        assert (await http.get(f"{BASE}/metrics/proposals")).status_code == status


@pytest.mark.parametrize(
    ("told", "status"), [("127.0.0.1", 200), ("203.0.113.9", 401), ("127.0.0.1, 203.0.113.9", 401)]
)
async def test_a_trusted_proxy_on_this_machine_says_who_is_local(database_url, told, status):
    headers = {"X-Forwarded-For": told, "Via": "1.1 proxy"}
    async with serving(database_url, assay_trusted_proxies="127.0.0.1") as app:
        async with asking(app, peer="127.0.0.1", **headers) as http:
            assert (await http.get(f"{BASE}/metrics/proposals")).status_code == status
        async with asking(app, peer="127.0.0.1", Via="1.1 proxy") as http:
            assert (await http.get(f"{BASE}/metrics/proposals")).status_code == 401


@pytest.mark.parametrize("words", ["*", "proxy.example", "10.0.0.5/8", "10.0.0.0/8 192.0.2.1"])
def test_a_proxy_that_is_no_address_is_refused_in_one_sentence(words):
    with pytest.raises(ValueError, match="addresses or networks with commas between"):
        Settings.model_validate({"assay_trusted_proxies": words})


async def test_who_fails_and_who_comes_in_stands_in_the_trail(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app:
        await tries(app, "ana")
        await tries(app, "ana", PASSWORD)
    trail = await rows(database, "SELECT action FROM audit_log ORDER BY id")
    assert [each.action for each in trail][-2:] == ["user.sign_in_failed", "user.signed_in"]


NEW = f"another {PASSWORD}"
OURS = {"Sec-Fetch-Site": "same-origin"}


async def changes(http: Any, old: str = PASSWORD, new: str = NEW) -> tuple[int, str]:
    answer = await http.put(f"{BASE}/session/password", json={"old": old, "new": new}, headers=OURS)
    return answer.status_code, answer.json()["detail"] if answer.content else ""


async def test_people_change_their_own_password_and_only_this_session_goes_on(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app, signed_in(app, "ana") as here, signed_in(app, "ana") as there:
        assert await changes(here) == (204, "")
        assert (await here.get(f"{BASE}/session")).status_code == 200
        assert (await there.get(f"{BASE}/session")).status_code == 401
        assert await tries(app, "ana") == 401
        assert await tries(app, "ana", NEW) == 201
        await uses_up(database, tried("ana", f" from address {ELSEWHERE}"))
        again = await here.post(f"{BASE}/session", json={"name": "ana", "password": NEW})
        assert again.status_code == 201  # the device is known still
    trail = await rows(database, "SELECT action FROM audit_log WHERE action LIKE 'user.password%' ORDER BY id")
    assert [each.action for each in trail] == ["user.password_changed"] * 2


async def test_a_password_is_changed_only_by_who_knows_the_old_one(database, database_url):
    ana = await with_password(database, "ana")
    secret = await token(database, ana, Scope.READ)
    async with serving(database_url) as app, signed_in(app, "ana") as http:
        assert await changes(http, old="wrong") == (403, "The old password is wrong.")
        assert await changes(http, new="short") == (422, "The password has 5 characters; 12 to 1000 are allowed.")
        async with asking(app, **bearer(secret)) as program:
            assert await changes(program) == (403, "A token changes no password: sign in.")
        async with asking(app) as nobody:
            assert (await changes(nobody))[0] == 401
        assert await until_refused(lambda: _status(changes(http, old="wrong"))) >= 1
        assert (await http.get(f"{BASE}/session")).status_code == 200
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'user.password_change_failed'") > 1


async def _status(answer: Any) -> int:
    return int((await answer)[0])


async def test_of_two_changes_at_once_one_is_made(database, database_url):
    await with_password(database, "ana")
    async with serving(database_url) as app, signed_in(app, "ana") as http:
        both = await asyncio.gather(changes(http), changes(http, new=f"a third {PASSWORD}"))
    assert sorted(status for status, _ in both) == [204, 409]


async def test_an_admin_resets_a_password_and_every_session_ends(database, database_url):
    ana, ada = await with_password(database, "ana"), await with_password(database, "ada", Role.ADMIN)
    key = bearer(await token(database, ada, Scope.ADMIN))
    async with serving(database_url) as app, signed_in(app, "ana") as http, asking(app, **key) as admin:
        reset = await admin.put(f"{BASE}/users/{ana.user_id}/password", json={"password": NEW})
        assert reset.status_code == 204
        assert (await http.get(f"{BASE}/session")).status_code == 401
        assert await tries(app, "ana", NEW) == 201
    wanted = "SELECT detail FROM audit_log WHERE actor_user_id = :ada AND action = 'user.password_changed'"
    [entry] = await rows(database, wanted, ada=ada.user_id)
    assert entry.detail["name"] == "ana"
    assert NEW not in str(entry.detail)
