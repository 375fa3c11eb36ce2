"""What a probe works with: its event, a portal that writes no other, a way to wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from reconciler.errors import ReadsDisagree
from reconciler.event import Identity, LiveEvent, Value, instant
from reconciler.portal import Prober

PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each of the reads that wait for a write to be seen; fifteen in all."""
ORGANIZER = "reconciler doctor --probe"
OPTIONAL = ("eventType", "eventDescription", "eventUrl", "startDateTime", "endDateTime")
"""The fields of the event that HubSpot does not require."""
_DESCRIPTION = "  Made by reconciler doctor --probe, which deletes it again.  "
"""Two spaces stand at each end, to see whether they stay."""
_AHEAD = timedelta(days=30)


class Timer(Protocol):
    """Monotonic seconds, with a way to wait."""

    @property
    def now(self) -> Callable[[], float]:
        """Returns the time in seconds."""

    @property
    def sleep(self) -> Callable[[float], None]:
        """Waits for so many seconds."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A portal with the probe's event, and the timer by which it is waited for."""

    portal: Prober
    timer: Timer

    def seen(self, name: str) -> LiveEvent | None:
        """Read the event until it has this name, which shows that a write has arrived; None if it never does.

        Raises `ReadsDisagree` if the last reads do not show one event.
        """
        for pause in PAUSES:
            self.timer.sleep(pause)
            try:
                found = self.portal.find()
            except ReadsDisagree:
                if pause == PAUSES[-1]:
                    raise
                continue
            if found is not None and found.name == name:
                return found
        return None


@dataclass(frozen=True, slots=True)
class Specimen:
    """The one event of a probe."""

    suffix: str
    """Random letters and digits, so that the ids can be nobody else's."""
    now: datetime

    @property
    def identity(self) -> Identity:
        """The external ids."""
        return Identity("reconciler-probe", f"probe-{self.suffix}")

    @property
    def unknown_property(self) -> str:
        """The name of a custom property that no portal defines."""
        return f"reconciler_probe_{self.suffix}"

    def name(self, step: str) -> str:
        """Return the name that the event gets in a step, by which reads show that its write has arrived."""
        return f"reconciler probe {self.suffix}: {step}"

    def required(self, step: str) -> Mapping[str, Value]:
        """Return the fields without which HubSpot makes no event."""
        return {"eventName": self.name(step), "eventOrganizer": ORGANIZER}

    def whole(self, step: str) -> Mapping[str, Value]:
        """Return every field but the flags; it begins in a month, when nobody expects it."""
        start = self.now.replace(microsecond=0) + _AHEAD
        return {
            **self.required(step),
            "eventType": "WEBINAR",
            "eventDescription": _DESCRIPTION,
            "eventUrl": "https://example.com/reconciler-probe",
            "startDateTime": instant(start),
            "endDateTime": instant(start + timedelta(hours=1)),
        }
