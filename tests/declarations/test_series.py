"""Series: the events that one declaration with a rule stands for."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import SourceFile, reading_order
from reconciler.declarations.events.house_rules import HouseRules
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.events.spent import MOST_OF_ALL_SERIES, MOST_TEXT_OF_ALL_SERIES
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.expressions import expression
from reconciler.declarations.values.placeholders import (
    check_placeholders,
    filled_in,
    with_double_braces,
    without_placeholders,
)
from reconciler.diagnostics import Diagnostic, Place
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared, DeclaredEvent
from tests.declarations.catalogue import TERMS

FIRST = date(2027, 3, 4)
"""A Thursday, some weeks before the clocks change."""
DAYS = [FIRST + timedelta(weeks=week) for week in range(8)]
SERIES: dict[str, Any] = {
    "externalEventId": "demo",
    "eventName": "Demo {number}",
    "eventOrganizer": "Acme",
    "eventUrl": "https://acme.example/demo/{date}",
    "startDateTime": "2027-03-04 17:00",
    "endDateTime": "2027-03-04 18:00",
    "timezone": "Europe/Berlin",
    "customProperties": {"room": "Blue", "size": "L"},
}
RULE = "FREQ=WEEKLY;BYDAY=TH;COUNT=8"


def read(files: Mapping[str, str], terms: Terms = TERMS) -> Declared:
    sources = (SourceFile(path, path, files[path].encode()) for path in sorted(files, key=reading_order))
    return read_all(sources, terms)


def events(content: object, terms: Terms = TERMS) -> dict[str | None, DeclaredEvent]:
    declared = read({"e.yaml": yaml.safe_dump(content, sort_keys=False)}, terms).events
    return {event.identity.external_event_id: event for event in declared}


def problems(text: str, terms: Terms = TERMS) -> tuple[Diagnostic, ...]:
    with pytest.raises(DeclarationsInvalid) as raised:
        read({"e.yaml": text}, terms)
    return raised.value.diagnostics


def series(skip: list[date], overrides: Mapping[date, Mapping[str, object]]) -> dict[str, Any]:
    keyed = {str(day): dict(override) for day, override in overrides.items()}
    return {**SERIES, "repeat": {"rule": RULE, "skip": list(map(str, skip)), "overrides": keyed}}


def meaning(event: DeclaredEvent) -> tuple[object, ...]:
    return event.identity, event.fields, event.initial, event.protect, event.absent, event.timezone, event.lists


OVERRIDE = st.fixed_dictionaries(
    {},
    optional={
        "eventName": st.sampled_from(["Guest in {number}", "Open {{house}}"]),
        "eventType": st.sampled_from(["WEBINAR", ""]),
        "eventUrl": st.just(""),
        "eventCancelled": st.booleans(),
        "protect": st.booleans(),
        "timezone": st.just("Europe/London"),
        "customProperties": st.dictionaries(st.sampled_from(["room", "topic"]), st.sampled_from(["Red", ["a", "b"]])),
    },
)


def moved(day: date, override: Mapping[str, object], hours: int) -> dict[str, object]:
    start = datetime(day.year, day.month, day.day, 17) + timedelta(hours=hours)  # noqa: DTZ001  (a local time)
    return {**override, "startDateTime": start.isoformat(" ", "minutes")} if hours else dict(override)


@st.composite
def changed(draw: st.DrawFn) -> tuple[list[date], dict[date, dict[str, object]]]:
    skip = draw(st.lists(st.sampled_from(DAYS), unique=True, max_size=6))
    left = [day for day in DAYS if day not in skip]
    overrides = draw(st.dictionaries(st.sampled_from(left), OVERRIDE, max_size=4))
    hours = st.sampled_from([0, 1, 24, 24 * 30])
    return skip, {day: moved(day, override, draw(hours)) for day, override in overrides.items()}


def written_out(day: date, override: Mapping[str, Any]) -> dict[str, Any]:
    """Return an occurrence as somebody would declare it by itself."""
    number = DAYS.index(day) + 1
    both = {**SERIES, "startDateTime": f"{day} 17:00", "endDateTime": f"{day} 18:00", **override}
    start = datetime.fromisoformat(both["startDateTime"])
    own = {
        "externalEventId": f"demo-{day}",
        "endDateTime": (start + timedelta(hours=1)).isoformat(" ", "minutes"),
        "eventName": both["eventName"].replace("{number}", str(number)).replace("{{", "{").replace("}}", "}"),
        "eventUrl": both["eventUrl"].replace("{date}", str(day)),
        "customProperties": {**SERIES["customProperties"], **override.get("customProperties", {})},
    }
    return {**both, **own}


@given(changed())
def test_a_series_is_the_same_as_its_occurrences_written_out(
    change: tuple[list[date], dict[date, dict[str, object]]],
) -> None:
    skip, overrides = change
    alone = [written_out(day, overrides.get(day, {})) for day in DAYS if day not in skip]
    found, expected = events(series(skip, overrides)), events({"events": alone})
    assert [meaning(event) for event in found.values()] == [meaning(event) for event in expected.values()]


@given(changed())
def test_an_occurrence_is_the_same_whatever_becomes_of_the_others(
    change: tuple[list[date], dict[date, dict[str, object]]],
) -> None:
    skip, overrides = change
    before = events(series([], {}))
    after = events(series(skip, overrides))
    assert after.keys() == {f"demo-{day}" for day in DAYS if day not in skip}
    untouched = after.keys() - {f"demo-{day}" for day in overrides}
    assert {name: meaning(after[name]) for name in untouched} == {name: meaning(before[name]) for name in untouched}


def test_every_occurrence_knows_its_series() -> None:
    found = events(series([], {DAYS[1]: {"eventName": "Another"}})).values()
    assert {(event.series, event.series_name) for event in found} == {("demo", "Demo")}
    single = {key: value for key, value in SERIES.items() if key != "repeat"}
    assert [(event.series, event.series_name) for event in events(single).values()] == [(None, None)]


@pytest.mark.parametrize(("name", "shown"), [("{date}", "demo"), ("Demo {{x}}: {date}", "Demo {x}")])
def test_a_series_is_called_by_what_is_left_of_its_name(name: str, shown: str) -> None:
    found = events({**SERIES, "eventName": name, "repeat": {"rule": RULE}})
    assert {event.series_name for event in found.values()} == {shown}


TEXT = """\
externalEventId: demo
eventName: Demo
eventOrganizer: Acme
startDateTime: 2027-03-04 17:00
timezone: Europe/Berlin
initial:
  {eventDescription: Here, eventType: TALK}
customProperties:
  room: Blue
  size: L
repeat:
  rule: FREQ=WEEKLY;COUNT=3
  overrides:
    2027-03-11:
      eventName: Another
      customProperties:
        room: Red
    2027-03-18:
      eventDescription: There
      initial:
        customProperties:
          size: M
"""


def test_a_field_stands_in_the_line_of_the_series_or_of_the_override() -> None:
    first, second, third = read({"e.yaml": TEXT}).events
    shared = {"eventOrganizer": 3, "startDateTime": 4, "eventType": 7, "customProperties.size": 10}
    assert dict(first.lines) == {**shared, "eventName": 2, "eventDescription": 7, "customProperties.room": 9}
    assert dict(second.lines) == {**shared, "eventName": 15, "eventDescription": 7, "customProperties.room": 17}
    assert second.places["eventName"] == Place("e.yaml", 15, 7)
    assert {event.place for event in (first, second, third)} == {Place("e.yaml", 1, 1)}


def test_what_is_initial_on_one_date_stands_where_that_is_said() -> None:
    *_, third = read({"e.yaml": TEXT}).events
    assert third.fields["eventDescription"] == "There"
    assert third.initial == {"customProperties.size": "M", "eventType": "TALK"}
    names = ("eventDescription", "customProperties.size", "eventType")
    assert [third.lines[name] for name in names] == [19, 22, 7]


def test_positions_below_defaults_stay_those_of_the_defaults() -> None:
    files = {"_defaults.yaml": "eventUrl: https://a.example\n", "e.yaml": TEXT}
    first, *_ = read(files).events
    assert first.places["eventUrl"] == Place("_defaults.yaml", 1, 1)
    assert "eventUrl" not in first.lines


IDS = Terms(external_account_id="acme", rules=HouseRules({"externalEventId": expression("[a-z]+")}))
NAMES = Terms(external_account_id="acme", rules=HouseRules({"eventName": expression("Demo [1-5]")}))
TYPES = Terms(external_account_id="acme", rules=HouseRules({}, ("WEBINAR",)))


def test_the_rule_for_ids_judges_that_of_the_series() -> None:
    assert len(events({**SERIES, "repeat": {"rule": RULE}}, IDS)) == 8
    wrong = yaml.safe_dump({**SERIES, "externalEventId": "demo-1", "repeat": {"rule": RULE}})
    assert [(found.code, "'demo-1'" in found.message) for found in problems(wrong, IDS)] == [("name-breaks-rule", True)]


def test_the_rule_for_names_judges_those_of_the_occurrences_and_says_it_once() -> None:
    text = yaml.safe_dump({**SERIES, "repeat": {"rule": RULE}}, sort_keys=False)
    assert [(found.code, "'Demo 6'" in found.message) for found in problems(text, NAMES)] == [
        ("name-breaks-rule", True)
    ]


def test_the_rule_for_types_holds_on_each_date() -> None:
    text = yaml.safe_dump({**series([], {DAYS[3]: {"eventType": "TALK"}}), "eventType": "WEBINAR"}, sort_keys=False)
    assert [found.code for found in problems(text, TYPES)] == ["type-breaks-rule"]


def test_every_time_that_does_not_exist_is_told() -> None:
    text = TEXT.replace("03-04 17:00", "03-04 02:30").replace("WEEKLY;COUNT=3", "DAILY;COUNT=400")
    text = text.replace("2027-03-04", "2026-03-28").replace("  overrides:", "  skip: []\n  overrides:")
    text = text.replace("2027-03-11", "2026-04-11").replace("2027-03-18", "2026-04-18")
    found = [(each.code, each.message[15:31]) for each in problems(text)]
    assert found == [
        ("missing-time", "2026-03-29 02:30"),
        ("ambiguous-time", "2026-10-25 02:30"),
        ("missing-time", "2027-03-28 02:30"),
    ]


@pytest.mark.parametrize(
    ("protect", "wrong"),
    [
        (("demo",), True),
        (("demo-*",), False),
        (("demo*",), False),
        (("other",), False),
        (("demo-2027-03-11", "d*"), False),
        (("de[m]o",), True),
    ],
)
def test_a_pattern_that_protects_the_id_of_a_series_alone_is_an_error(protect: tuple[str, ...], *, wrong: bool) -> None:
    terms = Terms(external_account_id="acme", protect=protect)
    text = yaml.safe_dump({**SERIES, "repeat": {"rule": RULE}}, sort_keys=False)
    if wrong:
        assert [(each.code, str(each.place)) for each in problems(text, terms)] == [
            ("protects-no-occurrence", "e.yaml:1:18")
        ]
    else:
        assert len(read({"e.yaml": text}, terms).events) == 8


def test_a_pattern_that_protects_skipped_dates_alone_is_an_error() -> None:
    ending_with_8 = [DAYS[2], DAYS[5]]
    terms = Terms(external_account_id="acme", protect=("*[o8]",))
    assert len(events(series([], {}), terms)) == 8
    text = yaml.safe_dump(series(ending_with_8, {}), sort_keys=False)
    assert [each.code for each in problems(text, terms)] == ["protects-no-occurrence"]


def test_a_series_of_other_environments_claims_its_occurrences() -> None:
    declared = read({"e.yaml": yaml.safe_dump({**series([DAYS[0]], {}), "environments": ["production"]})})
    assert {one.identity.external_event_id for one in declared.skipped} == {f"demo-{day}" for day in DAYS[1:]}
    assert declared.events == ()


def test_a_series_of_other_environments_needs_no_time_zone_here() -> None:
    content = {**SERIES, "environments": ["production"], "repeat": {"rule": RULE}}
    declared = read({"e.yaml": yaml.safe_dump({key: value for key, value in content.items() if key != "timezone"})})
    assert len(declared.skipped) == 8


def test_all_series_together_make_a_bounded_number_of_events() -> None:
    one = {**SERIES, "startDateTime": "2027-03-04 17:00", "timezone": "UTC", "repeat": {"rule": "FREQ=DAILY;COUNT=400"}}
    texts = (yaml.safe_dump({**one, "externalEventId": f"demo-{number}"}, sort_keys=False) for number in range(51))
    (found,) = problems("---\n".join(texts))
    assert (found.code, found.message) == (
        "too-many-occurrences",
        f"the series of all files make more than {MOST_OF_ALL_SERIES:,} events",
    )


def test_a_date_that_the_rule_does_not_give_is_told_the_nearest() -> None:
    wrong = {"2027-03-06": DAYS[0], "2027-03-10": DAYS[1]}
    found = problems(yaml.safe_dump(series([date.fromisoformat(day) for day in wrong], {}), sort_keys=False))
    assert [each.hint for each in found] == [f"did you mean {nearest}? Else delete it" for nearest in wrong.values()]


def test_series_without_any_date_are_not_followed_without_end() -> None:
    nothing = {**SERIES, "repeat": {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3"}}
    texts = (yaml.safe_dump({**nothing, "externalEventId": f"demo-{number}"}) for number in range(60))
    codes = [each.code for each in problems("---\n".join(texts))]
    assert codes == ["no-occurrence"] * 50 + ["too-many-occurrences"] * 10


def test_the_years_between_the_dates_of_series_are_bounded() -> None:
    rare = {**SERIES, "startDateTime": "2000-02-29 17:00", "endDateTime": "2000-02-29 18:00"}
    rare["repeat"] = {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU;COUNT=14"}
    texts = (yaml.safe_dump({**rare, "externalEventId": f"demo-{number}"}) for number in range(60))
    codes = [each.code for each in problems("---\n".join(texts))]
    assert codes == ["too-many-occurrences"] * 10


def test_the_texts_of_all_series_together_are_bounded() -> None:
    a_quarter = MOST_TEXT_OF_ALL_SERIES // 8 // 4 - 60
    one = {**SERIES, "repeat": {"rule": RULE}, "initial": {"eventDescription": "x" * a_quarter}}
    texts = [yaml.safe_dump({**one, "externalEventId": f"demo-{number}"}) for number in range(5)]
    assert len(read({f"{number}.yaml": text for number, text in enumerate(texts[:4])}).events) == 4 * 8
    with pytest.raises(DeclarationsInvalid) as raised:
        read({f"{number}.yaml": text for number, text in enumerate(texts)})
    (found,) = raised.value.diagnostics
    assert (found.code, found.place and found.place.file) == ("too-many-occurrences", "4.yaml")


@given(st.text())
def test_a_text_with_double_braces_stands_for_the_text(text: str) -> None:
    written = with_double_braces(text)
    check_placeholders(written)
    assert filled_in(written, "2027-03-04", 1) == text


def test_a_text_without_braces_is_not_copied_for_each_date() -> None:
    text = " ".join(["long"] * 100)
    assert filled_in(text, "2027-03-04", 1) is text


@given(st.lists(st.sampled_from(["{", "}", "{{", "}}", "{date}", "{number}", "{x}", "a", " "])).map("".join))
def test_braces_that_are_accepted_can_be_filled_in(text: str) -> None:
    with suppress(Wrong):
        check_placeholders(text)
        assert len(without_placeholders(text)) <= len(filled_in(text, "2027-03-04", 7))


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Weekly demo {number}: {date}", "Weekly demo"),
        ("{date} Weekly demo", "Weekly demo"),
        ("Weekly demo ({date})", "Weekly demo"),
        ("Demo, {date}, for all", "Demo, for all"),
        ("Webinar #{number}", "Webinar"),
        ("{number}. Webinar", "Webinar"),
        ("Demo {{{number}}} x", "Demo {} x"),
        ("Demo {number} of 8", "Demo of 8"),
        ("{number}", ""),
    ],
)
def test_a_name_without_its_placeholders_reads_well(name: str, left: str) -> None:
    assert without_placeholders(name) == left
