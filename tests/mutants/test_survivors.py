"""The list of explained mutants matches the source, and a run's survivors are compared with the list."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.mutants.survivors import EXPLAINED, Mutant, explained, objections

TOP = Path(__file__).parents[2]
MUTATED: list[str] = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]["only_mutate"]
KNOWN = explained(EXPLAINED.read_text("utf-8"))

SHOWN = """\
--- reconciler/hubspot/wire.py
+++ reconciler/hubspot/wire.py
@@ -1,4 +1,3 @@
 def written_id(body):
-    answer = as_mapping(body, "")
-    return answer.get("objectId")
+    return body.get("objectId")
"""
MUTANT = Mutant(
    "reconciler/hubspot/wire.py",
    "written_id",
    'answer = as_mapping(body, "")\nreturn answer.get("objectId")',
    'return body.get("objectId")',
)


def source_of(mutant: Mutant) -> set[str]:
    """Return the lines of the mutant's function as it is now, without the white space around them."""
    text = (TOP / mutant.module).read_text("utf-8")
    scope: ast.AST = ast.parse(text)
    for name in mutant.function.split("."):
        scope = next(
            node for node in ast.iter_child_nodes(scope) if isinstance(node, ast.stmt) and node_name(node) == name
        )
    return {line.strip() for line in (ast.get_source_segment(text, scope) or "").splitlines()}


def node_name(node: ast.stmt) -> str | None:
    return node.name if isinstance(node, ast.ClassDef | ast.FunctionDef) else None


@pytest.mark.parametrize("mutant", KNOWN, ids=lambda mutant: f"{mutant.module}-{mutant.function}")
def test_a_mutant_that_is_explained_changes_lines_that_are_there(mutant: Mutant) -> None:
    assert set(mutant.before.splitlines()) <= source_of(mutant)


@pytest.mark.parametrize("mutant", KNOWN, ids=lambda mutant: f"{mutant.module}-{mutant.function}")
def test_a_mutant_that_is_explained_has_a_reason(mutant: Mutant) -> None:
    assert KNOWN[mutant].endswith(".")


def test_every_module_to_mutate_is_there() -> None:
    """Mutmut skips a path that it does not find."""
    assert MUTATED
    assert not [path for path in MUTATED if not (TOP / path).is_file()]


def test_a_mutant_is_explained_only_in_a_module_to_mutate() -> None:
    assert {mutant.module for mutant in KNOWN} <= set(MUTATED)


@pytest.mark.parametrize(
    ("name", "function"),
    [("x_written_id", "written_id"), ("x__written_id", "_written_id"), ("xǁ_Runǁ_take", "_Run._take")],
)
def test_a_mutant_is_known_by_its_lines_and_not_by_its_number(name: str, function: str) -> None:
    found = {Mutant.of(f"reconciler.hubspot.wire.{name}__mutmut_{number}", SHOWN) for number in (1, 12)}
    assert found == {Mutant(MUTANT.module, function, MUTANT.before, MUTANT.after)}


def test_a_survivor_that_is_explained_meets_no_objection() -> None:
    assert list(objections({MUTANT}, {MUTANT}, {MUTANT.module})) == []


def test_a_survivor_that_nobody_explains_is_told_with_its_lines() -> None:
    (said,) = objections({MUTANT}, set(), {MUTANT.module})
    assert said.startswith("No test notices this mutant, and nothing explains it:\nreconciler/hubspot/wire.py")
    assert 'return answer.get("objectId")\n->  return body.get("objectId")' in said


def test_an_explanation_that_is_no_longer_needed_is_told() -> None:
    (said,) = objections(set(), {MUTANT}, {MUTANT.module})
    assert said.startswith("This mutant is explained, but does not survive (any more):")


def test_explanations_for_modules_that_were_left_out_are_left_alone() -> None:
    assert list(objections(set(), {MUTANT}, {"reconciler/applying/guard.py"})) == []
