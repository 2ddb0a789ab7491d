"""SQL as text outside the files for it stops `make check`."""

import runpy
from pathlib import Path

TOOL = Path(__file__).parents[1] / "tools" / "raw_sql.py"
problems = runpy.run_path(str(TOOL))["problems"]


def found(root, files):
    for name, code in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
    return list(problems(root))


def test_a_statement_is_found_wherever_it_stands(tmp_path):
    in_pieces = 'rows = f"""\n    SELECT {columns} FROM entities"""'
    for_the_driver = "cursor.execute('DELETE FROM entities')"
    assert len(found(tmp_path, {"room/queries.py": in_pieces, "room/actions.py": for_the_driver})) == 2


def test_a_fragment_is_found_where_it_is_handed_over_as_sql(tmp_path):
    assert len(found(tmp_path, {"room/queries.py": "where(text('archived OR merged'))"})) == 1


def test_another_name_for_the_function_hides_nothing(tmp_path):
    code = "from sqlalchemy import text as as_it_is\norder_by(as_it_is('1, 2'))"
    assert len(found(tmp_path, {"room/queries.py": code})) == 1


def test_words_for_people_are_no_sql(tmp_path):
    words = "'''SELECT is explained.'''\nsay('Update it, or select another.')\nsay('As a superuser: CREATE EXTENSION')"
    assert found(tmp_path, {"room/queries.py": words}) == []


def test_a_file_of_sql_says_why(tmp_path):
    statement = "FOUND = text('SELECT 1')"
    [problem] = found(tmp_path, {"room/sql.py": statement, "other/sql.py": f"# Raw: LATERAL.\n{statement}"})
    assert problem.startswith("room/sql.py holds SQL and does not say why")


def test_a_folder_of_sql_may_say_why_for_all_its_files(tmp_path):
    assert found(tmp_path, {"room/sql/__init__.py": "'''Raw: CTEs.'''", "room/sql/lists.py": "text('SELECT 1')"}) == []


def test_our_own_code_keeps_the_rule():
    assert list(problems()) == []
