"""The same code on servers that somebody else runs."""

from tests.faults import helpers


def test_a_demo_runs_on_servers_started_elsewhere_and_starts_none(demo, nats_url):
    assert demo.document["messages"] > 300
    assert sum(demo.document["approved"].values()) > 0
    status = helpers.assay(demo.home, "status", "--json", DATABASE_URL="postgresql://elsewhere/", NATS_URL=nats_url)
    assert '"running": false' in status.stdout
    assert not demo.home.exists()
    assert helpers.processes_of(demo.home) == []


def test_servers_that_do_not_answer_are_one_sentence(tmp_path):
    urls = {"DATABASE_URL": "postgresql://me:secret@127.0.0.1:1/none", "NATS_URL": "nats://127.0.0.1:1"}
    ended = helpers.assay(tmp_path / "untouched", "metrics", **urls)
    assert ended.returncode == 3
    assert ended.stderr.startswith("The database does not answer: ")
    assert "secret" not in ended.stderr
    assert "Traceback" not in ended.stderr
