"""HubSpot's values of single dates, written into their series."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.declarations.writing.pulling import Pulled
from reconciler.event import Value
from tests.declarations.catalogue import DEFAULTS
from tests.declarations.test_pulling import check, events_of, pulled

HEAD = """\
externalEventId: demo
eventUrl: https://acme.example/{date}
startDateTime: 2027-03-04 17:00
endDateTime: 2027-03-04 18:00
timezone: Europe/Berlin
customProperties:
  room: Blue
repeat:
  rule: FREQ=WEEKLY;COUNT=4
"""
NOTE = "# HubSpot's value, in place of the series' own\n"
OTHER = "# HubSpot's value, in place of the default in _defaults.yaml\n"
SECOND = "    # the second\n    2027-03-11:\n      eventUrl: ''\n      # below\n"
Held = Mapping[str, Mapping[str, Value]]
"""By date, what HubSpot holds."""


def after(text: str, held: Held) -> tuple[str, Pulled]:
    files = DEFAULTS | {"e.yaml": text.encode()}
    values = [held.get(str(event.date), {}) for event in events_of(files)]
    done, report = pulled(files, values)
    return done["e.yaml"].decode(), report


def whole(overrides: str, head: str = HEAD) -> str:
    return f"{head}  overrides:\n{overrides}"


CASES: dict[str, tuple[str, Held, str]] = {
    "dates that have nothing of their own": (
        HEAD,
        {
            "2027-03-11": {"eventUrl": "https://b.example"},
            "2027-03-04": {"customProperties.room": "Red", "eventName": "B"},
        },
        whole(
            f"    2027-03-04:\n      {OTHER}      eventName: B\n      customProperties:\n"
            f"        {NOTE}        room: Red\n    2027-03-11:\n      {NOTE}      eventUrl: https://b.example\n"
        ),
    ),
    "dates before and between others": (
        whole(SECOND + "\n    # the last\n    2027-03-25:\n      eventUrl: ''\n"),
        {day: {"eventName": "B"} for day in ("2027-03-04", "2027-03-18")},
        whole(
            f"    2027-03-04:\n      {OTHER}      eventName: B\n{SECOND}"
            f"    2027-03-18:\n      {OTHER}      eventName: B\n"
            "\n    # the last\n    2027-03-25:\n      eventUrl: ''\n"
        ),
    ),
    "dates behind another": (
        whole(SECOND),
        {day: {"eventName": "B"} for day in ("2027-03-18", "2027-03-25")},
        whole(
            f"{SECOND}    2027-03-18:\n      {OTHER}      eventName: B\n"
            f"    2027-03-25:\n      {OTHER}      eventName: B\n"
        ),
    ),
    "keys above and below those of the date": (
        whole("    2027-03-11:\n      # about it\n      eventUrl: ''  # none\n    2027-03-18: {eventUrl: ''}\n"),
        {"2027-03-11": {"eventName": "B", "eventUrl": "https://b.example", "customProperties.room": ""}},
        whole(
            f"    2027-03-11:\n      {OTHER}      eventName: B\n      # about it\n"
            f"      eventUrl: 'https://b.example'  # none\n      customProperties:\n"
            f"        {NOTE}        room: \"\"\n    2027-03-18: {{eventUrl: ''}}\n"
        ),
    ),
    "a new date beside more of the one before it": (
        whole("    2027-03-04:\n      eventType: X\n"),
        {"2027-03-04": {"eventUrl": ""}, "2027-03-11": {"eventUrl": ""}},
        whole(
            f'    2027-03-04:\n      eventType: X\n      {NOTE}      eventUrl: ""\n'
            f'    2027-03-11:\n      {NOTE}      eventUrl: ""\n'
        ),
    ),
    "a key and a property above those that are there": (
        whole("    2027-03-04:\n      customProperties:\n        size: L\n"),
        {"2027-03-04": {"customProperties.room": "Red", "eventName": "B"}},
        whole(
            f"    2027-03-04:\n      {OTHER}      eventName: B\n      customProperties:\n        size: L\n"
            f"        {NOTE}        room: Red\n"
        ),
    ),
    "braces of a text are doubled, and those of a property are not": (
        HEAD,
        {"2027-03-04": {"eventName": "{first name}", "customProperties.room": "{x}"}},
        whole(
            f'    2027-03-04:\n      {OTHER}      eventName: "{{{{first name}}}}"\n'
            f'      customProperties:\n        {NOTE}        room: "{{x}}"\n'
        ),
    ),
    "a start that is moved, with its end": (
        HEAD,
        {"2027-03-11": {"startDateTime": "2027-03-12T16:00:00Z", "endDateTime": "2027-03-12T17:00:00Z"}},
        whole(
            f"    2027-03-11:\n      {NOTE}      startDateTime: 2027-03-12 17:00\n"
            f"      {NOTE}      endDateTime: 2027-03-12 18:00\n"
        ),
    ),
    "a start that is moved takes the end with it that stays": (
        HEAD,
        {"2027-03-11": {"startDateTime": "2027-03-11T15:00:00Z"}},
        whole(
            f"    2027-03-11:\n      {NOTE}      startDateTime: 2027-03-11 16:00\n"
            f"      {NOTE}      endDateTime: 2027-03-11 18:00\n"
        ),
    ),
    "an end alone": (
        whole("    2027-03-11:\n      startDateTime: 2027-03-11 16:00\n"),
        {"2027-03-11": {"endDateTime": "2027-03-11T16:30:00Z"}},
        whole(
            f"    2027-03-11:\n      startDateTime: 2027-03-11 16:00\n      {NOTE}      endDateTime: 2027-03-11 17:30\n"
        ),
    ),
    "a start that the date has already keeps its end too": (
        whole("    2027-03-11:\n      startDateTime: 2027-03-11T16:00+01:00\n"),
        {"2027-03-11": {"startDateTime": "2027-03-11T15:30:00Z"}},
        whole(
            "    2027-03-11:\n      startDateTime: 2027-03-11T16:30+01:00\n"
            f"      {NOTE}      endDateTime: 2027-03-11 17:00\n"
        ),
    ),
}
WHOLE_DAYS = """\
externalEventId: fair
hours: "09:00-17:00"
startDateTime: 2027-03-04
endDateTime: 2027-03-05
timezone: Europe/Berlin
repeat:
  rule: FREQ=WEEKLY;COUNT=2
"""
LISTED = """\
events:
- externalEventId: alone
- externalEventId: demo
  startDateTime: 2027-03-04 17:00
  timezone: UTC
  repeat:
    rule: FREQ=DAILY;COUNT=2
"""
CASES |= {
    "a day that is moved": (
        WHOLE_DAYS,
        {"2027-03-11": {"startDateTime": "2027-03-10T08:00:00Z"}},
        whole(
            f"    2027-03-11:\n      {NOTE}      startDateTime: 2027-03-10\n"
            f"      {NOTE}      endDateTime: 2027-03-12\n",
            WHOLE_DAYS,
        ),
    ),
    "a day that begins at another time": (
        WHOLE_DAYS,
        {"2027-03-11": {"startDateTime": "2027-03-11T07:00:00Z"}},
        whole(
            f"    2027-03-11:\n      {NOTE}      startDateTime: 2027-03-11 08:00\n"
            f"      {NOTE}      endDateTime: 2027-03-12 17:00\n",
            WHOLE_DAYS,
        ),
    ),
    "a day that has a time already": (
        whole("    2027-03-11:\n      startDateTime: 2027-03-11 10:00\n", WHOLE_DAYS),
        {"2027-03-11": {"startDateTime": "2027-03-11T08:00:00Z"}},
        whole(
            f"    2027-03-11:\n      startDateTime: 2027-03-11 09:00\n"
            f"      {NOTE}      endDateTime: 2027-03-12 18:00\n",
            WHOLE_DAYS,
        ),
    ),
    "a series in a list, whose last line has no end": (
        LISTED.removesuffix("\n"),
        {"2027-03-05": {"eventName": "B"}},
        f"{LISTED}    overrides:\n      2027-03-05:\n        {OTHER}        eventName: B\n",
    ),
}


@pytest.mark.parametrize(("text", "held", "expected"), [pytest.param(*case, id=name) for name, case in CASES.items()])
def test_a_value_is_written_below_its_date(text: str, held: Held, expected: str) -> None:
    written, report = after(text, held)
    assert (written, report.left) == (expected, ())


LEFT = {
    "a series in brackets": (
        "{externalEventId: demo, startDateTime: 2027-03-04 17:00, timezone: UTC, repeat: {rule: FREQ=DAILY;COUNT=2}}",
        "the event is written in brackets",
    ),
    "repeat in brackets": (
        HEAD.replace("repeat:\n  rule: FREQ=WEEKLY;COUNT=4", "repeat: {rule: FREQ=WEEKLY;COUNT=4}"),
        "what stands under repeat is written in brackets, or refers to another value",
    ),
    "overrides in brackets": (
        f"{HEAD}  overrides: {{}}\n",
        "what stands under overrides is written in brackets, or refers to another value",
    ),
    "a date in brackets": (
        whole("    2027-03-04: {eventType: X}\n"),
        "what stands under 2027-03-04 is written in brackets, or refers to another value",
    ),
    "a date that refers to another": (
        whole("    2027-03-11: &x\n      eventType: X\n    2027-03-04: *x\n"),
        "what stands under 2027-03-04 is written in brackets, or refers to another value",
    ),
    "a date to which another refers": (
        whole("    2027-03-04: &x\n      eventType: X\n    2027-03-11: *x\n"),
        "other values refer to what stands under 2027-03-04",
    ),
}


@pytest.mark.parametrize(("text", "reason"), [pytest.param(*case, id=name) for name, case in LEFT.items()])
def test_a_date_without_a_place_for_more_is_left_as_it_is(text: str, reason: str) -> None:
    written, report = after(text, {"2027-03-04": {"startDateTime": "2027-03-04T15:00:00Z"}})
    assert (written, report.values) == (text, 0)
    (found,) = report.left
    assert found.message == f"starts of acme/demo-2027-03-04 is left as it is: {reason}"


def test_a_file_that_is_written_too_oddly_is_left_as_it_is() -> None:
    text = HEAD.replace("externalEventId: demo", "? externalEventId\n: demo")
    written, report = after(text, {"2027-03-04": {"eventName": "B"}})
    assert written == text
    assert len(report.left) == 1


def test_only_what_hubspot_changed_counts() -> None:
    _, report = after(HEAD, {"2027-03-11": {"startDateTime": "2027-03-11T15:00:00Z"}})
    assert report.values == 1


def test_what_cannot_be_declared_of_a_date_is_told_once_for_what_hubspot_changed() -> None:
    written, report = after(HEAD, {"2027-03-11": {"startDateTime": "2027-03-11T20:00:00Z"}})
    assert written == HEAD
    assert [found.message.partition(" of ")[0] for found in report.left] == ["starts"]


DATES = [str(date(2027, 3, 4) + timedelta(weeks=week)) for week in range(4)]
OWN = st.fixed_dictionaries(
    {},
    optional={
        "eventName": st.just("Own {number}"),
        "startDateTime": st.sampled_from(["2027-03-19 10:00", "2027-03-20T10:00:00Z"]),
        "customProperties": st.just("\n        room: Red"),
        "eventCancelled": st.just("true"),
    },
)


def block(day: str, own: Mapping[str, str]) -> str:
    return f"    {day}:\n" + "".join(f"      {key}: {value}\n" for key, value in own.items())


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(DATES), OWN.filter(bool), max_size=3), st.data())
def test_whatever_hubspot_holds_of_single_dates_is_written(own: dict[str, dict[str, str]], data: st.DataObject) -> None:
    overrides = "".join(block(day, each) for day, each in own.items())
    files = DEFAULTS | {"e.yaml": (whole(overrides) if own else HEAD).encode()}
    times = st.sampled_from(["2027-03-11T15:00:00Z", "2027-03-21T15:00:00Z", "2027-10-31T00:30:00Z"])
    held = st.fixed_dictionaries(
        {},
        optional={
            "eventName": st.sampled_from(["B", "{x}", None]),
            "eventUrl": st.sampled_from(["https://b.example", None, "no link"]),
            "startDateTime": times,
            "endDateTime": times,
            "customProperties.room": st.sampled_from(["Green", None]),
        },
    )
    check(files, [data.draw(held) for _ in events_of(files)])
