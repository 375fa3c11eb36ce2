"""A declared event matched with the live one that it stands for."""

from dataclasses import dataclass, field

from reconciler.change import Change
from reconciler.event import DeclaredEvent, LiveEvent
from reconciler.planning.diff import compare


@dataclass(frozen=True, slots=True)
class Match:
    """A declared event with the live event that it stands for.

    Without a live event it has to be created, unless it is declared absent.
    """

    declared: DeclaredEvent
    live: LiveEvent | None
    proven: bool
    change: Change | None = field(init=False, compare=False)
    """What makes the live event as declared; None if it is so already. The two are compared here, once."""

    @property
    def is_new(self) -> bool:
        """Whether the declared event is not live, and should be."""
        return self.live is None and not self.declared.absent

    def __post_init__(self) -> None:
        object.__setattr__(self, "change", compare(self.declared, self.live))
