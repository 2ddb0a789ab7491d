"""Refuses SQL as text outside `sql.py` and folders called `sql`: `python tools/raw_sql.py`.

An expression of SQLAlchemy is checked with the models; a text is not, so it stands where it is looked for, with a
reason that begins with `Raw`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1] / "src" / "assay"
EXCEPT: Final = {
    "db/migrations": "what a migration does is written down as it was done",
    "db/models": "conditions of indexes and defaults of columns are kept as the database keeps them",
}
STATEMENT: Final = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|FROM|(LEFT |CROSS )?JOIN|WHERE|ORDER BY|SET|SHOW|LISTEN|NOTIFY"
    r"|LOCK|EXPLAIN|(CREATE|DROP|ALTER|TRUNCATE) (TEMP |UNIQUE )?(TABLE|INDEX|DATABASE))\s"
)
AS_TEXT: Final = ("text", "literal_column")


def is_sql(path: Path) -> bool:
    return path.name == "sql.py" or "sql" in path.parts[:-1]


def raw(tree: ast.AST) -> Iterator[int]:
    """The lines at which a string that reads like SQL begins, or is handed over as SQL."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    pieces = {id(each) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for each in node.values}
    called = set(_names_of_text(tree))
    for node in ast.walk(tree):
        if id(node) not in docstrings | pieces and STATEMENT.match(_words(node) or ""):
            yield node.lineno  # type: ignore[attr-defined]  # an expression has one
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in called:
            yield from (node.lineno for each in node.args[:1] if _words(each) is not None)


def _names_of_text(tree: ast.AST) -> Iterator[str]:
    """What the functions are called here that take SQL as text."""
    yield from AS_TEXT
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy":
            yield from (each.asname for each in node.names if each.name in AS_TEXT and each.asname)


def _words(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(each) or "..." for each in node.values)
    return None


def problems(root: Path = ROOT) -> Iterator[str]:
    for file in sorted(root.rglob("*.py")):
        path = file.relative_to(root)
        if any(path.is_relative_to(each) for each in EXCEPT):
            continue
        source = file.read_text()
        lines = sorted(set(raw(ast.parse(source))))
        if is_sql(path) and lines and "Raw" not in source + _of_folder(file):
            yield f"{path} holds SQL and does not say why: add a line to it that begins with 'Raw:'."
        elif not is_sql(path):
            yield from (
                f"{path}:{line} holds SQL: write it as an expression of SQLAlchemy, or, where it needs a CTE, LATERAL, "
                "jsonb or an upsert from a set, move it to the sql.py of its room with a line that says why."
                for line in lines
            )


def _of_folder(file: Path) -> str:
    """What the folder of a file says of all in it."""
    return (file.parent / "__init__.py").read_text() if file.parent.name == "sql" else ""


def main() -> int:
    found = list(problems())
    print("\n".join(found), end="\n" if found else "")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
