"""What a probe has observed: the answer of one portal to each open question about HubSpot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.doctor.delays import LOOKS, Delay


class Request(StrEnum):
    """A request as the report names it; `…` is the path of the list."""

    TOKEN = "POST /oauth/v2/private-apps/get/access-token-info"  # noqa: S105  (a path, no secret)
    LIST = "GET …"
    READ = "GET …/OBJECTID"
    SEARCH = "GET …/events/search"
    UPSERT = "POST …/events/upsert"
    UPDATE = "POST …/batch/update"
    PATCH = "PATCH …/events/ID"
    ARCHIVE = "POST …/batch/archive"


NOT_KNOWN = "not known"
REFUSED = "refused"

QUESTIONS: Mapping[str, str] = {
    "upsert": "Does an upsert empty the optional fields that it leaves out?",
    "empty-text": 'Does "" empty a text?',
    "search": "Does a search find event ids by their beginning, or only whole?",
    "patch-flags": "Does a PATCH by external ids keep the flags that it leaves out?",
    "text": "Is white space at both ends of a text kept?",
    "token-details": "Are there token details for this kind of token?",
    "list-lag": "How late does the list show a new event?",
    "search-lag": "How late does a search find a new event?",
    "list-lag-deleted": "How late does the list forget a deleted event?",
    "archived-ids": "Can the ids of a deleted event be used again at once?",
    "archive-again": "Can an event be deleted a second time by its object id?",
    "bad-item": "What becomes of a batch in which one event is gone?",
    "app": "Which app does an event of this token belong to?",
    "upsert-results": "Does the answer to an upsert name the event?",
    "null-text": "Does null empty a text?",
    "empty-date": 'Does "" empty a date?',
    "null-date": "Does null empty a date?",
    "uncancel": "Can a cancellation be taken back?",
    "unknown-property": "What becomes of a custom property that the portal does not define?",
}
"""Each question by its name, in the order of the report; the first seven are the sandbox's behaviours."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The answer to one question, with what showed it."""

    name: str
    answer: str
    shown_by: str


def told(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Return an observation for each question, in their order."""
    found = {each.name: each for each in observations}
    unasked = "the probe ended before it was asked"
    return tuple(found.get(name, Observation(name, NOT_KNOWN, unasked)) for name in QUESTIONS)


def delayed(name: str, request: str, delay: Delay | None) -> Observation:
    """Return what a delay shows."""
    if delay is None:
        why = "HubSpot refuses it, or the list has more pages than a probe reads"
        return Observation(name, NOT_KNOWN, f"{request}: {why}")
    if delay.seen is None:
        return Observation(name, f"more than {LOOKS[-1]} seconds", f"{request}, each second at first: not until then")
    before = "at the first look" if delay.missed is None else f"not yet after {_seconds(delay.missed)}"
    return Observation(name, _seconds(delay.seen), f"{request}, each second at first: {before}")


def _seconds(time: float) -> str:
    return f"{round(time, 1):g} seconds"
