"""The statements of backups. Raw: catalogues and commands of the server, which no model describes."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import TextClause, text

SNAPSHOT: Final = text("SELECT pg_export_snapshot()")
SERVER: Final = text("SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000")
TABLES: Final = text("""
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind IN ('r', 'p')
      AND c.relpersistence = 'p' AND NOT c.relispartition
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname""")
OTHERS: Final = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'""")
USED: Final = text("""
    SELECT EXISTS (SELECT FROM audit_log) OR EXISTS (SELECT FROM messages) OR EXISTS (SELECT FROM proposals)
        OR EXISTS (SELECT FROM users WHERE id <> :system)""")
EXISTS: Final = text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)")


def counted(tables: Sequence[str]) -> TextClause:
    """A row for each table: its name and how many rows it has."""
    return text(" UNION ALL ".join(f"""SELECT '{name}', count(*) FROM "{name}" """ for name in tables))


def renamed(name: str, to: str) -> TextClause:
    return text(f'ALTER DATABASE "{name}" RENAME TO "{to}"')


def created(name: str) -> TextClause:
    return text(f'CREATE DATABASE "{name}" TEMPLATE template0')


def dropped(name: str) -> TextClause:
    return text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
