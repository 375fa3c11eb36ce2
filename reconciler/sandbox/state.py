"""The state of a running sandbox."""

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.sandbox.behaviours import Behaviours
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.limits import Limiter
from reconciler.sandbox.store import Store

Clock = Callable[[], int]
"""Returns the time in milliseconds since 1970 (UTC)."""


@dataclass
class State:
    """The database, the clock, the count of requests, and the behaviours and faults in force."""

    store: Store
    clock: Clock
    behaviours: Behaviours
    limiter: Limiter
    faults: Faults
