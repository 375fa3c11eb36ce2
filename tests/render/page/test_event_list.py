"""The list of a page: every event with all that is known of it."""

from reconciler.change import FieldChange, Source
from reconciler.render.difference import difference
from reconciler.render.page.model import Mark, Row
from tests.render.page.events import BERLIN, event, shown
from tests.render.page.reading import Node

MAY = "2027-05-12T08:00:00Z"


def listed(top: Node) -> dict[str, list[str]]:
    """Return the events of each month by their names."""
    sections = top.one(id="list").all("section")
    return {section.one("h3").text: [name.text for name in section.all("h4")] for section in sections}


def row(field: str, before: str | None, after: str | None, remark: str = "") -> Row:
    return Row(field, difference(FieldChange(field, before, after), BERLIN), remark)


def test_every_event_stands_under_its_month_and_the_undated_last() -> None:
    top = shown([event("Any day"), event("Fair", "2027-06-01T08:00:00Z"), event("Summit", MAY)])
    assert listed(top) == {"May 2027": ["Summit"], "June 2027": ["Fair"], "No date known": ["Any day"]}
    links = top.one(id="list").one("nav").all("a")
    assert [(link.text, link.attributes["href"]) for link in links] == [
        ("May 2027", "#l2027-05"),
        ("Jun 2027", "#l2027-06"),
        ("No date known", "#undated"),
    ]


def test_an_event_says_all_that_is_known_of_it() -> None:
    full = event(
        "Summit",
        MAY,
        "2027-05-12T09:00:00Z",
        marks=(Mark.MOVED,),
        kind="CONFERENCE",
        organizer="Acme",
        url="https://acme.example/?a=b&c",
        people="41 registered",
        series="Summits",
        source=Source("events/summit.yaml", 3),
        remarks=("look at this",),
        rows=(row("starts", "a", "b", "changed in HubSpot"),),
        record=(("description", "Two lines.\nOf text."),),
    )
    entry = shown([full], is_plan=True).one(id="e0")
    assert entry.text == (
        "Summit → Moved Wed 12 May 2027 10:00 to 11:00 in the month "
        "CONFERENCE · Acme · 41 registered · series Summits · https://acme.example/?a=b&c look at this What changes "
        "starts · changed in HubSpot a → b description Two lines. Of text. acme/Summit · events/summit.yaml:3"
    )
    assert entry.one("time").attributes == {"datetime": MAY}
    assert entry.one("a", "to-month").attributes["href"] == "#d2027-05-12"
    assert [link.attributes["href"] for link in entry.all("a", rel="noopener noreferrer")] == [
        "https://acme.example/?a=b&c",
        "https://code.example/events/summit.yaml#L3",
    ]


def test_an_event_of_which_little_is_known_shows_no_empty_parts() -> None:
    entry = shown([event("Summit")]).one(id="e0")
    assert entry.text == "Summit acme/Summit"
    assert not entry.all("p", "facts") + entry.all("ul") + entry.all("table") + entry.all("dl") + entry.all("time")


def test_in_a_plan_an_event_without_a_file_is_declared_nowhere() -> None:
    assert shown([event("Old", marks=(Mark.ORPHAN,))], is_plan=True).one(id="e0").text == (
        "Old ? Orphan acme/Old · declared nowhere"
    )


def test_a_file_is_named_where_there_is_nothing_to_link_to() -> None:
    entry = shown([event("Summit", source=Source("events/summit.yaml", 3))], None).one(id="e0")
    assert entry.text == "Summit acme/Summit · events/summit.yaml:3"
    assert not entry.all("a")
    outside = shown([event("Summit", source=Source("/srv/summit.yaml", 3))]).one(id="e0")
    assert not outside.all("a")


def test_a_link_that_could_act_is_none() -> None:
    entry = shown([event("Summit", url="javascript:alert(1)")]).one(id="e0")
    assert not entry.all("a")


def test_a_long_difference_is_shown_line_by_line() -> None:
    entry = shown([event("Summit", rows=(row("eventDescription", "a\nb", "a\nc"),))]).one(id="e0")
    assert entry.one("pre").source == "- b\n+ c"


def test_of_a_name_that_nobody_gives_the_list_says_how_much_is_left_out() -> None:
    names = ["x" * 500, "x" * 21_000]
    entries = shown([event(name, MAY) for name in names]).all("h4")
    assert [entry.text for entry in entries] == ["x" * 500, f"{'x' * 500}… 20,500 more letters"]


def test_of_very_long_lines_only_what_differs_is_shown() -> None:
    old, new = f"{'x' * 3000}old{'y' * 3000}", f"{'x' * 3000}new{'y' * 3000}"
    entry = shown([event("Summit", rows=(row("eventDescription", old, new),))]).one(id="e0")
    around = "x" * 20, "y" * 20
    assert entry.one("pre").source == f"- …{around[0]}old{around[1]}…\n+ …{around[0]}new{around[1]}…"


def test_a_very_long_line_that_is_new_says_how_much_of_it_is_left_out() -> None:
    entry = shown([event("Summit", rows=(row("eventDescription", "a", "x" * 2001),))]).one(id="e0")
    assert entry.one("pre").source == f"- a\n+ {'x' * 2000}… 1 more letter"


def test_an_event_has_the_numbers_that_the_filters_look_at() -> None:
    events = [event("a", MAY, kind="FAIR", organizer="B", marks=(Mark.NEW,)), event("b", kind="CALL", organizer="A")]
    top = shown(events, is_plan=True)
    first, second = top.one(id="e0").attributes, top.one(id="e1").attributes
    assert [first[f"data-{name}"] for name in ("kind", "organizer", "marks")] == ["1", "1", "3"]
    assert ([second[f"data-{name}"] for name in ("kind", "organizer")], "data-marks" in second) == (["0", "0"], False)
