"""The comparison of a live value with a declared one."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from reconciler.event import Kind, Value, instant
from reconciler.values import canonical, same
from tests.building import texts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CUSTOM_KINDS = (Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.MOMENT, Kind.OPTIONS)

kinds = st.sampled_from(Kind)
custom_kinds = st.sampled_from(CUSTOM_KINDS)
around = st.sampled_from(["", " ", "\n"])
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)
days = st.dates()
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC)).map(  # noqa: DTZ001  (Hypothesis wants bounds without a zone)
    lambda when: when.replace(microsecond=when.microsecond // 1000 * 1000)
)
option_sets = st.sets(st.text("abcäÄ -_.'", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4)


def milliseconds(when: datetime) -> str:
    return str((when - EPOCH) // timedelta(milliseconds=1))


@st.composite
def number_spellings(draw: st.DrawFn, number: Decimal) -> str:
    plain = format(number, "f")
    forms = [plain, f"{plain}00" if "." in plain else f"{plain}.00", f"{number:E}", f"{number:e}"]
    written = draw(st.sampled_from(forms))
    return written if written.startswith("-") else draw(st.sampled_from(["", "+", "0"])) + written


@st.composite
def day_spellings(draw: st.DrawFn, day: date) -> str:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    forms = [milliseconds(midnight), day.isoformat(), f"{day}T00:00:00Z", f"{day}T00:00:00.000+00:00", f"{day} 00:00"]
    return draw(st.sampled_from(forms))


@st.composite
def moment_spellings(draw: st.DrawFn, moment: datetime) -> str:
    local = moment.astimezone(draw(zones))
    forms = [
        milliseconds(moment),
        instant(moment),
        local.isoformat(),
        local.isoformat(" ", "milliseconds"),
        moment.strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "+0000",
    ]
    return draw(st.sampled_from(forms))


@st.composite
def option_spellings(draw: st.DrawFn, options: set[str]) -> str:
    repeated = draw(st.permutations(sorted(options) + draw(st.lists(st.sampled_from(sorted(options)), max_size=2))))
    spaced = [draw(around) + option + draw(around) for option in repeated]
    return ";".join([*draw(st.sampled_from([[], [""]])), *spaced])


booleans = st.booleans()
boolean_spellings = {True: st.sampled_from(["true", "True", "TRUE"]), False: st.sampled_from(["false", "FALSE"])}

meanings: Mapping[Kind, tuple[SearchStrategy[Any], Callable[[Any], SearchStrategy[str]]]] = {
    Kind.NUMBER: (numbers, number_spellings),
    Kind.BOOLEAN: (booleans, boolean_spellings.__getitem__),
    Kind.DATE: (days, day_spellings),
    Kind.MOMENT: (moments, moment_spellings),
    Kind.OPTIONS: (option_sets, option_spellings),
}


@given(custom_kinds, st.data())
def test_any_two_spellings_of_one_value_are_the_same(kind: Kind, data: st.DataObject) -> None:
    values, spellings = meanings[kind]
    value = data.draw(values)
    one, other = (data.draw(around) + data.draw(spellings(value)) + data.draw(around) for _ in "12")
    assert same(kind, one, other)
    assert canonical(kind, one) == canonical(kind, other)


@given(custom_kinds, st.data())
def test_values_that_mean_something_else_differ_however_they_are_written(kind: Kind, data: st.DataObject) -> None:
    values, spellings = meanings[kind]
    one, other = data.draw(values), data.draw(values)
    assert same(kind, data.draw(spellings(one)), data.draw(spellings(other))) == (one == other)


@given(kinds, st.none() | texts | st.sampled_from(["1", "0012.50", "true", "2027-04-15", "1e400", "9" * 15, " ; a"]))
def test_the_canonical_spelling_is_its_own_and_means_the_same(kind: Kind, text: Value) -> None:
    spelt = canonical(kind, text)
    assert canonical(kind, spelt) == spelt
    assert same(kind, text, spelt)


@given(custom_kinds, st.text("x;", min_size=1).filter(lambda text: "x" in text))
def test_a_value_that_is_set_is_never_the_same_as_none(kind: Kind, text: str) -> None:
    assert not same(kind, text, None)
    assert not same(kind, None, text)


@pytest.mark.parametrize(
    ("kind", "written", "spelt"),
    [
        (Kind.NUMBER, "12.50", "12.5"),
        (Kind.NUMBER, "1000", "1000"),
        (Kind.NUMBER, "1E+3", "1000"),
        (Kind.NUMBER, "1.0E7", "10000000"),
        (Kind.NUMBER, "-0.0", "0"),
        (Kind.NUMBER, ".5", "0.5"),
        (Kind.NUMBER, "5.", "5"),
        (Kind.NUMBER, "0.10000000000000000000000000000000001", "0.10000000000000000000000000000000001"),
        (Kind.BOOLEAN, "TRUE", "true"),
        (Kind.DATE, "1807747200000", "2027-04-15"),
        (Kind.DATE, "-86400000", "1969-12-31"),
        (Kind.DATE, "2027-04-15T02:00:00+02:00", "2027-04-15"),
        (Kind.MOMENT, "1807801200000", "2027-04-15T15:00:00Z"),
        (Kind.MOMENT, "1807801200001", "2027-04-15T15:00:00.001Z"),
        (Kind.MOMENT, "2027-04-15T17:00:00.120+02:00", "2027-04-15T15:00:00.120Z"),
        (Kind.OPTIONS, "security; automation;security;", "automation;security"),
        (Kind.TEXT, " security;automation ", " security;automation "),
        (Kind.TEXT, "12.50", "12.50"),
    ],
)
def test_a_value_has_one_spelling(kind: Kind, written: str, spelt: str) -> None:
    assert canonical(kind, written) == spelt


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.NUMBER, "NaN"),
        (Kind.NUMBER, "1_000"),
        (Kind.NUMBER, "1,000"),
        (Kind.NUMBER, "1e1000"),
        (Kind.NUMBER, "."),
        (Kind.NUMBER, "١٢"),
        (Kind.BOOLEAN, "Yes"),
        (Kind.DATE, "20270415"),
        (Kind.DATE, "2027-W15-4"),
        (Kind.DATE, "2027-02-30"),
        (Kind.DATE, "2027-04-15T00:00:01Z"),
        (Kind.DATE, "2027-04-15T00:00:00+02:00"),
        (Kind.DATE, "0001-01-01T00:00:00+02:00"),
        (Kind.DATE, "1807747200001"),
        (Kind.DATE, "9" * 15),
        (Kind.MOMENT, "2027-04-15"),
        (Kind.MOMENT, "2027-04-15T15:00:00"),
        (Kind.MOMENT, "2027-04-15T24:00:00Z"),
        (Kind.MOMENT, "9" * 15),
        (Kind.MOMENT, "9" * 5000),
        (Kind.MOMENT, "soon"),
        (Kind.OPTIONS, " ; "),
    ],
)
def test_what_does_not_fit_its_kind_is_compared_as_text(kind: Kind, text: str) -> None:
    assert canonical(kind, text) == text
    assert same(kind, text, f" {text}\n")
    assert not same(kind, text, f"{text}x")


@pytest.fixture(params=["EST5", "JST-9"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the machine's time zone to one west or east of UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("2027-04-15T00:00", "2027-04-15"),
        ("2027-04-15T02:00:00+02:00", "2027-04-15"),
        ("2027-04-15T00:00:00+02:00", "2027-04-15T00:00:00+02:00"),
    ],
)
def test_the_time_zone_of_the_machine_makes_no_difference(elsewhere: None, written: str, spelt: str) -> None:
    assert canonical(Kind.DATE, written) == spelt


def test_options_are_told_apart_by_capital_letters() -> None:
    assert not same(Kind.OPTIONS, "EMEA", "emea")


# Texts, flags and instants


@given(texts)
def test_white_space_around_a_text_makes_no_difference(text: str) -> None:
    assert same(Kind.TEXT, f" \r\n{text}\t\n", text)
    assert same(Kind.TEXT, text, f"\n {text}\r\n")


@given(st.lists(texts.map(lambda text: "".join(text.split())), max_size=3))
def test_the_three_kinds_of_line_break_are_one(lines: list[str]) -> None:
    assert same(Kind.TEXT, "\n".join(lines), "\r\n".join(lines))
    assert same(Kind.TEXT, "\r".join(lines), "\n".join(lines))


@given(texts, texts)
def test_other_characters_make_a_difference(text: str, more: str) -> None:
    assert not same(Kind.TEXT, f"{text}x{more}", f"{text}y{more}")


@pytest.mark.parametrize("empty", [None, "", " ", "\r\n"])
def test_empty_texts_are_one(empty: Value) -> None:
    assert same(Kind.TEXT, None, empty)
    assert same(Kind.TEXT, empty, None)
    assert not same(Kind.TEXT, "x", empty)
    assert not same(Kind.TEXT, empty, "x")


def test_capital_letters_count() -> None:
    assert not same(Kind.TEXT, "WEBINAR", "webinar")


def test_white_space_inside_a_text_counts() -> None:
    assert not same(Kind.TEXT, "a b", "a  b")
    assert not same(Kind.TEXT, "a\nb", "a\n\nb")


def test_a_flag_that_is_not_set_is_false() -> None:
    assert same(Kind.FLAG, declared=False, live=None)
    assert same(Kind.FLAG, declared=True, live=True)
    assert not same(Kind.FLAG, declared=True, live=None)
    assert not same(Kind.FLAG, declared=True, live=False)
    assert not same(Kind.FLAG, declared=False, live=True)


def test_instants_are_the_same_where_they_are_written_the_same() -> None:
    assert same(Kind.INSTANT, "2027-04-15T15:00:00Z", "2027-04-15T15:00:00Z")
    assert not same(Kind.INSTANT, "2027-04-15T15:00:00Z", "2027-04-15T15:00:00.001Z")
    assert not same(Kind.INSTANT, "2027-04-15T15:00:00Z", None)
