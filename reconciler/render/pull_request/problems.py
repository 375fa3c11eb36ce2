"""Pages of runs in which no plan was made."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import DeclarationsInvalid, ReconcilerError
from reconciler.event import Declared
from reconciler.render.markdown import brief
from reconciler.render.phrases import count
from reconciler.render.pull_request.comment import COMMENT_LIMIT
from reconciler.render.pull_request.page import PagePart, Section, fitted, mark
from reconciler.render.pull_request.review import NOWHERE, Links

_LONGEST = 600


def problems_comment(
    diagnostics: Sequence[Diagnostic],
    environment: str | None = None,
    links: Links = NOWHERE,
    limit: int = COMMENT_LIMIT,
) -> str:
    """Return a comment that lists what is wrong with the declarations, in file order, with links to the places."""
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    return fitted(
        [
            f"{mark(environment)}\n### The declarations cannot be planned\n\n",
            f"❌ **{count(errors, 'problem')} in the declarations.** Nothing was planned, nothing was written.\n\n",
            _list(diagnostics, links),
            *_footer(links),
        ],
        limit=limit,
    )


def fork_comment(
    declared: Declared, environment: str | None = None, links: Links = NOWHERE, limit: int = COMMENT_LIMIT
) -> str:
    """Return a comment for a run without a token: the declarations are valid, and why there is no plan."""
    checked = f"{count(len(declared.events), 'event')} in {count(declared.files, 'file')}"
    why = (
        "There is no plan, because this run has no HubSpot token: pull requests from forks and from Dependabot get "
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
    """Return a comment that says why no plan was made, so that nobody takes an older plan for the current one."""
    return fitted(
        [
            f"{mark(environment)}\n### No plan of the marketing events\n\n",
            f"❌ **Not compared with HubSpot**: {_reason(error)}\n\n",
            "Nothing was written. Once this is fixed, run the check again.\n",
            *_footer(links),
        ],
        limit=limit,
    )


def failed_page(
    error: ReconcilerError,
    reason: str,
    environment: str | None = None,
    links: Links = NOWHERE,
    limit: int = COMMENT_LIMIT,
) -> str:
    """Return a page that says why a run ended before there was a plan; `reason` is its `failure_reason`."""
    problems = error.diagnostics if isinstance(error, DeclarationsInvalid) else ()
    return fitted(
        [
            f"{mark(environment)}\n### The run for the marketing events failed\n\n",
            f"❌ **Nothing was written to HubSpot**: {_reason(error)}\n\n",
            _list(problems, links),
            f"What to do now: {links.to_row(reason)}. Nothing that is merged is lost: the next `apply` makes it.\n",
            *_footer(links),
        ],
        limit=limit,
    )


COVERED = "A later commit was applied, and this one with it"


def covered_page(later: str, environment: str | None = None, links: Links = NOWHERE) -> str:
    """Return a page that says that a later commit was applied with success, so that nothing is left to do."""
    parts = [
        f"{mark(environment)}\n### Nothing left to do for the marketing events\n\n",
        f"✅ **{COVERED}**: {brief(later[:10], _LONGEST)}. This run wrote nothing.\n",
        *_footer(links),
    ]
    return fitted(parts, limit=COMMENT_LIMIT)


def _list(diagnostics: Sequence[Diagnostic], links: Links) -> Section:
    items = (f"- {_item(diagnostic, links)}" for diagnostic in diagnostics)
    return Section("", len(diagnostics), items, "finding", 0)


def _item(diagnostic: Diagnostic, links: Links) -> str:
    at = diagnostic.place
    place = "" if at is None else f"{links.place(at.file, at.line, at.column)} "
    mark = "" if diagnostic.severity is Severity.ERROR else f"{diagnostic.severity}: "
    return f"{place}{mark}{brief(diagnostic.message, _LONGEST)} ({brief(diagnostic.code, 120)}){_hint(diagnostic.hint)}"


def _reason(error: ReconcilerError) -> str:
    return f"{brief(error.message, _LONGEST)}{_hint(error.hint)}"


def _hint(hint: str | None) -> str:
    return "" if hint is None else f"<br>→ {brief(hint, _LONGEST)}"


def _footer(links: Links) -> Iterator[PagePart]:
    footer = replace(links, full_plan="").footer  # there is none
    if footer:
        yield f"\n{footer}\n"
