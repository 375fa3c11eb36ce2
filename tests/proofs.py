"""Tests that a document cites as proofs: they exist, and pytest would run them."""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the tests of a file below `tests/` that pytest would run: none that is always skipped."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    found = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
    return frozenset(node.name for node in found if not any(map(_skips, node.decorator_list)))


def _skips(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).startswith(("pytest.mark.skip(", "pytest.mark.xfail"))
