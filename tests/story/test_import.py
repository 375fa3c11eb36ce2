"""The law of import: afterwards the plan has no changes, whatever the portal holds."""

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from reconciler.sandbox.server import Options, running
from tests.cli.test_output_laws import called
from tests.story.test_laws import over_http
from tests.story.world import OTHERS, OURS, PORTAL, VERSIONS, custom

_visible = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8)
_texts: SearchStrategy[str | None] = (
    st.sampled_from(
        [None, "", "x", " y ", "no", "null", "~", "a: b #c", "two\nlines\n", "\r\n", "a\rb", "\t", "{date}"]
    )
    | _visible
)
_names = st.sampled_from([*["Launch"] * 8, "con", "no", "日本語", "e\u0301", "  ", "a\x07b"]) | _visible
_links = st.sampled_from([None, *["https://acme.example/x"] * 4, " http://x.example ", "acme", "javascript:x"])
_spans = st.sampled_from(
    [
        ("2027-04-15T15:00:00Z", "2027-04-15T16:00:00Z"),
        ("2027-10-31T00:30:00Z", "2027-10-31T01:30:01.005Z"),
        ("2026-12-31T23:30:00Z", None),
        ("1800-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        (None, "2027-04-15T15:00:00Z"),
        (None, None),
        ("2027-04-15T15:00:00Z", "2027-04-15T15:00:00Z"),
    ]
).map(lambda span: {"startDateTime": span[0], "endDateTime": span[1]})
_others: SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"eventName": _names, "eventOrganizer": st.sampled_from(["Acme", "Acme", "Other", None])},
    optional={
        "eventType": _texts,
        "eventDescription": _texts,
        "eventUrl": _links,
        "eventCancelled": st.booleans(),
        "eventCompleted": st.booleans(),
        "customProperties": st.sampled_from(
            [custom(p="x"), custom(p="no", q="1e3"), custom(choice="a;b"), custom(choice="z"), custom(hidden="1")]
        ),
    },
)
_fields = st.builds(lambda fields, span: {**fields, **span}, _others, _spans)
_ids = st.sampled_from(["a", "A", "ab", "c/d", "a-b", " x", "search", "ü", "con", "reconciler"])
_accounts = st.sampled_from(["acme", "acme", "acme", "acme-a", "other"])


@st.composite
def _held(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return what a portal holds: events of our app and another, under several accounts, and people's."""
    ids = draw(st.sets(st.tuples(st.sampled_from([OURS, OURS, OTHERS]), _accounts, _ids), min_size=1, max_size=8))
    made: list[dict[str, Any]] = [
        {"externalEventId": event_id, "externalAccountId": account, "appInfo": {"id": str(app), "name": "An app"}}
        for app, account, event_id in sorted(ids)
    ]
    made += [{"appInfo": None} for _ in range(draw(st.integers(0, 3)))]
    return [{**one, "objectId": str(number), **draw(_fields)} for number, one in enumerate(made, start=901)]


_DEFINITIONS = [
    {"name": "p"},
    {"name": "q", "type": "number", "fieldType": "number"},
    {
        "name": "choice",
        "type": "enumeration",
        "fieldType": "checkbox",
        "options": [{"label": one, "value": one} for one in "ab"],
    },
    {"name": "hidden", "modificationMetadata": {"readOnlyValue": True}},
]
_defaults: SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "eventOrganizer": st.just("Acme"),
        "externalAccountId": st.just("other"),
        "eventType": st.just("WEBINAR"),
        "eventUrl": st.just("https://default.example"),
        "timezone": st.just("Asia/Tokyo"),
        "hours": st.just("09:00-17:00"),
        "endDateTime": st.just("2030-01-01 10:00"),
        "eventCancelled": st.booleans(),
        "eventCompleted": st.sampled_from([True]),
        "customProperties": st.sampled_from([{"p": "x"}, {"q": "7"}, {"choice": ["b", "a"]}, {"none": "x"}]),
        "initial": st.sampled_from([{"eventDescription": "x"}, {"customProperties": {"later": "y"}}]),
        "environments": st.just(["default"]),
    },
)
_settings: SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"portal": st.just(PORTAL), "externalAccountId": st.sampled_from(["acme", "acme", "acme", "other"])},
    optional={
        "appId": st.just(OURS),
        "timezone": st.sampled_from(["Europe/Berlin", "America/New_York", "UTC"]),
        "apiVersion": st.sampled_from(VERSIONS),
    },
)
_chosen = st.tuples(_settings, st.sampled_from([False, False, True]))
"""The settings, and whether they are those of an environment."""
_behaviours: SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {},
    optional={
        "search": st.sampled_from(["prefix", "exact"]),
        "text": st.sampled_from(["verbatim", "trimmed"]),
        "token-details": st.sampled_from(["answers", "missing"]),
        "empty-text": st.just("ignored"),
        "upsert": st.just("keep"),
        "patch-flags": st.just("reset"),
    },
)
_options = st.lists(
    st.sampled_from([("--app", "any"), ("--app", "any"), ("--properties",), ("--properties", "p,choice")]), max_size=2
).map(lambda options: [word for option in options for word in option])


@contextmanager
def _portal(folder: str, held: list[dict[str, Any]], behaviours: dict[str, str]) -> Iterator[None]:
    seed = Path(folder) / "seed.json"
    portal = {"id": PORTAL, "timezone": "Europe/Paris"}
    seed.write_text(json.dumps({"portal": portal, "events": held, "properties": _DEFINITIONS}))
    answers = tuple(f"{name}={value}" for name, value in behaviours.items())
    with (
        running(Options(seed=seed, rate="1000000/1", behaviours=answers)) as sandbox,
        pytest.MonkeyPatch.context() as environment,
        contextlib.chdir(folder),
    ):
        environment.setenv("HUBSPOT_BASE_URL", sandbox.base_url)
        environment.setenv("HUBSPOT_ACCESS_TOKEN", f"sandbox-{OURS}")
        yield


# Each example takes a portal and three calls, so Hypothesis does not shrink a failing one: that would take minutes.
@settings(over_http, max_examples=60, phases=(Phase.reuse, Phase.generate))
@given(_held(), _chosen, st.lists(_defaults, max_size=2), _behaviours, _options)
def test_after_an_import_the_plan_has_no_changes(
    held: list[dict[str, Any]],
    chosen: tuple[dict[str, Any], bool],
    defaults: list[dict[str, Any]],
    behaviours: dict[str, str],
    options: list[str],
) -> None:
    with TemporaryDirectory() as folder, _portal(folder, held, behaviours):
        for name, content in zip((".", "2027"), defaults, strict=False):
            Path("events", name).mkdir(parents=True, exist_ok=True)
            Path("events", name, "_defaults.yaml").write_text(json.dumps(content))
        Path("events").mkdir(exist_ok=True)
        env, settings_file = ("--env", "staging") if chosen[1] else (), chosen[0]
        if env:
            settings_file = {"portal": PORTAL + 1, "environments": {"staging": settings_file}}
        Path("events/reconciler.yaml").write_text(json.dumps(settings_file))
        first = called(folder, "import", *env, *options)
        event(f"exit code {first.code}")
        assert first.code in {0, 6}, first.err
        planned = called(folder, "plan", *env, "--format", "json")
        assert planned.code == 0, planned.out
        assert planned.json["changes"] == []
        assert planned.json["set_aside"] == []
        again = called(folder, "import", *env, *options)
        assert (again.code, again.out) == (first.code, "")
        if "any" in options and first.code == 0:
            assert planned.json["summary"]["unchanged"] == len(held)
