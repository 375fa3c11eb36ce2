"""Every error a user can meet, each with its exit code.

ReconcilerError            1
├── DeclarationsInvalid    3    the files or the settings are wrong: every problem at once
├── AccessDenied           4    HubSpot, or GitHub, refuses the token or what it may do
├── Refused                5    a guard, the wrong portal, no approval: every reason at once
├── Rejected               1    HubSpot, or GitHub, understood the request and says no to it
├── SavedPlanInvalid       1    a file is not a plan that this version saved
├── Unavailable            7    HubSpot, or GitHub, cannot be reached or keeps failing
├── UsageError            64    the command line is wrong
└── Interrupted     130, 143    somebody stopped the run
"""

from reconciler.diagnostics import Diagnostic


class ReconcilerError(Exception):
    """What went wrong in one line, with a `hint` that says what to do."""

    exit_code: int = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def _is_of_settings(found: Diagnostic) -> bool:
    return found.place is not None and found.place.file.rpartition("/")[2] == "reconciler.yaml"


class DeclarationsInvalid(ReconcilerError):
    """The declarations or the settings are wrong; `diagnostics` holds every problem, in file order."""

    exit_code = 3

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        problems = sum(found.severity == "error" for found in diagnostics)
        where = "settings" if diagnostics and all(map(_is_of_settings, diagnostics)) else "declarations"
        super().__init__(f"{problems} problem{'' if problems == 1 else 's'} in the {where}")
        self.diagnostics = diagnostics


class AccessDenied(ReconcilerError):
    """HubSpot or GitHub refuses the token or what it may do, or there is no token to show.

    `status` is HubSpot's: 401 speaks of the token, 403 of its scopes; None where nothing was asked, or GitHub was.
    """

    exit_code = 4

    def __init__(self, message: str, *, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class Refused(ReconcilerError):
    """Applying was refused before anything was written; `reasons` holds every reason."""

    exit_code = 5

    def __init__(self, message: str, reasons: tuple[Diagnostic, ...] = (), *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reasons = reasons


class Rejected(ReconcilerError):
    """HubSpot or GitHub answered that the request is wrong: sending it again would not help.

    `status` is the answer's. Where HubSpot holds an event with the same external ids already, `conflict` is its object
    id, or empty where HubSpot does not name it; None says that the reason is another.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, status: int | None = None, conflict: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.conflict = conflict

    @property
    def about_the_content(self) -> bool:
        """What was sent is refused, not the path or the method: a part of it may be accepted."""
        return self.status in {400, 409, 413, 422}


class SavedPlanInvalid(ReconcilerError):
    """A file is not a plan that this version saved, or somebody changed it since."""


class Unavailable(ReconcilerError):
    """A server cannot be reached or keeps failing; `sent` tells whether a request may have been carried out."""

    exit_code = 7

    def __init__(self, message: str, *, hint: str | None = None, sent: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.sent = sent


class UsageError(ReconcilerError):
    """The command line is wrong, or asks for something that is not there."""

    exit_code = 64


class Interrupted(ReconcilerError):
    """A signal ended the run; the exit code is 128 plus the signal's number."""

    def __init__(self, signal_number: int) -> None:
        super().__init__("interrupted")
        self.signal_number = signal_number
        self.exit_code = 128 + signal_number
