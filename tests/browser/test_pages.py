"""Pages in a real browser: read, filtered, walked through by keyboard, printed, and left alone by hostile texts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.change import Change, FieldChange, Outline
from reconciler.event import Declared, instant
from reconciler.planning.plan import Plan
from reconciler.render.page.calendars import declared_page
from reconciler.render.page.document import html_page
from reconciler.render.page.file_links import FileLinks
from reconciler.render.page.planned import plan_page
from tests.browser.driving import Tab, browser, missing_driver
from tests.building import HOSTILE, PORTAL, declared
from tests.render.page.test_planned import FULL
from tests.render.situations import create, move, update

if reason := missing_driver():
    pytest.skip(reason, allow_module_level=True)  # one line in the summary, not one for each page

LINKS = FileLinks("https://code.example/{file}#L{line}")
PLAN = html_page(plan_page(FULL), LINKS)
KINDS = ("WEBINAR", "CONFERENCE", "WORKSHOP")
ACTIVE = (
    *HOSTILE,
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "'\"><img src=https://evil.example onerror=alert(1)>",
    "<base href=https://evil.example>",
    "<form action=https://evil.example><button>x</button></form>",
    "javascript:alert(1)",
    "x" * 3000,
)
SIZES = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
VIEWS = ["", "#timeline", "#list"]


def calendar(number: int) -> str:
    """Return the page of so many events in two years, of three types and two organizers."""
    first = datetime(2027, 1, 4, 8, tzinfo=UTC)
    events = []
    for n in range(number):
        start = first + timedelta(days=n * 720 // number, hours=n % 9)
        fields = {
            "eventName": f"Event {n}",
            "eventType": KINDS[n % 3],
            "eventOrganizer": ("Acme", "Acme Nordics")[n % 2],
            "startDateTime": instant(start),
            "endDateTime": instant(start + timedelta(hours=(1, 2, 50)[n % 3])),
            "eventUrl": f"https://acme.example/{n}",
            "eventDescription": "Set up your first project in 45 minutes.",
        }
        events.append(declared(f"event-{n}", fields))
    return html_page(declared_page(Declared(tuple(events), 1), "Europe/Berlin"), LINKS)


def hostile() -> str:
    """Return the page of a plan with a hostile text wherever one can stand."""
    changes: list[Change] = []
    for n, text in enumerate(ACTIVE):
        day = f"2027-05-{1 + n % 28:02}T08:00:00Z"
        changes += [create(f"new-{n}", text, day, None, text)]
        fields = (FieldChange("eventUrl", "x", text), FieldChange("eventDescription", text, f"{text}\n{text}"))
        moved = update(f"old-{n}", text, *fields, move(day, f"2027-06-{1 + n % 28:02}T08:00:00Z"))
        outline = Outline(organizer=text, url=text, properties=((text, text),))
        changes += [replace(moved, outline=outline, refused=text)]
    return html_page(plan_page(Plan(PORTAL, tuple(changes), 0)), LINKS)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Write the pages; return their addresses."""
    folder: Path = tmp_path_factory.mktemp("pages")
    texts = {"plan": PLAN, "calendar": calendar(60), "hostile": hostile(), "many": calendar(2000)}
    addresses = {}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
        addresses[name] = (folder / f"{name}.html").as_uri()
    return addresses


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """Start the browser once: that takes longer than most of what is done in it."""
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.fixture
def tab(chromium: Tab) -> Tab:
    chromium.look()
    chromium.scripts(run=True)
    return chromium


def shown_views(tab: Tab) -> list[str]:
    return list(
        tab.run("[...document.querySelectorAll('main > section')].filter((s) => s.checkVisibility()).map((s) => s.id)")
    )


def visible_names(tab: Tab, view: str) -> list[str]:
    """Return the names of the events that a view shows."""
    places = f"document.querySelectorAll('#{view} [data-e]')"
    name = "(place) => place.querySelector('h4, .name').textContent"
    return list(tab.run(f"[...{places}].filter((place) => !place.hidden).map({name})"))


def choose(tab: Tab, key: str, value: str) -> None:
    """Choose in one of the filters, as a person would: the field tells the page that it has changed."""
    field = f"document.querySelector('[data-filter={key}]')"
    tab.run(f"{field}.value = {value!r}; {field}.dispatchEvent(new Event('input', {{bubbles: true}}))")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("width", "scheme"), SIZES)
@pytest.mark.parametrize("page", ["plan", "calendar"])
def test_axe_finds_nothing(tab: Tab, pages: dict[str, str], page: str, width: int, scheme: str, view: str) -> None:
    tab.look(width=width, scheme=scheme)
    tab.open(f"{pages[page]}{view}")
    assert tab.findings() == []


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("page", ["plan", "calendar", "hostile"])
def test_nothing_is_wider_than_a_phone(tab: Tab, pages: dict[str, str], page: str, view: str) -> None:
    tab.look(width=360)
    tab.open(f"{pages[page]}{view}")
    assert tab.run("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("page", ["plan", "calendar", "hostile", "many"])
def test_a_page_asks_for_nothing_and_its_policy_has_nothing_to_forbid(
    tab: Tab, pages: dict[str, str], page: str
) -> None:
    tab.open(pages[page])
    assert tab.requests() == [pages[page]]
    assert tab.complaints() == []


@pytest.mark.parametrize("view", VIEWS)
def test_hostile_texts_do_nothing(tab: Tab, pages: dict[str, str], view: str) -> None:
    tab.open(f"{pages['hostile']}{view}")
    assert (
        tab.run("document.querySelectorAll('img, base, form, iframe, object, script:not(:last-of-type)').length") == 0
    )
    assert tab.run("document.querySelectorAll('script, style').length") == 2
    assert tab.run("getComputedStyle(document.querySelector('h1')).display") == "block"
    assert set(tab.run("[...document.links].map((link) => link.protocol)")) <= {"file:", "https:"}
    assert tab.dialogs() == []


def test_the_policy_forbids_what_a_text_would_do_if_it_were_not_escaped(
    tab: Tab, pages: dict[str, str], tmp_path: Path
) -> None:
    bent = PLAN.replace(
        "<h1>", "<script>document.title = 'bent'</script><img src='https://evil.example/x'><h1 onclick='1'>"
    )
    (tmp_path / "bent.html").write_text(bent)
    tab.open((tmp_path / "bent.html").as_uri())
    assert tab.run("document.title") == "Plan of the marketing events"
    assert tab.requests() == [(tmp_path / "bent.html").as_uri()]
    assert len(tab.complaints()) == 3


@pytest.mark.parametrize(
    ("place", "view"),
    [
        ("", "months"),
        ("#months", "months"),
        ("#m2027-06", "months"),
        ("#timeline", "timeline"),
        ("#q2027-2", "timeline"),
        ("#list", "list"),
        ("#e3", "list"),
        ("#nowhere", "months"),
    ],
)
@pytest.mark.parametrize("scripted", [True, False])
def test_an_address_names_its_view_with_the_script_or_without(
    tab: Tab, pages: dict[str, str], place: str, view: str, *, scripted: bool
) -> None:
    tab.scripts(run=scripted)
    tab.open(f"{pages['plan']}{place}")
    assert shown_views(tab) == [view]


def test_without_the_script_all_can_be_read_and_no_filter_is_offered(tab: Tab, pages: dict[str, str]) -> None:
    tab.scripts(run=False)
    tab.open(f"{pages['calendar']}#list")
    assert len(visible_names(tab, "list")) == 60
    assert tab.run("document.querySelector('#filters').checkVisibility()") is False
    tab.run("document.querySelector('a[href=\"#months\"]').click()")
    assert shown_views(tab) == ["months"]


def test_a_month_leads_to_the_event_in_the_list_and_back(tab: Tab, pages: dict[str, str]) -> None:
    tab.open(pages["plan"])
    tab.run("document.querySelector('#d2027-05-13 a').click()")
    assert shown_views(tab) == ["list"]
    assert tab.run("document.querySelector(':target h4').textContent") == "Product day"
    top, height = tab.run("[document.querySelector(':target').getBoundingClientRect().top, innerHeight]")
    bar = tab.run("document.querySelector('.bar').getBoundingClientRect().bottom")
    assert bar <= top < height
    tab.run("document.querySelector(':target .to-month').click()")
    assert (shown_views(tab), tab.run("location.hash")) == (["months"], "#d2027-05-13")


@pytest.mark.parametrize("width", [360, 740, 980, 1280])
def test_the_month_that_an_address_names_is_seen_below_the_bar(tab: Tab, pages: dict[str, str], width: int) -> None:
    tab.look(width=width)
    tab.open(f"{pages['calendar']}#m2027-06")
    heading = tab.run("document.querySelector('#m2027-06 caption').getBoundingClientRect().top")
    bar = tab.run("document.querySelector('.bar').getBoundingClientRect().bottom")
    assert max(bar, 0) <= heading < 400


def test_filters_hide_in_every_view_what_they_leave_out(tab: Tab, pages: dict[str, str]) -> None:
    tab.open(pages["calendar"])
    choose(tab, "kind", "2")
    wanted = {f"Event {n}" for n in range(60) if n % 3 == 2}
    for view in ("months", "timeline", "list"):
        assert set(visible_names(tab, view)) == wanted
    assert tab.run("document.querySelector('output').textContent") == "20 of 60 events"
    choose(tab, "organizer", "1")
    assert set(visible_names(tab, "list")) == {f"Event {n}" for n in range(60) if n % 6 == 5}
    choose(tab, "text", " EVENT 53 ")
    assert visible_names(tab, "list") == ["Event 53"]
    assert tab.run("[...document.querySelectorAll('.group')].filter((group) => !group.hidden).length") == 3
    for key in ("kind", "organizer", "text"):
        choose(tab, key, "")
    assert len(visible_names(tab, "list")) == 60
    assert tab.run("document.querySelector('output').textContent") == ""


def test_a_plan_can_be_filtered_by_what_changes(tab: Tab, pages: dict[str, str]) -> None:
    tab.open(f"{pages['plan']}#list")
    moved = tab.run(
        "[...document.querySelectorAll('[data-filter=marks] option')].find((o) => o.text === 'Moved').value"
    )
    choose(tab, "marks", moved)
    assert visible_names(tab, "list") == ["Product day"]
    assert visible_names(tab, "months") == ["Product day", "Product day"]


def test_everything_can_be_reached_by_keyboard_and_shows_the_focus(tab: Tab, pages: dict[str, str]) -> None:
    tab.open(pages["plan"])
    reached = []
    for _ in range(100):
        tab.press("Tab")
        if tab.run("document.activeElement === document.body"):
            break
        assert tab.run("getComputedStyle(document.activeElement).outlineStyle") != "none"
        reached.append(tab.run("document.activeElement.dataset.filter ?? document.activeElement.textContent"))
    names = [place.split("<")[0] for place in reached]
    assert names[:7] == ["To the calendar", "Months", "Timeline", "List", "text", "kind", "marks"]
    shown = tab.run(
        "[...document.querySelectorAll('a, input, select')].filter((each) => each.checkVisibility()).length"
    )
    assert len(reached) == shown


def test_a_view_is_chosen_by_keyboard(tab: Tab, pages: dict[str, str]) -> None:
    tab.open(pages["plan"])
    for _ in range(3):
        tab.press("Tab")
    tab.press("Enter")
    current = "document.querySelector('[aria-current]').textContent"
    wait = f"const look = () => {current} === 'Timeline' ? done() : setTimeout(look, 10); look()"
    tab.run(f"new Promise((done) => {{ {wait}; }})")
    assert shown_views(tab) == ["timeline"]


def test_text_is_typed_into_the_filter(tab: Tab, pages: dict[str, str]) -> None:
    tab.open(f"{pages['plan']}#list")
    tab.run("document.querySelector('[data-filter=text]').focus()")
    tab.type("roadshow")
    assert visible_names(tab, "list") == ["Roadshow"]


def test_the_dark_scheme_is_dark_and_paper_is_not(tab: Tab, pages: dict[str, str]) -> None:
    colours = {}
    for scheme, media in (("light", "screen"), ("dark", "screen"), ("dark", "print")):
        tab.look(scheme=scheme, media=media)
        tab.open(pages["plan"])
        colours[scheme, media] = tab.run("getComputedStyle(document.querySelector('h1')).color")
    assert colours["light", "screen"] == colours["dark", "print"] != colours["dark", "screen"]


@pytest.mark.parametrize(("view", "shown"), [("", "months"), ("#list", "list")])
def test_what_is_seen_is_printed_without_the_controls(tab: Tab, pages: dict[str, str], view: str, shown: str) -> None:
    tab.open(f"{pages['calendar']}{view}")
    assert tab.printed().startswith(b"%PDF")
    tab.look(width=1000, media="print")
    assert shown_views(tab) == [shown]
    assert tab.run("[...document.querySelectorAll('.bar, .jumps')].some((part) => part.checkVisibility())") is False


def test_two_thousand_events_are_there_at_once(
    tab: Tab, pages: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    tab.open(pages["many"])
    paint = tab.run(
        "new Promise((done) => requestAnimationFrame(() => setTimeout(() => "
        "done(performance.getEntriesByName('first-contentful-paint')[0].startTime), 0)))"
    )
    took = tab.run(
        "new Promise((done) => { const begin = performance.now(); const field = "
        "document.querySelector('[data-filter=text]'); field.value = 'event 7'; "
        "field.dispatchEvent(new Event('input', {bubbles: true})); "
        "requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin), 0)); })"
    )
    record_property("page of 2,000 events", f"first paint after {paint:.0f} ms, a filter takes {took:.0f} ms")
    assert tab.run("document.querySelector('output').textContent") == "111 of 2000 events"
