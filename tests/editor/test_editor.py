"""The schemas in a real editor's server: what it completes, explains and underlines."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.declarations.keys.editor_schema import declarations_schema, settings_schema
from reconciler.declarations.keys.schema_line import schema_line
from reconciler.hubspot.definitions import as_definitions
from reconciler.planning.property_shapes import properties_shape
from reconciler.render.json_text import json_text
from tests.declarations.catalogue import FOLDER, cases
from tests.editor.language_server import Editor, editor, missing

if reason := missing():
    pytest.skip(reason, allow_module_level=True)  # one line in the summary, not one for each test

TOP = Path(__file__).parents[2]
VS_CODE = (TOP / "docs" / "writing-events.md").read_text("utf-8").partition("```json\n")[2].partition("```")[0]
"""The settings that the documents tell people to write."""
IN_PORTAL = f"{schema_line('../../schema/portal.json')}\nexternalEventId: a\ncustomProperties:\n"


REPEAT = "externalEventId: a\nrepeat:\n  rule: FREQ=DAILY;COUNT=2\n"
DATE = f"{REPEAT}  overrides:\n    2027-04-15:\n"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """Start one server for all tests, in a folder like that of the documents."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "schema").mkdir()
    seed = json.loads((TOP / "docs" / "sandbox-seed.json").read_text("utf-8"))
    portal = declarations_schema(properties_shape(as_definitions({"results": seed["properties"]})))
    for name, schema in {
        "declarations": declarations_schema(),
        "settings": settings_schema(),
        "portal": portal,
    }.items():
        (folder / "schema" / f"{name}.json").write_text(json_text(schema), encoding="utf-8")
    with editor(folder, json.loads(VS_CODE)) as opened:
        yield opened


# Completing


def test_an_empty_file_is_offered_every_key(asked: Editor) -> None:
    offered = asked.offers("|")
    assert offered.keys() == {*declarations_schema()["$defs"]["Event"]["properties"], "events", "defaults"}
    assert offered["eventName"].text == "eventName: ${1:Spring launch webinar}"
    assert offered["eventName"].said.startswith("The name of the event. Required beside externalEventId")


def test_an_event_is_offered_the_keys_that_it_lacks(asked: Editor) -> None:
    for text in ("externalEventId: a\nevent|", "events:\n  - externalEventId: a\n    event|"):
        offered = asked.offers(text)
        assert {"eventName", "eventUrl", "customProperties"} < offered.keys()
        assert "externalEventId" not in offered


def test_a_list_is_offered_its_own_keys(asked: Editor) -> None:
    assert asked.offers("|\nevents: []\n").keys() == {"defaults"}
    assert "externalEventId" not in asked.offers("defaults:\n  |\nevents: []\n")


def test_a_series_is_offered_its_own_keys_and_those_of_one_date(asked: Editor) -> None:
    assert asked.offers(f"{REPEAT}  |").keys() == {"skip", "overrides"}
    offered = asked.offers(f"{DATE}      |").keys()
    assert {"startDateTime", "eventCancelled", "absent"} < offered
    assert offered.isdisjoint({"externalEventId", "objectId", "repeat"})


def test_values_are_offered(asked: Editor) -> None:
    assert asked.offers("eventCancelled: |").keys() == {"true", "false"}
    assert asked.offers("orphans: |", "reconciler.yaml").keys() == {"ignore", "report", "cancel", "delete"}
    assert asked.offers("silence:\n  - |", "reconciler.yaml").keys() > {"overlap", "no-date"}


def test_the_properties_of_the_portal_are_offered(asked: Editor) -> None:
    offered = asked.offers(f"{IN_PORTAL}  |")
    assert {"event_region", "event_topics", "event_recorded"} < offered.keys()
    assert offered["event_region"].said == "Where the audience is.\nThe value is one of its options."


def test_the_options_of_a_property_are_offered_with_their_labels(asked: Editor) -> None:
    offered = asked.offers(f"{IN_PORTAL}  event_region: |")
    assert offered.keys() == {"EMEA", "AMER", "APAC", "null"}
    assert offered["EMEA"].said == "Europe, Middle East and Africa"
    assert asked.offers(f"{IN_PORTAL}  event_topics:\n    - |").keys() == {"automation", "data", "security"}


# Explaining


def test_a_key_is_explained_with_an_example(asked: Editor) -> None:
    for text in ("timez|one: Europe/Berlin", "events:\n- timezone: Europe/Ber|lin"):
        shown = asked.hover(text)
        assert "The IANA time zone of times without an offset." in shown
        assert shown.count("```yaml\nEurope/Berlin\n```") == 1


def test_the_keys_of_a_series_are_explained(asked: Editor) -> None:
    assert "Makes a series of the event." in asked.hover("externalEventId: a\nrep|eat:\n  rule: FREQ=DAILY;COUNT=2\n")
    assert "```yaml\nFREQ=WEEKLY;BYDAY=TH;COUNT=12\n```" in asked.hover("repeat:\n  ru|le: FREQ=DAILY;COUNT=2\n")


def test_a_setting_is_explained_with_the_words_that_it_takes(asked: Editor) -> None:
    shown = asked.hover("orph|ans: report", "reconciler.yaml")
    assert "What happens to your events that no file declares any more." in shown
    assert "* `delete`" in shown


def test_a_property_is_explained_by_its_label(asked: Editor) -> None:
    shown = asked.hover(f"{IN_PORTAL}  event_re|gion: EMEA")
    assert shown.startswith("#### Region\n\nWhere the audience is.")
    assert "* `EMEA`: Europe, Middle East and Africa" in shown
    assert asked.hover(f"{IN_PORTAL}  event_topics: [da|ta]").startswith("#### Topics\n\nOne of the options.")


# Underlining


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("externalEventId: a\nevntName: x\n", "2: Property evntName is not allowed."),
        ("events:\n- externalEventId: a\n  evntName: x\n", "3: Property evntName is not allowed."),
        ("externalEventId: a\n---\nexternalEventId: b\nevntName: x\n", "4: Property evntName is not allowed."),
        ("externalEventId: a\neventName: [x]\n", "2: Write one text here."),
        ("externalEventId: a\neventCancelled: 'no'\n", "2: Write true or false, without quotes."),
        ("externalEventId: a\nhours: 9-5\n", '2: Write it like "09:00-17:00".'),
        ("objectId: 5\nexternalEventId: a\n", "2: This key cannot stand beside objectId."),
        ("objectId: {production: x}\n", "1: Write the digits alone."),
        ("events:\n- eventName: x\n", "2: Write an externalEventId, or the objectId of an event that HubSpot holds"),
        ("events: []\n", "1: Array has too few items. Expected 1 or more."),
        ("defaults: {objectId: 5}\nevents: [{objectId: 5}]\n", "1: Property objectId is not allowed."),
        ("repeat:\n  skip: [2027-04-15]\n", '1: Missing property "rule".'),
        (f"{REPEAT}  exdate: []\n", "4: Property exdate is not allowed."),
        (f"{REPEAT}  skip: [15.4.2027]\n", "4: Write a date like 2027-04-15."),
        ("repeat: {rule: every day}\n", "1: Write it like FREQ=WEEKLY;BYDAY=TH;COUNT=12."),
        (f"{DATE}      externalEventId: b\n", "6: Property externalEventId is not allowed."),
        (f"{DATE}      eventCancelled: 'no'\n", "6: Write true or false, without quotes."),
        ("- externalEventId: a\n", "1: Incorrect type. Expected one of object, null."),
        (f"{IN_PORTAL}  event_regoin: EMEA\n", "4: Property event_regoin is not allowed."),
        (f"{IN_PORTAL}  event_region: EMAE\n", '4: Value is not accepted. Valid values: "EMEA", "AMER", "APAC", null.'),
        (f"{IN_PORTAL}  event_topics: [dta]\n", "4: Value is not accepted. Valid values: "),
        (
            f"{IN_PORTAL}  event_budget_eur: lots\n",
            "4: It must be a number in plain digits: write it like 1000 or 12.5.",
        ),
    ],
)
def test_a_mistake_is_underlined_once(asked: Editor, text: str, said: str) -> None:
    (found,) = asked.problems(text)
    assert found.startswith(said)


def test_the_line_that_names_a_schema_holds_for_its_own_document(asked: Editor) -> None:
    wrong = "customProperties: {event_regoin: EMEA}\n"
    line = f"{schema_line('../../schema/portal.json')}\n"
    assert asked.problems(f"{line}{wrong}---\n{wrong}---\n{line}{wrong}") == [
        "2: Property event_regoin is not allowed.",
        "7: Property event_regoin is not allowed.",
    ]


def test_a_mistake_in_the_settings_is_underlined(asked: Editor) -> None:
    (key, word) = asked.problems("portl: 1\norphans: remove\n", "reconciler.yaml")
    assert key == "1: Property portl is not allowed."
    assert word == '2: Value is not accepted. Valid values: "ignore", "report", "cancel", "delete".'


def test_a_place_for_an_empty_document_is_not_underlined(asked: Editor) -> None:
    for text in ("", "# a comment\n", "---\n", "externalEventId: a\n---\n"):
        assert asked.problems(text) == []


def test_nothing_is_underlined_in_the_samples(asked: Editor) -> None:
    files = sorted((TOP / "events").rglob("*.yaml"))
    texts = [(file.read_text("utf-8"), file.name) for file in files]
    with_portal = [(f"{IN_PORTAL.splitlines()[0]}\n{text}", name) for text, name in texts if name != "reconciler.yaml"]
    assert [found for found in asked.problems_in([*texts, *with_portal]) if found] == []


def test_nothing_is_underlined_in_what_the_catalogue_calls_valid(asked: Editor) -> None:
    valid = [case for path in sorted(FOLDER.glob("*.txt")) for case in cases(path) if ": error " not in case.expected]
    files = [(case.title, content.decode()) for case in valid for content in case.files.values()]
    found = asked.problems_in((text, "e.yaml") for _, text in files)
    assert {title: told for (title, _), told in zip(files, found, strict=True) if told} == {}
