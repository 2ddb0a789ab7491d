"""The benchmarks are run seldom: that they still fit the code is seen here."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHMARKS = sorted((Path(__file__).parents[1] / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_what_a_benchmark_imports_from_the_code_is_there(path):
    for each in ast.walk(ast.parse(path.read_text())):
        if isinstance(each, ast.ImportFrom) and (each.module or "").split(".")[0] == "assay":
            module = import_module(str(each.module))
            missing = [name.name for name in each.names if not hasattr(module, name.name)]
            assert [name for name in missing if find_spec(f"{each.module}.{name}") is None] == []
