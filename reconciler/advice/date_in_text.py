"""Dates in a text that are not those of the event, as texts copied from last year have them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice

from reconciler.advice.subject import Found, Subject, found_in
from reconciler.safe_text import quoted

_FIELDS = ("eventName", "eventDescription", "eventUrl")
MOST_DATES = 100
"""The most dates of a text that are looked at."""
_EARLIEST, _LATEST = timedelta(hours=-12), timedelta(hours=14)
"""How far the clocks of any place are from UTC."""

_MONTHS = (
    ("january", "jan", "januar", "j\xe4nner"),
    ("february", "feb", "februar"),
    ("march", "mar", "m\xe4rz", "maerz", "mrz"),
    ("april", "apr"),
    ("may", "mai"),
    ("june", "jun", "juni"),
    ("july", "jul", "juli"),
    ("august", "aug"),
    ("september", "sep", "sept"),
    ("october", "oct", "oktober", "okt"),
    ("november", "nov"),
    ("december", "dec", "dezember", "dez"),
)
_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_MONTH = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_YEAR = "(?:19|20|21)[0-9][0-9]"
_A_YEAR = re.compile(rf"(?<![0-9]){_YEAR}(?![0-9])")
_DAY = "[0-9]{1,2}"
_ORDINAL = "(?:st|nd|rd|th|\\.)?"
_GAP = "[ \\t\\n\xa0_-]{1,3}"
_BEGIN = r"(?<![^\W_])(?=[0-9a-z])"
"""Not within a word or a number."""
_UNCHAINED = "(?<![0-9][./-])"
"""Not within a chain of numbers, such as that of a version."""
_END = r"(?![0-9])(?![./-][0-9])"
_RANGE = rf"(?:{_DAY}{_ORDINAL} ?[\u2013\u2014&/-] ?)?"
"""The first day in April 15-17, 2027; of a range only the last day counts."""

_DATE = re.compile(
    rf"{_BEGIN}(?:"
    rf"{_UNCHAINED}(?P<iso_year>{_YEAR})(?P<sign>[./-])(?P<iso_month>{_DAY})(?P=sign)(?P<iso_day>{_DAY}){_END}"
    rf"|{_UNCHAINED}(?P<first>{_DAY})(?:\.[ \xa0]?|/|-)(?P<second>{_DAY})(?:\.[ \xa0]?|/|-)(?P<year>{_YEAR}){_END}"
    rf"|(?P<day>{_DAY}){_ORDINAL}(?:{_GAP}of)?{_GAP}(?P<month>{_MONTH})\.?,?{_GAP}(?P<its_year>{_YEAR})(?!\w)"
    rf"|(?P<us_month>{_MONTH})\.?{_GAP}{_RANGE}(?P<us_day>{_DAY}){_ORDINAL},?{_GAP}(?P<us_year>{_YEAR})(?!\w)"
    r")",
    re.IGNORECASE,
)


def date_in_text(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find full dates that are not one of the event's days; an occurrence of a series may also name its own date.

    Where 04/05/2027 may mean two days, it is one of the event's if either is.
    """
    named_in = lru_cache(maxsize=16)(_named_in)
    for subject in subjects:
        if not _may_name_a_year(subject) or (days := _days_of(subject)) is None:
            continue
        own = _occurrence(subject)
        for field in _FIELDS:
            named = named_in(subject.text(field))
            if other := next((written for written, dates in named if not _is_among(dates, days, own)), None):
                message = f"{field} names the date {quoted(other)}, which is not a day of the event"
                yield found_in(subject, field, message, "if the day of the event is meant, correct it")


def _may_name_a_year(subject: Subject) -> bool:
    """Return whether any of the texts may hold a full date; this is quick."""
    fields = subject.fields
    texts = f"{fields.get('eventName')} {fields.get('eventDescription')} {fields.get('eventUrl')}"
    return ("20" in texts or "19" in texts or "21" in texts) and _A_YEAR.search(texts) is not None


def _named_in(text: str) -> tuple[tuple[str, list[date]], ...]:
    """Return the first dates in a text, each as it is written, with the days that it may mean.

    Texts are read once where many events share them, as those of a series do.
    """
    matches = islice(_DATE.finditer(text), MOST_DATES)
    return tuple((match[0], days) for match in matches if (days := _readings(match)))


def _is_among(dates: Iterable[date], days: tuple[date, date], own: date | None) -> bool:
    """Return whether one of the dates is a day of the event, or the date of the occurrence."""
    return any(days[0] <= day <= days[1] or day == own for day in dates)


def _days_of(subject: Subject) -> tuple[date, date] | None:
    """Return the first and the last day of an event: without a zone, of the earliest and the latest on earth."""
    end = subject.start if subject.end is None else subject.here(subject.end)
    if end is None:
        return None
    first, last = subject.start or end, end
    with suppress(OverflowError):
        if subject.zone is None:
            return (first + _EARLIEST).date(), (last + _LATEST).date()
    return first.date(), last.date()


def _occurrence(subject: Subject) -> date | None:
    """Return the date in the id of an occurrence, for which `{date}` stands even if it has moved."""
    with suppress(ValueError):
        return None if subject.event.date is None else date.fromisoformat(subject.event.date)
    return None


def _readings(match: re.Match[str]) -> list[date]:
    """Return the days that a date may mean; none if there is no such day."""
    found = match.groupdict()
    if found["iso_year"]:
        return _dates(found["iso_year"], (found["iso_month"], found["iso_day"]))
    if found["year"]:
        return _dates(found["year"], (found["second"], found["first"]), (found["first"], found["second"]))
    month = _NUMBERS[(found["month"] or found["us_month"]).casefold()]
    return _dates(found["its_year"] or found["us_year"], (month, found["day"] or found["us_day"]))


def _dates(year: str, *days: tuple[str | int, str]) -> list[date]:
    """Return those of some months with days that a year has."""
    dates = []
    for month, day in days:
        with suppress(ValueError):
            dates.append(date(int(year), int(month), int(day)))
    return dates
