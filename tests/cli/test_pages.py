"""Pages as people ask for them: of a plan, of a saved plan, of what is declared."""

from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH, SETTINGS
from tests.command_line import CommandLine, declare
from tests.render.page.reading import Node, read

LINK = "https://code.example/{file}?plain=1#L{line}"


@pytest.fixture(autouse=True)
def outside_of_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def calendar(folder: Path) -> Path:
    """Declare two events, one of them without a date."""
    declare(folder, launch=LAUNCH + "startDateTime: 2027-05-12T08:00:00Z\n", other=LAUNCH.replace("aunch", "ater"))
    return folder


def page(file: str = "page.html") -> Node:
    return read(Path(file).read_text(encoding="utf-8"))


def source_links(top: Node) -> list[str]:
    return [link.attributes["href"] for link in top.one(id="list").all("a", rel="noopener noreferrer")]


def test_a_plan_is_written_as_a_page_and_printed_as_ever(reconciler: CommandLine, calendar: Path, portal: str) -> None:
    screen = reconciler("plan", "--html", "page.html")
    assert screen.code == 0
    assert screen == reconciler("plan")
    top = page()
    assert [name.text for name in top.all("h4")] == ["Launch", "Later"]
    assert [line.text for line in top.all("p", "fixed")] == screen.last_lines


def test_a_page_can_be_printed_instead(reconciler: CommandLine, calendar: Path, portal: str) -> None:
    screen = reconciler("plan", "--format", "html", "--html", "page.html", "--out", "plan.json")
    assert screen.out == Path("page.html").read_text(encoding="utf-8")
    assert screen.out == reconciler("show", "plan.json", "--format", "html").out
    reconciler("show", "plan.json", "--html", "shown.html")
    assert page("shown.html") == page()


def test_unchanged_events_are_in_the_page_of_a_plan_alone(reconciler: CommandLine, calendar: Path, portal: str) -> None:
    reconciler("apply", "--yes")
    reconciler("plan", "--html", "page.html", "--out", "plan.json")
    assert [name.text for name in page().all("h4")] == ["Launch", "Later"]
    reconciler("show", "plan.json", "--html", "page.html")
    assert page().one("main").text == "There is nothing to show in a calendar."
    assert "2 unchanged events not shown: a saved plan does not hold them." in page().one("header").text


def test_events_link_to_their_lines(reconciler: CommandLine, calendar: Path, portal: str) -> None:
    wanted = ["https://code.example/events/launch.yaml?plain=1#L1", "https://code.example/events/other.yaml?plain=1#L1"]
    reconciler("plan", "--html", "page.html", "--out", "plan.json", "--link", LINK)
    assert source_links(page()) == wanted
    reconciler("show", "plan.json", "--html", "page.html", "--link", LINK)
    assert source_links(page()) == wanted
    reconciler("calendar", "--html", "page.html", "--link", LINK)
    assert source_links(page()) == wanted
    reconciler("calendar", "--html", "page.html")
    assert source_links(page()) == []


def test_in_actions_they_link_to_the_commit_by_themselves(
    reconciler: CommandLine, calendar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"SERVER_URL": "https://github.example", "REPOSITORY": "acme/events", "SHA": "a" * 40}
    for name, value in told.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    reconciler("calendar", "--html", "page.html")
    assert source_links(page())[0] == f"https://github.example/acme/events/blob/{'a' * 40}/events/launch.yaml#L1"
    reconciler("calendar", "--html", "page.html", "--link", LINK)
    assert source_links(page())[0] == "https://code.example/events/launch.yaml?plain=1#L1"


def test_what_is_declared_is_written_as_a_page_without_a_network(reconciler: CommandLine, calendar: Path) -> None:
    declare(calendar, reconciler=f"{SETTINGS}timezone: Europe/Berlin\n", gone="externalEventId: gone\nabsent: true\n")
    screen = reconciler("calendar", "--html", "page.html")
    assert (screen.code, screen.out, screen.err) == (0, "", "2 events written to page.html.\n")
    assert page().one(id="d2027-05-12").one("li").text == "10:00 Launch"
    assert page().one("header").text == "Marketing events 2 events in May 2027, times in Europe/Berlin"
    assert page().one("footer").text == "Notes 1 event is declared absent, and not shown."


def test_wrong_declarations_write_no_page(reconciler: CommandLine, calendar: Path) -> None:
    declare(calendar, launch="eventNam: x\n")
    assert reconciler("calendar", "--html", "page.html").code == 3
    assert not Path("page.html").exists()
