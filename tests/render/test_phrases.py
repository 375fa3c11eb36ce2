"""The phrases that need no plan."""

import pytest
from hypothesis import given

from reconciler.diagnostics import Diagnostic, Place, Severity, error, info, warning
from reconciler.render import phrases
from tests.building import diagnostics


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (error("c", "m"), "m [c]"),
        (warning("c", "m"), "warning: m [c]"),
        (info("c", "m"), "m"),
        (error("c", "m", Place("a.yaml", 3, 5), "h"), "a.yaml:3:5: m (h) [c]"),
    ],
)
def test_a_finding_is_one_line_of_where_what_and_what_to_do(found: Diagnostic, line: str) -> None:
    assert phrases.diagnostic(found) == line


@given(diagnostics)
def test_a_finding_tells_its_message_and_what_is_no_mere_explanation_its_code(found: Diagnostic) -> None:
    assert found.message in phrases.diagnostic(found)
    assert found.severity is Severity.INFO or phrases.diagnostic(found).endswith(f"[{found.code}]")
