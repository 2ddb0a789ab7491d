"""The policy over HTTP."""

import pytest
from tests.web.helpers import BASE, asking, bearer, person, serving, token

from assay.db.models import Role, Scope

pytestmark = pytest.mark.anyio
POLICY = f"{BASE}/policy"


async def test_rules_are_set_tried_and_taken_back(database, database_url):
    root = await person(database, "root", Role.ADMIN)
    key = await token(database, root, *Scope)
    async with serving(database_url) as app, asking(app, **bearer(key)) as http:
        assert (await http.get(POLICY)).json()["document"] == {}
        rules = {"rules": [{"channels": ["legal"], "human_required": True}]}
        put = await http.put(POLICY, json={"document": rules, "note": "Law."})
        assert (put.status_code, put.json()["version"], put.json()["document"]) == (200, 1, rules)
        [version] = (await http.get(f"{POLICY}/history")).json()["items"]
        assert (version["author"], version["note"], version["document"]) == ("root", "Law.", rules)
        trial = await http.post(f"{POLICY}/simulate", json={"changes": {"auto_approval_threshold": 0.5}})
        assert trial.json()["candidate"]["queue"]["pending"] == 0
        assert (await http.get(f"{POLICY}/shadow")).status_code == 404
        assert (await http.post(f"{POLICY}/versions/1/undo")).json() == {"reverted": 0, "kept": []}
        assert (await http.post(f"{POLICY}/versions/7/undo")).status_code == 404
        for wrong in ({"rules": 1}, {"nothing": 1}, {"auto_approval_threshold": 2}):
            assert (await http.put(POLICY, json={"document": wrong})).status_code == 422
        assert (await http.get(POLICY)).json()["version"] == 1


async def test_who_may_only_review_may_look_and_try_but_not_set(database, database_url):
    ana = await person(database, "ana")
    key = await token(database, ana, Scope.READ, Scope.REVIEW)
    async with serving(database_url) as app, asking(app, **bearer(key)) as http:
        assert (await http.get(POLICY)).status_code == 200
        assert (await http.post(f"{POLICY}/simulate", json={"changes": {}})).status_code == 200
        assert (await http.put(POLICY, json={"document": {}})).status_code == 403
        assert (await http.post(f"{POLICY}/versions/0/undo")).status_code == 403
