"""HubSpot's values of an event as its declaration would write them."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from reconciler.declarations.events.occurrence import WITH_PLACEHOLDERS
from reconciler.declarations.events.whole_days import TIMES
from reconciler.declarations.keys.readers import OF_EVENT
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.placeholders import with_double_braces
from reconciler.declarations.values.times import is_day
from reconciler.declarations.values.written_times import local_day, same_time_of_day, time_like
from reconciler.declarations.yaml.canonical import Undeclarable, declarable
from reconciler.declarations.yaml.editing import NewValue
from reconciler.declarations.yaml.nodes import Scalar
from reconciler.diagnostics import Diagnostic, warning
from reconciler.event import CUSTOM, DeclaredEvent, Kind, Value, kind_of, label_of, moment
from reconciler.safe_text import quoted
from reconciler.values import OPTION_SEPARATOR


class Pull(NamedTuple):
    """The values that HubSpot holds of an event, to be written into its declaration."""

    event: DeclaredEvent
    values: Mapping[str, Value]


class ToWrite(NamedTuple):
    """What to write as the value of a field, and what it is to mean."""

    text: NewValue
    means: Value


def left(event: DeclaredEvent, name: str, why: str, hint: str | None = None) -> Diagnostic:
    """Return the warning for a value that is not written, at its line, or at the event if it is inherited."""
    message = f"{label_of(name)} of {event.identity} is left as it is: {why}"
    place = event.places.get(name, event.place) if name in event.lines else event.place
    return warning("not-pulled", message, place, hint)


def value_in_words(value: NewValue) -> str:
    """Return a value of HubSpot for a message."""
    match value:
        case None | "" | []:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case _:
            return quoted(OPTION_SEPARATOR.join(value))


def values_to_write(pull: Pull, written: Callable[[str], str]) -> tuple[dict[str, ToWrite], list[Diagnostic]]:
    """Return what to write for each field, and the reason for each that cannot be declared.

    `written` returns the text of a field as its file has it.
    """
    found: dict[str, ToWrite] = {}
    problems: list[Diagnostic] = []
    for name, value in pull.values.items():
        try:
            found[name] = _to_write(pull.event, name, value, written)
        except (Undeclarable, Wrong) as reason:
            problems.append(left(pull.event, name, reason.message, reason.hint))
    found |= dict(_whole_days(pull.event, found, written))
    return found | dict(_end_of_moved(pull.event, found, written)), problems


def _to_write(event: DeclaredEvent, name: str, value: Value, written: Callable[[str], str]) -> ToWrite:
    match kind_of(name):
        case Kind.FLAG:
            if name == "eventCompleted" and value is not True:
                raise Undeclarable(
                    "HubSpot shows it as not completed, and a completion cannot be taken back", "ask who changed it"
                )
            return ToWrite(value is True, value is True)
        case Kind.INSTANT:
            if value is None:
                raise Undeclarable("HubSpot holds no date, and a date cannot be emptied", "delete the line")
            return ToWrite(time_like(written(name), moment(str(value)), event.timezone), value)
        case _:
            return _text(event, name, "" if value is None else str(value))


def _text(event: DeclaredEvent, name: str, value: str) -> ToWrite:
    text = declarable(value, "HubSpot's text")
    if name in event.lists and (not text or _are_options(text.split(OPTION_SEPARATOR))):
        return ToWrite(text.split(OPTION_SEPARATOR) if text else [], text or None)
    if not name.startswith(CUSTOM):
        OF_EVENT[name](Scalar(text, plain=False, line=1, column=1))
    has_placeholders = event.series is not None and name in WITH_PLACEHOLDERS
    return ToWrite((with_double_braces(text) if has_placeholders else text) or None, text or None)


def _are_options(options: list[str]) -> bool:
    return all(map(str.strip, options)) and len(set(options)) == len(options)


def _whole_days(
    event: DeclaredEvent, found: Mapping[str, ToWrite], written: Callable[[str], str]
) -> Iterator[tuple[str, ToWrite]]:
    """Yield start and end of an event that is declared by dates alone: as dates, if its hours stay, else as times."""
    times = [name for name in TIMES if name in event.fields]
    zone = event.timezone
    if zone is None or found.keys().isdisjoint(times) or not all(is_day(written(name)) for name in times):
        return
    before = {name: moment(str(event.fields[name])) for name in times}
    after = {name: moment(str(found[name].means)) if name in found else before[name] for name in times}
    stays = all(same_time_of_day(before[name], after[name], zone) for name in times)
    for name in times:
        if name in found or not stays:
            text = local_day(after[name], zone) if stays else time_like("", after[name], zone)
            yield name, ToWrite(text, found[name].means if name in found else event.fields[name])


def _end_of_moved(
    event: DeclaredEvent, found: Mapping[str, ToWrite], written: Callable[[str], str]
) -> Iterator[tuple[str, ToWrite]]:
    """Yield the end of an occurrence whose start alone is written, which else would move with it."""
    start, end = TIMES
    if event.series is None or start not in found or end in found or end not in event.fields:
        return
    when = moment(str(event.fields[end]))
    is_whole_day = event.timezone is not None and is_day(str(found[start].text))
    text = local_day(when, event.timezone or "") if is_whole_day else time_like(written(end), when, event.timezone)
    yield end, ToWrite(text, event.fields[end])
