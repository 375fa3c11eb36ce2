"""The end of HubSpot's support for each version of its API.

HubSpot announces September 2027 for v3 (legacy APIs) and supports a dated version for 18 months after its release
(versioning): 2026-03 came out on 30 March 2026, 2026-09 on 8 September 2026; the day of 2025-09 is not published.
Where only a month is known, its first day is used: a warning is better early than late.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reconciler.diagnostics import Diagnostic, warning

SOON = timedelta(days=183)
"""How long before the end of its support a version gets a warning: half a year."""


@dataclass(frozen=True, slots=True)
class End:
    """The last day of a version's support, with its wording in messages."""

    day: date
    text: str


ENDS = {
    "v3": End(date(2027, 9, 1), "September 2027"),
    "2025-09": End(date(2027, 3, 1), "March 2027"),
    "2026-03": End(date(2027, 9, 30), "30 September 2027"),
    "2026-09": End(date(2028, 3, 8), "8 March 2028"),
}


def support(version: str) -> str:
    """Return a sentence with the end of a version's support."""
    return f"HubSpot supports API version {version} until {ENDS[version].text}"


def support_warnings(version: str, now: datetime) -> Iterator[Diagnostic]:
    """Yield a warning if a version's support ends soon or has ended; it may still work then, without any promise."""
    end = ENDS[version]
    if end.day < now.date():
        message = f"HubSpot supported API version {version} only until {end.text}"
        yield warning("api-version-ended", message, hint=_remedy(version))
    elif end.day - SOON <= now.date():
        yield warning("api-version-ending", support(version), hint=_remedy(version))


def _remedy(version: str) -> str:
    newest = max(ENDS, key=lambda name: ENDS[name].day)
    if version == newest:
        return "install a reconciler that knows a newer version"
    return f'set apiVersion: "{newest}" in reconciler.yaml'
