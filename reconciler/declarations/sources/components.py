"""The components of a calendar: what stands between BEGIN and END."""

from dataclasses import dataclass, field

from reconciler.declarations.sources.content_lines import Property, Unfolded, read_property, unfolded
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid
from reconciler.safe_text import cut

_CALENDAR = "VCALENDAR"
_EVENT = "VEVENT"
_TIME_ZONE = "VTIMEZONE"
_OBSERVANCES = ("STANDARD", "DAYLIGHT")
_DEEPEST = 8
"""How deep components may stand within each other; a calendar needs three."""

_OF_EVENT = frozenset(
    {"UID", "SUMMARY", "DESCRIPTION", "URL", "ORGANIZER", "STATUS", "DTSTART", "DTEND", "DURATION"}
    | {"RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"}
)
_READ = {
    _CALENDAR: frozenset({"VERSION", "X-WR-TIMEZONE"}),
    _EVENT: _OF_EVENT,
    _TIME_ZONE: frozenset({"TZID", "X-LIC-LOCATION"}),
    **dict.fromkeys(_OBSERVANCES, frozenset({"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"})),
}
"""The properties that are read, by component; all others may hold anything."""


@dataclass(frozen=True, slots=True)
class Component:
    """A component, with the properties and the components in it."""

    name: str
    place: Place
    properties: list[Property] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    """What is wrong with lines of its own."""

    def all(self, name: str) -> list[Property]:
        """Return every property with this name."""
        return [each for each in self.properties if each.name == name]

    def one(self, name: str) -> Property | None:
        """Return the property with this name, the first one if there are several."""
        return next(iter(self.all(name)), None)

    @property
    def events(self) -> list["Component"]:
        """The events of a calendar."""
        return self._within(_EVENT)

    @property
    def time_zones(self) -> list["Component"]:
        """The definitions of time zones of a calendar."""
        return self._within(_TIME_ZONE)

    def _within(self, name: str) -> list["Component"]:
        return [each for each in self.components if each.name == name]


def read_components(content: bytes, file: str) -> list[Component]:
    """Read the calendars that a file holds.

    Raises `DeclarationsInvalid` if it holds no calendar, or one that is not whole.
    """
    top = Component("", Place(file))
    open_ones = [top]
    for line in unfolded(content):
        if line.name == "BEGIN":
            if len(open_ones) > _DEEPEST:
                raise _broken("components stand within each other deeper than in any calendar", Place(file, line.line))
            begun = Component(_component_name(line), Place(file, line.line))
            open_ones[-1].components.append(begun)
            open_ones.append(begun)
        elif line.name == "END":
            _check_end(line, open_ones[-1], file)
            open_ones.pop()
        else:
            _add(line, open_ones[-1], file)
    _check_whole(open_ones)
    calendars = [each for each in top.components if each.name == _CALENDAR]
    if not calendars:
        raise _not_a_calendar(file)
    return calendars


def _component_name(line: Unfolded) -> str:
    return line.content.partition(b":")[2].decode("ascii", "replace").strip().upper()


def _add(line: Unfolded, component: Component, file: str) -> None:
    if not component.name:
        raise _outside(component, Place(file, line.line))
    if line.name in _READ.get(component.name, ()):
        read = read_property(line, file)
        if isinstance(read, Diagnostic):
            component.problems.append(read)
        else:
            component.properties.append(read)


def _outside(top: Component, place: Place) -> DeclarationsInvalid:
    """Return the error for a line that stands in no component."""
    if not top.components:
        return _not_a_calendar(place.file)
    return _broken("this line stands outside of the calendar", place)


def _check_end(line: Unfolded, component: Component, file: str) -> None:
    name = _component_name(line)
    if name != component.name:
        what = f"{_named(component)} is still open" if component.name else "there is no BEGIN for it"
        raise _broken(f"END:{cut(name)} stands here, but {what}", Place(file, line.line))


def _check_whole(open_ones: list[Component]) -> None:
    if len(open_ones) > 1:
        last = open_ones[-1]
        raise _broken(f"the file ends while {_named(last)} is still open", last.place)


def _named(component: Component) -> str:
    return f"the {cut(component.name)} that begins in line {component.place.line}"


def _broken(message: str, place: Place) -> DeclarationsInvalid:
    return DeclarationsInvalid((error("bad-calendar", message, place, "export the calendar again"),))


def _not_a_calendar(file: str) -> DeclarationsInvalid:
    message = "this is not a calendar: it does not begin with BEGIN:VCALENDAR"
    hint = "export the calendar as iCalendar (.ics)"
    return DeclarationsInvalid((error("not-a-calendar", message, Place(file), hint),))
