"""Every error a user can meet, each with its exit code.

ReconcilerError            1
├── DeclarationsInvalid    3    the files or the settings are wrong: every problem at once
│   └── SourceInvalid      3    a calendar or a table cannot be declared as it is
├── AccessDenied           4    HubSpot, or GitHub, refuses the token or what it may do
├── Refused                5    a guard, the wrong portal, no approval: every reason at once
├── Rejected               1    HubSpot, or GitHub, understood the request and declined it
├── SavedPlanInvalid       1    a file is not a plan that this version saved
├── Unavailable            7    HubSpot, or GitHub, cannot be reached or keeps failing
│   └── ReadsDisagree      7    two reads of one event do not show the same, as long as HubSpot is late
├── UsageError            64    the command line is wrong
└── Interrupted     130, 143    a signal ended the run

Without an error, a run that fell short ends with 6.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic


FELL_SHORT = 6
"""The exit code of a run that wrote, or was to write, and left something undone: its receipt or report tells what."""


class ReconcilerError(Exception):
    """An error in one line, with a `hint` that says what to do."""

    exit_code: int = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def _is_about_settings(diagnostic: "Diagnostic") -> bool:
    return diagnostic.place is not None and diagnostic.place.file.rpartition("/")[2] == "reconciler.yaml"


class DeclarationsInvalid(ReconcilerError):
    """The declarations or the settings are wrong; `diagnostics` holds every problem, in file order."""

    exit_code = 3

    def __init__(self, diagnostics: "tuple[Diagnostic, ...]") -> None:
        problems = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
        where = "settings" if diagnostics and all(map(_is_about_settings, diagnostics)) else "declarations"
        super().__init__(f"{problems} problem{'' if problems == 1 else 's'} in the {where}")
        self.diagnostics = diagnostics


class SourceInvalid(DeclarationsInvalid):
    """A calendar or a table holds what cannot be declared, so nothing of it is written."""

    def __init__(self, diagnostics: "tuple[Diagnostic, ...]") -> None:
        super().__init__(diagnostics)
        problems = f"{len(diagnostics)} problem{'' if len(diagnostics) == 1 else 's'}"
        self.message = f"{problems}, so nothing was written"


class AccessDenied(ReconcilerError):
    """HubSpot or GitHub refuses the token, the token lacks a permission, or there is no token.

    `status` is HubSpot's: 401 concerns the token, 403 its scopes; None if no request was sent, or one to GitHub.
    """

    exit_code = 4

    def __init__(self, message: str, *, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class Refused(ReconcilerError):
    """Applying was refused before anything was written; `reasons` holds every reason."""

    exit_code = 5

    def __init__(self, message: str, reasons: "tuple[Diagnostic, ...]" = (), *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reasons = reasons


class Rejected(ReconcilerError):
    """HubSpot or GitHub answered that the request is wrong; sending it again would not help.

    `status` is the answer's. If HubSpot already holds an event with the same external ids, `conflict` is its object
    id, or empty if HubSpot does not name it; None means another reason.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, status: int | None = None, conflict: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.conflict = conflict

    @property
    def about_the_content(self) -> bool:
        """Whether the content was refused, not the path or the method, so that a part of it may be accepted."""
        return self.status in {400, 409, 413, 422}


class SavedPlanInvalid(ReconcilerError):
    """A file is not a plan that this version saved, or it was changed since."""


class Unavailable(ReconcilerError):
    """A server cannot be reached or keeps failing; `sent` is true if a request may have been carried out."""

    exit_code = 7

    def __init__(self, message: str, *, hint: str | None = None, sent: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.sent = sent


class ReadsDisagree(Unavailable):
    """Two reads of one event do not show the same; later they may."""


class UsageError(ReconcilerError):
    """The command line is wrong, or names something that does not exist."""

    exit_code = 64


class Interrupted(ReconcilerError):
    """A signal ended the run; the exit code is 128 plus the signal's number."""

    def __init__(self, signal_number: int) -> None:
        super().__init__("interrupted")
        self.signal_number = signal_number
        self.exit_code = 128 + signal_number
