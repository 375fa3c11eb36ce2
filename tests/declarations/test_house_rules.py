"""House rules judge what holds for an event, where it stands."""

from dataclasses import replace

import pytest

from reconciler.declarations.events.file_names import SourceFile, reading_order
from reconciler.declarations.events.house_rules import HouseRules
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.values.expressions import expression
from reconciler.errors import DeclarationsInvalid
from tests.declarations.catalogue import TERMS

RULES = HouseRules({"externalEventId": expression("[a-z]+"), "eventName": expression("[A-Z].*")}, ("WEBINAR", "FAIR"))
NAMED = "eventName: A name\neventOrganizer: Acme\n"


def told(rules: HouseRules = RULES, **files: str) -> list[str]:
    """Return the problems of files, each with its place; `in__a` is the file in/a.yaml."""
    named = {f"{name.replace('__', '/')}.yaml": text.encode() for name, text in files.items()}
    sources = [SourceFile(path, path, named[path]) for path in sorted(named, key=reading_order)]
    try:
        read_all(sources, replace(TERMS, rules=rules))
    except DeclarationsInvalid as invalid:
        return [f"{found.place} {found.code}: {found.message} ({found.hint})" for found in invalid.diagnostics]
    return []


def test_what_keeps_the_rules_is_accepted() -> None:
    assert (
        told(a=f"externalEventId: a\n{NAMED}eventType: FAIR\n---\nexternalEventId: b\n{NAMED}eventType: null\n") == []
    )


def test_without_rules_everything_is_accepted() -> None:
    assert told(HouseRules(), a=f"externalEventId: A-1\n{NAMED}eventType: any\n") == []


def test_what_breaks_a_rule_is_told_where_it_stands() -> None:
    text = "externalEventId: a-1\neventName: a name\neventOrganizer: Acme\neventType: Fair\n"
    told_id, told_name, told_type = told(a=text)
    assert told_id == (
        "a.yaml:1:18 name-breaks-rule: externalEventId: 'a-1' does not match names.externalEventId in the settings: "
        "'[a-z]+' (write one that does, or change names.externalEventId in reconciler.yaml)"
    )
    rule = "does not match names.eventName in the settings: '[A-Z].*'"
    assert told_name.startswith(f"a.yaml:2:12 name-breaks-rule: eventName: 'a name' {rule} ")
    assert told_type == (
        "a.yaml:4:12 type-breaks-rule: eventType: 'Fair' is not among eventTypes in the settings: WEBINAR, FAIR "
        "(did you mean FAIR?)"
    )


def test_the_whole_of_a_name_must_match() -> None:
    for event_id in ("1a", "a1", "a1a", '"a\\nb"', '"a\\n1"'):
        assert len(told(a=f"externalEventId: {event_id}\n{NAMED}")) == 1


def test_a_default_that_breaks_a_rule_is_told_once() -> None:
    events = "externalEventId: a\n---\nexternalEventId: b\n"
    defaults = "eventName: a name\neventOrganizer: Acme\ninitial: {eventType: DINNER}\n"
    assert [problem[:40] for problem in told(_defaults=defaults, a=events)] == [
        "_defaults.yaml:1:12 name-breaks-rule: ev",
        "_defaults.yaml:3:11 type-breaks-rule: ev",
    ]


@pytest.mark.parametrize(
    "own", [f"{NAMED}eventType: FAIR", f"{NAMED}eventType: null", f"{NAMED}initial: {{eventType: WEBINAR}}"]
)
def test_a_default_that_nobody_inherits_is_not_judged(own: str) -> None:
    assert told(_defaults="eventName: a name\neventType: DINNER\n", a=f"externalEventId: a\n{own}\n") == []


def test_every_initial_field_is_judged_at_once() -> None:
    initial = "initial:\n  eventType: DINNER\n  eventUrl: nowhere\n  customProperties: {x: [a, a]}\n  colour: red\n"
    assert [problem.partition(": ")[0] for problem in told(a=f"externalEventId: a\n{NAMED}{initial}")] == [
        "a.yaml:5:3 type-breaks-rule",
        "a.yaml:6:13 bad-url",
        "a.yaml:7:25 bad-option",
        "a.yaml:8:3 unknown-key",
    ]


def test_an_event_that_is_to_be_gone_or_is_elsewhere_is_not_judged() -> None:
    assert told(_defaults="eventType: DINNER", a="externalEventId: A-1\nabsent: true\n") == []
    assert told(a=f"externalEventId: A-1\n{NAMED}environments: [production]\n") == []


def test_an_adopted_event_is_judged_by_what_is_declared_of_it() -> None:
    assert told(_defaults="initial: {eventType: DINNER}", a="objectId: 1\neventName: A name\n") == []
    assert told(a="objectId: 1\n") == []
    assert len(told(a="objectId: 1\neventName: a name\n")) == 1


def test_no_type_may_be_declared_where_none_is_allowed() -> None:
    (problem,) = told(HouseRules({}, ()), a=f"externalEventId: a\n{NAMED}eventType: FAIR\n")
    assert "is not among eventTypes in the settings" in problem
