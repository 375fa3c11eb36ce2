"""The comparison of field values that can be spelt in several ways."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import assert_never

from reconciler.event import Kind, Value, instant

OPTION_SEPARATOR = ";"
"""HubSpot's separator between the options of one property (Properties API, multiple checkboxes)."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_MILLISECONDS = re.compile(r"-?\d{1,15}", re.ASCII)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):\d\d(:\d\d(\.\d{1,9})?)?(?P<offset>Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def same(kind: Kind, declared: Value, live: Value) -> bool:
    """Return whether HubSpot already holds what is declared for a field of this kind.

    White space around a text is ignored, because HubSpot may or may not keep it; an unset flag is false.
    """
    return _bare(canonical(kind, declared)) == _bare(canonical(kind, live))


def canonical(kind: Kind, value: Value) -> Value:
    """Return the canonical spelling of a value; one that does not fit its kind is returned unchanged."""
    return (normalized(kind, value) if isinstance(value, str) else None) or value


def normalized(kind: Kind, text: str) -> str | None:
    """Return the canonical spelling of a value of this kind; None if the text is not such a value.

    HubSpot takes several spellings of a custom property's value (Properties API, property types) and does not say
    which of them its reads return.
    """
    match kind:
        case Kind.NUMBER:
            return _number(text.strip())
        case Kind.BOOLEAN:
            return _boolean(text.strip())
        case Kind.DATE:
            return _date(text.strip())
        case Kind.MOMENT:
            return _moment(text.strip())
        case Kind.OPTIONS:
            return _options(text)
        case Kind.TEXT | Kind.INSTANT | Kind.FLAG:
            return text
        case _:
            assert_never(kind)


def _number(text: str) -> str | None:
    """Return a number in plain decimals without superfluous zeros; no digit is lost to rounding."""
    if not _NUMBER.fullmatch(text):
        return None
    plain = format(Decimal(text), "f")
    short = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if short == "-0" else short


def _boolean(text: str) -> str | None:
    lowered = text.lower()
    return lowered if lowered in {"true", "false"} else None


def _date(text: str) -> str | None:
    """Return a day as `YYYY-MM-DD`; a moment is a day only if it is midnight in UTC."""
    moment = _when(text) if _MILLISECONDS.fullmatch(text) else _iso(text)
    if moment is None or moment.time() != _EPOCH.time():
        return None
    return moment.date().isoformat()


def _moment(text: str) -> str | None:
    moment = _when(text) if _MILLISECONDS.fullmatch(text) else _iso(text) if _has_offset(text) else None
    return None if moment is None else instant(moment)


def _when(milliseconds: str) -> datetime | None:
    """Parse milliseconds since 1970 in UTC."""
    try:
        return _EPOCH + timedelta(milliseconds=int(milliseconds))
    except OverflowError:
        return None


def _iso(text: str) -> datetime | None:
    """Parse a date or a time, and return it in UTC; one without an offset is taken as UTC."""
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _has_offset(text: str) -> bool:
    match = _ISO.fullmatch(text)
    return match is not None and match["offset"] is not None


def _options(text: str) -> str | None:
    """Return options in sorted order, because they are a set."""
    chosen = {option.strip() for option in text.split(OPTION_SEPARATOR)}
    return OPTION_SEPARATOR.join(sorted(chosen - {""})) or None


def _bare(value: Value) -> str:
    return str(value or "").replace("\r\n", "\n").replace("\r", "\n").strip()
