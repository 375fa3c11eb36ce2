"""The comment where there is no plan: wrong declarations, a secret or a HubSpot that is out of reach."""

from collections.abc import Iterator, Sequence

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import ReconcilerError
from reconciler.event import Declared
from reconciler.render.markdown import brief, link
from reconciler.render.pull_request.comment import COMMENT_LIMIT
from reconciler.render.pull_request.page import PagePart, Section, fitted, mark
from reconciler.render.pull_request.review import NOWHERE, Links
from reconciler.render.words import count

_LONGEST = 600


def problems_comment(
    found: Sequence[Diagnostic], environment: str | None = None, links: Links = NOWHERE, limit: int = COMMENT_LIMIT
) -> str:
    """List what is wrong with the declarations, in file order, each with a link to its place."""
    errors = sum(one.severity is Severity.ERROR for one in found)
    return fitted(
        [
            f"{mark(environment)}\n### The declarations cannot be planned\n\n",
            f"❌ **{count(errors, 'problem')} in the declarations.** Nothing was planned, nothing was written.\n\n",
            _list(found, links),
            *_footer(links),
        ],
        limit=limit,
    )


def fork_comment(
    declared: Declared, environment: str | None = None, links: Links = NOWHERE, limit: int = COMMENT_LIMIT
) -> str:
    """Tell a pull request whose run has no token that its declarations are right, and why it gets no plan."""
    checked = f"{count(len(declared.events), 'event')} in {count(declared.files, 'file')}"
    why = (
        "There is no plan, for this run has no token for HubSpot: pull requests from forks and from Dependabot get "
        "none. A plan is made once somebody has pushed the changes to a branch of this repository."
    )
    return fitted(
        [
            f"{mark(environment)}\n### The declarations are valid\n\n",
            f"✅ **Checked offline**: {checked}. {why}\n\n",
            _list(declared.diagnostics, links),
            *_footer(links),
        ],
        limit=limit,
    )


def failure_comment(
    error: ReconcilerError, environment: str | None = None, links: Links = NOWHERE, limit: int = COMMENT_LIMIT
) -> str:
    """Say what kept a plan from being made, so that no older one is taken for the plan of what stands there now."""
    hint = "" if error.hint is None else f"<br>→ {brief(error.hint, _LONGEST)}"
    return fitted(
        [
            f"{mark(environment)}\n### No plan of the marketing events\n\n",
            f"❌ **Not compared with HubSpot**: {brief(error.message, _LONGEST)}{hint}\n\n",
            "Nothing was written. Once this is mended, run the check again.\n",
            *_footer(links),
        ],
        limit=limit,
    )


def _list(found: Sequence[Diagnostic], links: Links) -> Section:
    return Section("", len(found), (f"- {_written(one, links)}" for one in found), "finding", 0)


def _written(found: Diagnostic, links: Links) -> str:
    place = "" if found.place is None else f"{links.place(found.place.file, found.place.line, found.place.column)} "
    mark = "" if found.severity is Severity.ERROR else f"{found.severity}: "
    hint = "" if found.hint is None else f"<br>→ {brief(found.hint, _LONGEST)}"
    return f"{place}{mark}{brief(found.message, _LONGEST)} ({brief(found.code, 120)}){hint}"


def _footer(links: Links) -> Iterator[PagePart]:
    if links.run:
        yield f"\n{link('The run', links.run)}\n"
