"""Until when HubSpot supports each version of its API.

HubSpot announces September 2027 for v3 (legacy APIs) and supports a dated version for 18 months after its release
(versioning): 2026-03 came out on 30 March 2026, 2026-09 on 8 September 2026, 2025-09 at a day that is not published.
Where only a month is known, its first day stands for it, so that a warning rather comes early than late.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reconciler.diagnostics import Diagnostic, warning

SOON = timedelta(days=183)
"""How long before its end a version is warned of: half a year."""


@dataclass(frozen=True, slots=True)
class End:
    """The last day of a version's support, with how it is said."""

    day: date
    said: str


ENDS = {
    "v3": End(date(2027, 9, 1), "September 2027"),
    "2025-09": End(date(2027, 3, 1), "March 2027"),
    "2026-03": End(date(2027, 9, 30), "30 September 2027"),
    "2026-09": End(date(2028, 3, 8), "8 March 2028"),
}


def support(version: str) -> str:
    """Say until when HubSpot supports a version."""
    return f"HubSpot supports API version {version} until {ENDS[version].said}"


def support_warnings(version: str, now: datetime) -> Iterator[Diagnostic]:
    """Warn of a version whose support ends soon or has ended; HubSpot may go on answering, but promises nothing."""
    end = ENDS[version]
    if end.day < now.date():
        said = f"HubSpot supported API version {version} until {end.said}, which is over"
        yield warning("api-version-ended", said, hint=_remedy(version))
    elif end.day - SOON <= now.date():
        yield warning("api-version-ending", support(version), hint=_remedy(version))


def _remedy(version: str) -> str:
    newest = max(ENDS, key=lambda name: ENDS[name].day)
    if version == newest:
        return "install a reconciler that knows a newer version"
    return f'set apiVersion: "{newest}" in reconciler.yaml'
