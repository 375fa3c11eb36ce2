"""Texts that a comment cuts, which the reader of YAML has found."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from reconciler.advice.subject import Subject
from reconciler.declarations.values.advice_codes import CUT_BY_COMMENT
from reconciler.diagnostics import Diagnostic, Place


def without_cuts(diagnostics: Iterable[Diagnostic], subjects: Sequence[Subject]) -> Iterator[Diagnostic]:
    """Leave out what the reader said of events that get no advice, as they are over or were not touched."""
    owners = _Owners(subjects)
    for diagnostic in diagnostics:
        place = diagnostic.place
        if diagnostic.code != CUT_BY_COMMENT or place is None or owners.want(place):
            yield diagnostic


class _Owners:
    """The events that a place in a file belongs to; all is worked out only where a text is cut."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self.subjects = subjects

    def want(self, place: Place) -> bool:
        """Return whether a place belongs to an event that gets advice, or to none.

        It belongs to the event that begins before it, else to all that are in its file or inherit from it. The places
        of the settings, and those of events of other environments, belong to none.
        """
        begins = self._begins.get(place.file)
        if begins is None:
            return self._inherited.get(place.file, True)
        index = bisect_right(begins, place)
        if index == 0:
            return any(self._wanted[begin] for begin in begins)
        return self._wanted[begins[index - 1]]

    @cached_property
    def _wanted(self) -> dict[Place, bool]:
        """By the place where events begin, whether any of them gets advice; occurrences of a series share one."""
        wanted: defaultdict[Place, bool] = defaultdict(bool)
        for subject in self.subjects:
            wanted[subject.event.place] |= _gets_advice(subject)
        return wanted

    @cached_property
    def _begins(self) -> dict[str, list[Place]]:
        begins: defaultdict[str, list[Place]] = defaultdict(list)
        for place in sorted(self._wanted):
            begins[place.file].append(place)
        return dict(begins)

    @cached_property
    def _inherited(self) -> dict[str, bool]:
        """By file of defaults, whether any event that inherits from it gets advice."""
        wanted: defaultdict[str, bool] = defaultdict(bool)
        for subject in self.subjects:
            for file in {place.file for place in subject.event.places.values()}:
                wanted[file] |= _gets_advice(subject)
        return dict(wanted)


def _gets_advice(subject: Subject) -> bool:
    return subject.touched and not subject.is_over
