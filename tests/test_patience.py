"""No test may depend on how fast the machine is: what must happen is waited for by tests.patience."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.patience import PATIENCE, until

TESTS = Path(__file__).parent
WAITING = {"timeout", "wait_for", "wait", "join", "result", "communicate", "create_connection"}
SHORT = 1
"""Below this, that the time runs out is what is tested."""


def limits(file: Path) -> Iterator[tuple[int, float]]:
    """(line, seconds) of every limit that stands in the code as a number."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [each.value for each in node.keywords if each.arg in {"timeout", "open_timeout", "ping_timeout"}]
        for each in given + (node.args if name in WAITING else []):
            if isinstance(each, ast.Constant) and isinstance(each.value, int | float):
                yield node.lineno, each.value


def test_no_test_sets_a_limit_that_a_slow_machine_could_reach():
    found = {
        f"{file.relative_to(TESTS)}:{line}": seconds
        for file in TESTS.rglob("*.py")
        for line, seconds in limits(file)
        if SHORT <= seconds < PATIENCE
    }
    assert found == {}


@pytest.mark.anyio
async def test_what_holds_at_once_is_not_waited_for_and_what_comes_is():
    looks = iter([0, "", None, 1])

    async def later() -> object:
        return next(looks)

    await until(lambda: True)
    await until(later)
    assert list(looks) == []
