"""What is asked of the server itself. Raw: catalogues, and types of an extension that may be missing."""

from typing import Final

from sqlalchemy import text

VECTOR: Final = text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
AVAILABLE: Final = text("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")
IS_SUPERUSER: Final = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
TABLES: Final = text("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
MAY_CREATE: Final = text("SELECT has_schema_privilege(current_schema(), 'CREATE')")
COMPARES_VECTORS: Final = text(
    "SELECT a <=> a FROM (SELECT array_agg(random())::real[]::vector AS a FROM generate_series(1, 384)) s"
)
