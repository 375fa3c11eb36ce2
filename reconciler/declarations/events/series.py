"""A series: one declaration of an event for each date that a rule gives."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import cast

from reconciler.declarations.events.declaring import Declaration, Terms, declare
from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.events.layers import OVERRIDE, REPEAT, Layer, refusal
from reconciler.declarations.events.occurrence import WITH_PLACEHOLDERS, SeriesDate, SeriesSpan, impossible_times
from reconciler.declarations.events.spent import MOST_TEXT_OF_ALL_SERIES, Spent
from reconciler.declarations.events.whole_days import TIMES
from reconciler.declarations.keys.initial import INITIAL
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.occurrences import MOST_OCCURRENCES, occurrences
from reconciler.declarations.values.placeholders import check_placeholders, check_series_id, without_placeholders
from reconciler.declarations.values.recurrence import RecurrenceRule
from reconciler.declarations.values.times import spelt
from reconciler.declarations.yaml.nodes import Mapping as Entries
from reconciler.declarations.yaml.nodes import Node
from reconciler.declarations.yaml.nodes import Sequence as Items
from reconciler.diagnostics import Diagnostic, Place, Severity, error
from reconciler.safe_text import cut, quoted

_KEY = "repeat"
_NEAR = timedelta(days=3)
"""How far a mistyped date may be from the one that was meant."""
_LEFT_TO_DATES = ("missing-time", "ambiguous-time")
"""Problems of a start or an end that a single date may not have."""
_NO_TIMEZONE = "set timezone for the event, in its defaults or in the settings"


def declare_series(inherited: Inheritance, own: Layer, terms: Terms, spent: Spent) -> list[Declaration]:
    """Return the declaration of each occurrence; or, if anything is wrong, one with the problems and no event.

    What it takes is added to what is spent.
    """
    series = _Series.of(inherited, own, terms)
    problems = [*series.problems()]
    dates = series.dates(problems)
    problems += series.too_long(dates, spent)
    found: list[Declaration] = []
    if "externalEventId" in own.values and not _are_wrong((*own.problems, *problems)):
        problems += series.unprotected(dates)
        found += series.occurrences(dates)
    spent.occurrences += _work(dates) if found else MOST_OCCURRENCES
    return _each_problem_once([Declaration(None, tuple(problems)), *found])


def _work(dates: Mapping[str, datetime]) -> int:
    """Return the number of dates, or of the years in which they were looked for, if those are more."""
    times = [*dates.values()]
    return max(len(times), times[-1].year - times[0].year)


def _are_wrong(problems: Iterable[Diagnostic]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _each_problem_once(declarations: list[Declaration]) -> list[Declaration]:
    """Return the declarations without what several occurrences say of the same place."""
    said: set[tuple[str | None, ...]] = set()
    found = []
    for declaration in declarations:
        fresh = tuple(each for each in declaration.diagnostics if _essence(each) not in said)
        said.update(map(_essence, fresh))
        found.append(replace(declaration, diagnostics=fresh))
    return found


def _essence(found: Diagnostic) -> tuple[str | None, ...]:
    return found.code, str(found.place), found.message if found.code in _LEFT_TO_DATES else None


@dataclass(frozen=True, slots=True)
class _Series:
    """The layers of a series, its own on top of what it inherits."""

    inherited: Inheritance
    own: Layer
    terms: Terms
    merged: Inheritance
    repeat: Layer
    """The mapping under `repeat`."""
    overrides: Mapping[str, Layer]
    """By date, what is different on it."""

    @classmethod
    def of(cls, inherited: Inheritance, own: Layer, terms: Terms) -> "_Series":
        repeat = REPEAT.check(own.values[_KEY], own.file)
        nodes = repeat.values.get("overrides", {})
        overrides = {day: OVERRIDE.check(node, own.file) for day, node in nodes.items()}
        return cls(inherited, own, terms, inherited.under(own), repeat, overrides)

    def problems(self) -> Iterator[Diagnostic]:
        """Yield what is wrong without any regard to the dates."""
        yield from self.repeat.problems
        for override in self.overrides.values():
            yield from override.problems
        if "objectId" in self.own.mapping.keys:
            message = "a series is made of events that this tool creates, and objectId is for events that are there"
            yield error("repeat-beside-object", message, self.own.key_place(_KEY), "delete repeat")
        if self.repeat.is_silent_on("rule"):
            hint = "add one below repeat, as in rule: FREQ=WEEKLY;COUNT=8"
            yield error("missing-key", "a series needs a rule", self.own.key_place(_KEY), hint)
        if self.merged.lacks("startDateTime") and self.merged.lacks("absent"):
            hint = "add startDateTime, with the date and the time of the first event"
            yield error("missing-key", "a series needs a startDateTime", self.own.key_place(_KEY), hint)
        yield from self.offsets()
        yield from self.wrong_id()
        yield from _wrong_texts(self.merged)
        for override in self.overrides.values():
            yield from _wrong_texts(self.merged.under(override))
        yield from self.problems_of_an_event()

    def wrong_id(self) -> Iterator[Diagnostic]:
        """Find a placeholder in the series' own id."""
        try:
            check_series_id(self.own.values.get("externalEventId", ""))
        except Wrong as wrong:
            yield refusal(wrong, "externalEventId", self.own.value_place("externalEventId"))

    def problems_of_an_event(self) -> Iterator[Diagnostic]:
        """Yield what would be wrong with the series if it were a single event; its id is judged as it is written."""
        terms = replace(self.terms, rules=self.terms.rules.of_name("externalEventId"))
        for found in declare(self.inherited, self.own, terms).diagnostics:
            if found.code not in _LEFT_TO_DATES:
                yield replace(found, hint=_NO_TIMEZONE) if found.code == "no-timezone" else found

    def offsets(self) -> Iterator[Diagnostic]:
        """Find times with an offset, which need not be the same on every date."""
        zone = self.merged.values.get("timezone", self.terms.timezone)
        for key in TIMES:
            time = self.merged.values.get(key)
            if isinstance(time, datetime) and time.tzinfo:
                message = f"{key}: a series has local times, and this one has an offset"
                hint = f"write {spelt(time, zone)}" if zone else "write the local time, and its timezone beside it"
                yield error("offset-in-series", message, self.merged.place(key), hint)

    def dates(self, problems: list[Diagnostic]) -> dict[str, datetime]:
        """Return the local start on each date, also on those to skip; none if rule or start is wrong."""
        start, rule = self.merged.values.get("startDateTime"), self.repeat.values.get("rule")
        if start is None or rule is None or any(self.offsets()):
            return {}
        span = SeriesSpan.of(self.merged)
        try:
            times = _times(rule, span)
        except Wrong as wrong:
            problems.append(refusal(wrong, "rule", self.repeat.value_place("rule")))
            return {}
        dates = {time.date().isoformat(): time for time in times}
        if times[0] != span.local_start:
            problems.append(self.start_not_given(span.like_start(times[0])))
        if len(dates) < len(times):
            problems.append(self.date_twice(times))
        problems += self.wrong_choices(dates)
        return dates

    def too_long(self, dates: Mapping[str, datetime], spent: Spent) -> Iterator[Diagnostic]:
        """Yield an error if the texts of this series, once for each date, are too long beside those read before."""
        values = self.merged.values
        texts = (each.get(key) for each in (values, values.get(INITIAL, {})) for key in WITH_PLACEHOLDERS)
        spent.text += len(dates) * sum(len(text) for text in texts if isinstance(text, str))
        if spent.text > MOST_TEXT_OF_ALL_SERIES:
            message = f"the texts of all series come to more than {MOST_TEXT_OF_ALL_SERIES:,} characters on their dates"
            hint = "shorten the longest, as a description, or let the series end earlier"
            yield error("too-many-occurrences", message, self.own.key_place(_KEY), hint)

    def start_not_given(self, first: str) -> Diagnostic:
        message = "startDateTime: the rule does not give this start"
        hint = f"write {first}, the first that it gives from then on; or correct the rule"
        return error("start-not-in-rule", message, self.merged.place("startDateTime"), hint)

    def date_twice(self, times: Iterable[datetime]) -> Diagnostic:
        [(day, _)] = Counter(time.date() for time in times).most_common(1)
        message = f"rule: it gives {day} more than once, and the id of each event is made with its date"
        hint = "let the rule give one time for each date, and write another series for the other times"
        return error("date-twice", message, self.repeat.value_place("rule"), hint)

    def wrong_choices(self, dates: Mapping[str, datetime]) -> Iterator[Diagnostic]:
        """Yield what is wrong with the dates to skip and to override."""
        skipped: list[str] = self.repeat.values.get("skip", [])
        given = sorted(dates)
        for day, node in self.chosen():
            if day not in dates:
                yield _not_a_date(day, given, _place(self.own.file, node))
        for day in filter(self.overrides.__contains__, skipped):
            key = cast("Entries", self.repeat.mapping.values["overrides"]).keys[day]
            message = f"{day} stands under skip and under overrides"
            yield error("skipped-and-overridden", message, _place(self.own.file, key), "delete one of the two")
        if dates.keys() <= {*skipped}:
            hint = "leave one out, or delete the event with its repeat"
            message = "every date of the series is skipped, so it declares no event"
            yield error("every-date-skipped", message, self.repeat.key_place("skip"), hint)

    def chosen(self) -> Iterator[tuple[str, Node]]:
        """Yield each date to skip or to override, with its node."""
        if "skip" in self.repeat.values:
            skip = cast("Items", self.repeat.mapping.values["skip"])
            yield from zip(self.repeat.values["skip"], skip.items, strict=True)
        if "overrides" in self.repeat.values:
            yield from cast("Entries", self.repeat.mapping.values["overrides"]).keys.items()

    def skipped(self) -> frozenset[str]:
        """Return the dates on which there is nothing."""
        return frozenset(self.repeat.values.get("skip", ()))

    def id_on(self, day: str) -> str:
        """Return the event id of the occurrence on a date."""
        return f"{self.own.values['externalEventId']}-{day}"

    def unprotected(self, dates: Iterable[str]) -> Iterator[Diagnostic]:
        """Yield an error for each pattern of the settings that matches the series' id and no occurrence."""
        own_id = self.own.values["externalEventId"]
        skipped = self.skipped()
        ids = [self.id_on(day) for day in dates if day not in skipped]
        for glob in self.terms.protect:
            if fnmatchcase(own_id, glob) and not any(fnmatchcase(each, glob) for each in ids):
                message = f"{quoted(glob)} under protect in the settings protects none of the events of this series"
                hint = f"write {cut(own_id)}-* there: each event's id is that of the series and its date"
                yield error("protects-no-occurrence", message, self.own.value_place("externalEventId"), hint)

    def occurrences(self, dates: Mapping[str, datetime]) -> Iterator[Declaration]:
        """Yield what is declared on each date that is not skipped."""
        span, own_id = SeriesSpan.of(self.merged), self.own.values["externalEventId"]
        name = without_placeholders(self.merged.values.get("eventName") or "") or own_id
        skipped = self.skipped()
        for number, (day, start) in enumerate(dates.items(), 1):
            if day not in skipped:
                own = (self.own, self.overrides.get(day), self.id_on(day))
                yield self.occurrence(SeriesDate(self.inherited, *own, day, number, start, span), name)

    def occurrence(self, one: SeriesDate, name: str) -> Declaration:
        terms = replace(self.terms, rules=self.terms.rules.of_name("eventName"))
        inherited, own = one.inherit(), one.layer()
        if problems := tuple(impossible_times(one, inherited.under(own), terms.timezone)):
            return Declaration(None, problems)
        declaration = declare(inherited, own, terms)
        if declaration.event is None:
            return declaration
        own_id = self.own.values["externalEventId"]
        return replace(declaration, event=replace(declaration.event, series=own_id, series_name=name))


def _times(rule: RecurrenceRule, span: SeriesSpan) -> list[datetime]:
    if not isinstance(span.start, datetime) and (rule.hours or rule.minutes or rule.seconds):
        message = "BYHOUR, BYMINUTE and BYSECOND cannot be used where startDateTime is a date alone"
        raise Wrong("bad-rule", message, "delete them: hours says the time")
    begin = span.local_start
    times = [time.replace(microsecond=begin.microsecond) for time in occurrences(rule, begin.replace(microsecond=0))]
    if span.local_end is not None and span.local_end.year + times[-1].year - begin.year > MAXYEAR - 1:
        raise Wrong("bad-time", "the last event would end after the year 9998", "let the series end earlier")
    return times


def _wrong_texts(merged: Inheritance) -> Iterator[Diagnostic]:
    """Find braces that have no meaning, in the texts that hold: also in those of defaults."""
    initial = merged.values.get(INITIAL, {})
    for key in WITH_PLACEHOLDERS:
        text = merged.values.get(key) or initial.get(key)
        if not isinstance(text, str):
            continue
        try:
            check_placeholders(text)
        except Wrong as wrong:
            yield refusal(wrong, key, merged.place(key) if key in merged.values else merged.places[key])


def _not_a_date(day: str, given: Sequence[str], place: Place) -> Diagnostic:
    return error("not-in-rule", f"the rule does not give {day}", place, _instead_of(day, given))


def _instead_of(day: str, given: Sequence[str]) -> str:
    """Return what to write for a date that the rule does not give: a slip is a few days off, or has another year."""
    at = bisect_left(given, day)
    beside = given[max(at - 1, 0) : at + 1]
    nearest = min(beside, key=lambda one: abs(date.fromisoformat(one) - date.fromisoformat(day)))
    is_near = abs(date.fromisoformat(nearest) - date.fromisoformat(day)) <= _NEAR
    meant = nearest if is_near else next((one for one in given if one[4:] == day[4:]), None)
    if meant is not None:
        return f"did you mean {meant}? Else delete it"
    if day > given[-1]:
        return f"the rule ends on {given[-1]}: raise its COUNT or UNTIL to reach this date, or delete it"
    return f"the rule gives dates from {given[0]} to {given[-1]}: write one of them, or delete it"


def _place(file: str, node: Node) -> Place:
    return Place(file, node.line, node.column)
