"""The statements on a server that has just started. Raw: they go to the driver, and no model describes them."""

from typing import Final

DATABASE_EXISTS: Final = "SELECT FROM pg_database WHERE datname = %s"
CREATE_DATABASE: Final = "CREATE DATABASE {}"

SELFTEST: Final = (
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
