"""Who is told of failures, over HTTP: shown without secrets, tested, and for admins alone."""

import pytest
from tests.alerts.helpers import SECRET, http_server
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.db.models import Role, Scope

pytestmark = pytest.mark.anyio
ADDRESS = "https://ops.example/s3cret/path"


async def a_client(database, role=Role.ADMIN, *scopes):
    return bearer(await token(database, await person(database, f"of {role}", role), *(scopes or (Scope.ADMIN,))))


async def test_who_is_told_of_what_is_shown_without_a_secret(database, database_url):
    key = await a_client(database)
    mail = {
        "assay_smtp_url": "smtp://u:pw@mail.example",
        "assay_mail_from": "a@b.example",
        "assay_mail_to": "c@d.example",
    }
    settings = {"assay_webhook_url": ADDRESS, "assay_webhook_secret": SECRET, **mail}
    async with serving(database_url, **settings) as app, asking(app, **key) as http:
        answer = await http.get(f"{BASE}/alerts/receivers")
    assert answer.json() == {
        "receivers": [{"name": "webhook", "address": "ops.example"}, {"name": "mail", "address": "c@d.example"}],
        "problem": None,
        "severities": ["critical"],
        "most_per_day": 10,
    }


async def test_settings_that_name_half_of_a_receiver_are_told_in_a_sentence(database, database_url):
    key = await a_client(database)
    async with serving(database_url, assay_webhook_url=ADDRESS) as app, asking(app, **key) as http:
        found = (await http.get(f"{BASE}/alerts/receivers")).json()
    assert found["receivers"] == []
    assert found["problem"].startswith("ASSAY_WEBHOOK_SECRET is missing")


async def test_a_test_reaches_the_receivers_and_says_who_took_it(database, database_url):
    key = await a_client(database)
    async with http_server() as receiver:
        settings = {"assay_webhook_url": receiver.url, "assay_webhook_secret": SECRET}
        async with serving(database_url, **settings) as app, asking(app, **key) as http:
            answer = await http.post(f"{BASE}/alerts/test")
            sent = await http.get(f"{BASE}/alerts")
    assert answer.json() == {"items": [{"receiver": "webhook", "problem": None}]}
    assert b"nothing is wrong" in receiver.got[0][1]
    assert sent.json() == {"items": [], "next": None}


async def test_nobody_to_tell_is_said_and_who_is_no_admin_sees_nothing(database, database_url):
    admin, reviewer = await a_client(database), await a_client(database, Role.REVIEWER, Scope.READ, Scope.REVIEW)
    async with serving(database_url) as app, asking(app, **admin) as http:
        answer = await http.post(f"{BASE}/alerts/test")
        assert (answer.status_code, "No receiver is configured" in answer.json()["detail"]) == (422, True)
        assert (await http.get(f"{BASE}/alerts/receivers", headers=reviewer)).status_code == 403
