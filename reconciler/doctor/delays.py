"""How late what HubSpot shows of an event is, measured by asking again and again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.doctor.bench import Timer
from reconciler.errors import Rejected

LOOKS = (*range(10), *range(10, 20, 2), *range(20, 61, 5))
"""The seconds after a write at which it is looked for; the last is the longest delay that is waited for."""


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a write took to be shown; a time is in seconds after the write."""

    seen: float | None = None
    """When it was first seen; None if it never was."""
    missed: float | None = None
    """When it was last looked for and not there; None if it was there at the first look."""


Look = Callable[[], bool | None]
"""Returns whether a write is shown; None if that cannot be found out."""


def delays(looks: Mapping[str, Look], timer: Timer, since: float) -> Mapping[str, Delay | None]:
    """Look until each write is shown, for a minute at most; None stands for what cannot be found out."""
    waiting = {name: Delay() for name in looks}
    done: dict[str, Delay | None] = {}
    for at in LOOKS:
        timer.sleep(max(0.0, since + at - timer.now()))
        for name, delay in tuple(waiting.items()):
            later = _looked(looks[name], delay, timer.now() - since)
            if later is None or later.seen is not None:
                done[name] = later
                del waiting[name]
            else:
                waiting[name] = later
        if not waiting:
            break
    return {**waiting, **done}


def _looked(look: Look, before: Delay, at: float) -> Delay | None:
    try:
        is_shown = look()
    except Rejected:
        return None
    if is_shown is None:
        return None
    return Delay(seen=at, missed=before.missed) if is_shown else Delay(missed=at)
