"""What a pull request is told: a plan, what became of it, where to read more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from reconciler.applying.receipt import Receipt
from reconciler.change import Change
from reconciler.diagnostics import Diagnostic
from reconciler.event import Identity, LiveEvent
from reconciler.planning.plan import Plan
from reconciler.render.markdown import brief, link


@dataclass(frozen=True, slots=True)
class Proposed:
    """Nothing was written, nobody has applied it yet."""


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
    """What is not as it was when it was reviewed; the plan shows how it stands now."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Nothing is to be written: somebody only wants to know what was changed in HubSpot."""


State = Proposed | Applying | Ended | Declined | Watched


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses to read more at; an empty one gives no link."""

    repository: str = ""
    """The repository's page, for example `https://github.com/acme/events`."""
    commit: str = ""
    """The commit whose files are meant."""
    run: str = ""
    full_plan: str = ""

    def to_line(self, file: str, line: int | None) -> str:
        """Give the address of a line of a file; empty where the repository or the commit is not known."""
        if not (self.repository and self.commit):
            return ""
        at = "" if line is None else f"#L{line}"
        return f"{self.repository}/blob/{self.commit}/{quote(file, errors='replace')}{at}"

    def place(self, file: str, line: int, column: int | None = None) -> str:
        """Write a place in a file as a link to it."""
        at = f"{line}" if column is None else f"{line}:{column}"
        return link(
            f"{brief(file, _LONGEST_FILE)}:{at}", self.to_line(file, line) if len(file) <= _LONGEST_FILE else ""
        )

    @property
    def footer(self) -> str:
        """Say where to read more of a plan; empty where there is nothing to point at."""
        named = (link("The full plan", self.full_plan), self.full_plan), (link("The run", self.run), self.run)
        return " · ".join(text for text, address in named if address)


_LONGEST_FILE = 200

NOWHERE = Links()
"""No addresses at all."""


@dataclass(frozen=True, slots=True)
class Review:
    """All that a comment says."""

    plan: Plan
    """With the refusals that an apply would make among its diagnostics."""
    state: State
    environment: str | None = None
    links: Links = NOWHERE
    compared: bool = False
    """The declarations of a base were given, so that drift can be told from what the pull request does."""
    seen: Mapping[Identity, LiveEvent] = field(default_factory=dict)
    """What the changes were planned against, where that is known: for their dates."""
    remark: str = ""
    """Markdown of ours about this review alone, which stands at its top."""
