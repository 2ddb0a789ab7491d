"""How much of the machine's memory the embedded PostgreSQL takes for its pages."""

import pytest

from assay.runtime import postgres

GB = 1 << 30


@pytest.mark.parametrize(
    ("memory", "buffers"), [(GB // 2, "128MB"), (2 * GB, "256MB"), (8 * GB, "1GB"), (256 * GB, "4GB")]
)
def test_it_is_an_eighth_within_bounds(supervisor, query, monkeypatch, memory, buffers):
    monkeypatch.setattr(postgres, "memory", lambda: memory)
    assert query(supervisor.start().database_url, "SHOW shared_buffers") == buffers


@pytest.mark.parametrize(("said", "expected"), [("max\n", None), ("1073741824\n", GB), ("9223372036854771712\n", None)])
def test_the_limit_of_a_container_counts(tmp_path, monkeypatch, said, expected):
    monkeypatch.setattr(postgres, "_MEMORY_LIMITS", ())
    machine = postgres.memory()
    limit = tmp_path / "memory.max"
    limit.write_text(said)
    monkeypatch.setattr(postgres, "_MEMORY_LIMITS", (str(limit), str(tmp_path / "none")))
    assert postgres.memory() == min(expected or machine, machine)
