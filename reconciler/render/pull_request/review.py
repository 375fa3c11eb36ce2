"""A review: a plan, the state of its apply, links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from reconciler.applying.receipt import Receipt, Result
from reconciler.change import Change
from reconciler.diagnostics import Diagnostic
from reconciler.event import Identity, LiveEvent
from reconciler.planning.plan import Plan
from reconciler.render.markdown import brief, link


@dataclass(frozen=True, slots=True)
class Proposed:
    """The plan is not applied yet, and nothing was written."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The plan was made again after the merge, and the run is not approved yet."""

    left_out: tuple[Result, ...] = ()
    """The changes that the run will not make, each with the reason."""


@dataclass(frozen=True, slots=True)
class Applying:
    """The apply is under way."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The apply is over."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Declined:
    """The apply was refused before anything was written."""

    why: str
    reasons: tuple[Diagnostic, ...] = ()
    moved: tuple[Change, ...] = ()
    """The reviewed changes that differ now; the plan shows the present state."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The run only looks for what was changed in HubSpot, and writes nothing."""


State = Proposed | Awaiting | Applying | Ended | Declined | Watched


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of further pages; an empty one gives no link."""

    repository: str = ""
    """The repository's page, for example `https://github.com/acme/events`."""
    commit: str = ""
    """The commit whose files are linked to."""
    run: str = ""
    full_plan: str = ""
    runbook: str = ""
    head: str = ""
    """The pull request's last commit, which the page is about; `commit` may be its merge."""
    is_outdated: bool = False
    """Whether the pull request has a newer commit than `head`."""

    def to_row(self, reason: str) -> str:
        """Return a link to the runbook's entry for a `failure_reason`; its name alone if the address is unknown."""
        return link(f"runbook: {reason}", f"{self.runbook}#{reason}" if self.runbook else "")

    def to_line(self, file: str, line: int | None) -> str:
        """Return the address of a line of a file; empty if the repository or the commit is unknown."""
        if not (self.repository and self.commit):
            return ""
        at = "" if line is None else f"#L{line}"
        return f"{self.repository}/blob/{self.commit}/{quote(file, errors='replace')}{at}"

    def place(self, file: str, line: int, column: int | None = None) -> str:
        """Return a place in a file as a link to it."""
        at = f"{line}" if column is None else f"{line}:{column}"
        return self.named(f"{brief(file, _LONGEST_FILE)}:{at}", file, line)

    def named(self, text: str, file: str, line: int) -> str:
        """Return Markdown as a link to a line of a file, unless the address is absurdly long."""
        return link(text, self.to_line(file, line) if len(file) <= _LONGEST_FILE else "")

    @property
    def footer(self) -> str:
        """The commit that the page is about, and links to the full plan and to the run; empty if there are none."""
        links = (link("The full plan", self.full_plan), self.full_plan), (link("The run", self.run), self.run)
        return " · ".join(filter(None, (self._about, *(text for text, address in links if address))))

    @property
    def _about(self) -> str:
        if not self.head:
            return ""
        commit = link(self.head[:10], f"{self.repository}/commit/{self.head}" if self.repository else "")
        return f"About commit {commit}{', **but a newer one has been pushed**' if self.is_outdated else ''}"


_LONGEST_FILE = 200

NOWHERE = Links()
"""No addresses at all."""


@dataclass(frozen=True, slots=True)
class Review:
    """The content of a comment."""

    plan: Plan
    """Its diagnostics include the refusals that an apply would make."""
    state: State
    environment: str | None = None
    links: Links = NOWHERE
    compared: bool = False
    """Whether there was a base, so that drift can be told from what the pull request changes."""
    seen: Mapping[Identity, LiveEvent] = field(default_factory=dict)
    """The live events that the changes were planned against, if known; used for their dates."""
    remark: str = ""
    """Markdown of ours about this review alone; it stands near the top."""
    whole: "Review | None" = None
    """The review of the whole run, where this one is of the changes of one pull request."""
