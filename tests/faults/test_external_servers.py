"""The same code on servers that somebody else runs."""

from tests.faults import lab


def test_a_demo_runs_on_servers_started_elsewhere_and_starts_none(database_url, nats_url, tmp_path):
    home = tmp_path / "untouched"
    urls = {"DATABASE_URL": database_url, "NATS_URL": nats_url}
    document = lab.demo(home, **urls)
    assert document["messages"] > 300
    assert sum(document["approved"].values()) > 0
    status = lab.assay(home, "status", "--json", **urls)
    assert '"running": false' in status.stdout
    assert not home.exists()
    assert lab.processes_of(home) == []


def test_servers_that_do_not_answer_are_one_sentence(tmp_path):
    urls = {"DATABASE_URL": "postgresql://me:secret@127.0.0.1:1/none", "NATS_URL": "nats://127.0.0.1:1"}
    ended = lab.assay(tmp_path / "untouched", "metrics", **urls)
    assert ended.returncode == 3
    assert ended.stderr.startswith("The database does not answer: ")
    assert "secret" not in ended.stderr
    assert "Traceback" not in ended.stderr
