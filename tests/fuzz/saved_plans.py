"""Any bytes are read as a saved plan that can be shown and read again, or are refused as no saved plan."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reconciler.errors import SavedPlanInvalid
from reconciler.json_values import Malformed
from reconciler.planning.plan import Plan
from reconciler.render import markdown, text
from reconciler.render.json import plan_json
from reconciler.render.pull_request import drift
from reconciler.render.pull_request.comment import comment
from reconciler.render.pull_request.review import Proposed, Review
from reconciler.render.saved import _read, read_plan

_CASES = Path(__file__).parents[1] / "cases"


def saved(content: bytes) -> None:
    """Read a file as a saved plan; then read it again with its digests recomputed, as a forger would."""
    with suppress(UnicodeDecodeError):  # whoever opens the file reports this
        document = content.decode()
        with suppress(SavedPlanInvalid):
            _show(read_plan(document))
        with suppress(ValueError, Malformed, RecursionError):  # the errors by which `read_plan` refuses a file
            _check(_read(json.loads(document)))


def _check(plan: Plan) -> None:
    document = plan_json(plan)
    with suppress(SavedPlanInvalid):
        again = read_plan(document)
        assert again == plan
        assert plan_json(again) == document
        _show(again)


def _show(plan: Plan) -> None:
    """Show a plan in every form: what was read can be shown."""
    for page in (text.plan(plan), markdown.plan(plan), drift.issue_body(plan), comment(Review(plan, Proposed()))):
        page.encode()


def seeds() -> Iterator[bytes]:
    """Yield the plans of all cases."""
    yield from (path.read_bytes() for path in sorted(_CASES.glob("*/expected/plan.json")))
