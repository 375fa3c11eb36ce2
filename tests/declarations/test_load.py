"""Declarations on disk: the files that are read, and the errors of the disk."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.files.disk import LARGEST, names_in_folders
from reconciler.declarations.load import MOST_FILES, load, load_defaults, load_with
from reconciler.declarations.settings import Settings, load_settings
from reconciler.diagnostics import Severity
from reconciler.errors import DeclarationsInvalid
from reconciler.event import CUSTOM, Declared, Identity, Skipped

EVENT = "externalEventId: {}\neventName: A name\neventOrganizer: Acme\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a work tree whose folder `events` holds settings."""
    work = tmp_path / "work"
    (work / ".git").mkdir(parents=True)
    monkeypatch.chdir(work)
    put("events/reconciler.yaml", "externalAccountId: acme\n")
    return work


def put(path: str, content: str | None = None) -> Path:
    """Write a file; without content, an event named after it."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(EVENT.format(file.stem) if content is None else content)
    return file


def read(path: str | Path = "events") -> Declared:
    return load(load_settings(Path(path), environment=None, api_version=None))


def ids(path: str | Path = "events") -> list[str | None]:
    return [event.identity.external_event_id for event in read(path).events]


def problems(path: str | Path = "events") -> list[str]:
    with pytest.raises(DeclarationsInvalid) as raised:
        read(path)
    return [f"{found.place}: {found.code}: {found.message}" for found in raised.value.diagnostics]


def test_every_yaml_file_below_is_read_in_the_order_of_the_paths() -> None:
    for path in ("events/b.yml", "events/a/z.yaml", "events/a-1.yaml", "events/A.yaml", "events/x.yaml/y.yaml"):
        put(path)
    for path in ("events/note.txt", "events/c.yaml~", "events/yaml"):
        put(path, "no event")
    declared = read()
    assert [event.place.file for event in declared.events] == [
        "events/A.yaml",
        "events/a-1.yaml",
        "events/a/z.yaml",
        "events/b.yml",
        "events/x.yaml/y.yaml",
    ]
    assert declared.files == 5
    assert declared.diagnostics == ()


def unread(path: str = "events") -> list[tuple[str, str | None]]:
    return [(str(found.place), found.hint) for found in read(path).diagnostics if found.code == "unread-file"]


@pytest.mark.parametrize("name", ["webinar.yaml.txt", "webinar.yml.TXT", "webinar.ymal", "webinar.yaml.bak"])
def test_a_file_that_was_meant_for_a_declaration_is_told(name: str) -> None:
    """Windows hides the last extension, so nobody sees the `.txt` that its editor adds."""
    put(f"events/{name}")
    assert unread() == [
        (f"events/{name}:1:1", "if it declares events, rename it webinar.yaml; if not, move it to another folder")
    ]


def test_json_is_told_beside_declarations_alone() -> None:
    put("events/elsewhere/package.json", "{}")
    put("events/in/more.json", "{}")
    assert unread() == []
    put("events/in/a.yaml")
    assert [place for place, _ in unread()] == ["events/in/more.json:1:1"]


def test_files_that_nobody_takes_for_declarations_are_not_told() -> None:
    put("events/a.yaml")
    for name in ("notes.txt", "a.yaml~", ".b.yaml.txt", ".c.json", "README.md", "yaml.txt"):
        put(f"events/{name}", "")
    Path("events/folder.json").mkdir()
    Path("events/link.json").symlink_to("notes.txt")
    assert unread() == []


def test_a_file_that_is_not_read_does_not_count_as_one() -> None:
    put("events/a.yaml")
    put("events/b.yaml.txt")
    assert read().files == 1


def test_settings_below_the_root_are_told_because_they_do_not_hold() -> None:
    put("events/a.yaml")
    put("events/in/deep/reconciler.yaml", "colour: red\n")
    (found,) = read().diagnostics
    assert (found.severity, found.code, str(found.place)) == (
        "warning",
        "second-settings",
        "events/in/deep/reconciler.yaml:1:1",
    )
    assert found.message == "these settings are in a folder below the root, so they are not used"
    assert found in read("events/in").diagnostics
    assert read("events/a.yaml").diagnostics == ()


def test_settings_above_the_ones_that_hold_are_told() -> None:
    put("events/a.yaml")
    put("reconciler.yaml", "portal: 1\n")
    (found,) = read().diagnostics
    assert (found.severity, found.code, str(found.place)) == (
        Severity.WARNING,
        "hidden-settings",
        "events/reconciler.yaml:1:1",
    )
    assert found.message == "the settings in reconciler.yaml above these are not used"


def test_hidden_files_and_folders_are_no_declarations() -> None:
    put("events/a.yaml")
    for path in ("events/.hidden.yaml", "events/.folder/b.yaml"):
        put(path, "no event")
    assert ids() == ["a"]


def test_a_problem_in_every_file_is_told_in_the_order_of_the_files() -> None:
    put("events/b.yaml", "colour: red\n")
    put("events/a/_defaults.yaml", "colour: red\n")
    put("events/a.yaml", "- a\n")
    put("events/c.yml", "'")
    assert [problem.partition(": ")[0] for problem in problems()] == [
        "events/a.yaml:1:1",
        "events/a/_defaults.yaml:1:1",
        "events/b.yaml:1:1",
        "events/b.yaml:1:1",
        "events/c.yml:1:1",
    ]


def test_a_folder_without_events_is_a_warning() -> None:
    declared = read()
    assert declared.events == ()
    assert [(found.severity, found.code, found.place) for found in declared.diagnostics] == [
        ("warning", "no-events", None)
    ]


def test_defaults_come_from_the_root_down_whatever_folders_are_called() -> None:
    """Digits and capitals sort before the underscore of _defaults.yaml."""
    put("events/_defaults.yaml", "eventType: ROOT\neventDescription: root\n")
    put("events/2027/_defaults.yaml", "eventType: YEAR\n")
    put("events/2027/A/a.yaml")
    (event,) = read().events
    assert (event.fields["eventType"], event.fields["eventDescription"]) == ("YEAR", "root")


@pytest.mark.parametrize("path", ["events/2027/in", "events/2027/in/a.yaml"])
def test_a_narrowed_run_reads_its_path_alone_but_inherits_from_above(path: str) -> None:
    put("events/_defaults.yaml", "eventType: ROOT\neventDescription: root\n")
    put("events/2027/_defaults.yaml", "eventType: YEAR\n")
    put("events/2027/in/_defaults.yaml", "eventUrl: https://acme.example/in\n")
    put("events/2027/in/a.yaml")
    put("events/2027/b.yaml", "broken: [")
    put("events/2028/_defaults.yaml", "broken: [")
    declared = read(path)
    (event,) = declared.events
    assert event.place.file == "events/2027/in/a.yaml"
    assert declared.files == 1
    assert event.fields == {
        "eventName": "A name",
        "eventOrganizer": "Acme",
        "eventType": "YEAR",
        "eventDescription": "root",
        "eventUrl": "https://acme.example/in",
    }


def test_what_is_wrong_above_a_narrowed_run_is_told() -> None:
    put("events/_defaults.yml", "eventType: x\n")
    put("events/in/a.yaml")
    assert problems("events/in") == [
        "events/_defaults.yml:1:1: wrong-name: this file is only read if it is called _defaults.yaml"
    ]


def test_the_settings_give_what_no_file_says() -> None:
    put("events/a.yaml", EVENT.format("a") + "startDateTime: 2027-04-15T12:00\n")
    put("events/reconciler.yaml", "portal: 1\n")
    assert [problem.split(": ")[:2] for problem in problems()] == [
        ["events/a.yaml:1:18", "no-account"],
        ["events/a.yaml:4:16", "no-timezone"],
    ]
    put("events/reconciler.yaml", "externalAccountId: acme\ntimezone: Europe/Berlin\n")
    (event,) = read().events
    assert str(event.identity) == "acme/a"
    assert event.fields["startDateTime"] == "2027-04-15T10:00:00Z"


def test_the_time_zone_of_an_event_is_the_nearest_one_in_force() -> None:
    put("events/a.yaml", EVENT.format("a"))
    put("events/b.yaml", EVENT.format("b") + "timezone: Europe/London\n")
    put("events/us/_defaults.yaml", "timezone: America/New_York\n")
    put("events/us/c.yaml", "objectId: 7\n")
    settings = "externalAccountId: acme\n"
    for extra, zone in (("", None), ("timezone: Europe/Berlin\n", "Europe/Berlin")):
        put("events/reconciler.yaml", settings + extra)
        assert [event.timezone for event in read().events] == [zone, "Europe/London", "America/New_York"]


@pytest.mark.parametrize(
    ("environment", "ids", "said"),
    [
        (None, [], ["'A' is skipped: its objectId depends on the environment"]),
        ("staging", ["5"], []),
        ("production", [], ["'A' is skipped: it has no objectId for 'production'"]),
    ],
)
def test_the_environment_chooses_objects(environment: str | None, ids: list[str], said: list[str]) -> None:
    put("events/reconciler.yaml", "environments: {staging: {}, production: {}}\n")
    put("events/a.yaml", "objectId: {staging: 5}\neventName: A\n")
    declared = load(load_settings(Path("events"), environment=environment, api_version=None))
    assert [event.identity.object_id for event in declared.events] == ids
    assert [found.message for found in declared.diagnostics if found.code == "skipped-environment"] == said


@pytest.mark.parametrize(
    ("environment", "ids", "said"),
    [
        (None, ["5"], []),
        ("staging", [], ["'A' is skipped: its objectId belongs to portal 1, not to 2"]),
        ("later", ["5"], []),
    ],
)
def test_an_object_id_alone_belongs_to_the_portal_at_the_top_of_the_settings(
    environment: str | None, ids: list[str], said: list[str]
) -> None:
    put("events/reconciler.yaml", "portal: 1\nenvironments: {staging: {portal: 2}, later: {}}\n")
    put("events/a.yaml", "objectId: 5\neventName: A\n")
    declared = load(load_settings(Path("events"), environment=environment, api_version=None))
    assert [event.identity.object_id for event in declared.events] == ids
    assert [found.message for found in declared.diagnostics if found.code == "skipped-environment"] == said
    assert declared.skipped == (() if ids else (Skipped(Identity(object_id="5"), "A"),))


def test_a_skipped_event_means_what_it_means_in_other_environments() -> None:
    put("events/reconciler.yaml", "environments: {staging: {}, production: {}}\n")
    put("events/a.yaml", "objectId: {staging: 5, production: 6}\neventName: A\n")
    declared = load(load_settings(Path("events"), environment=None, api_version=None))
    assert declared.skipped == (Skipped(Identity(object_id="5"), "A"), Skipped(Identity(object_id="6"), "A"))


@pytest.mark.parametrize(("environment", "ids"), [(None, ["7"]), ("staging", ["5"]), ("production", [])])
def test_default_is_the_environment_of_a_run_without_one(environment: str | None, ids: list[str]) -> None:
    put("events/reconciler.yaml", "environments: {staging: {}, production: {}}\n")
    put("events/a.yaml", "objectId: {staging: 5, default: 7}\n")
    declared = load(load_settings(Path("events"), environment=environment, api_version=None))
    assert [event.identity.object_id for event in declared.events] == ids
    assert "unknown-environment" not in {found.code for found in declared.diagnostics}


def test_events_of_other_environments_are_counted_in_one_line() -> None:
    put("events/reconciler.yaml", "environments: {staging: {externalAccountId: acme}, production: {}}\n")
    for name in ("a", "b", "c"):
        put(f"events/{name}.yaml", EVENT.format(name) + "environments: [production]\n")
    put("events/d.yaml", "objectId: {staging: 5, production: 6}\neventName: D\nenvironments: [production]\n")
    put("events/e.yaml")
    declared = load(load_settings(Path("events"), environment="staging", api_version=None))
    assert [event.identity.external_event_id for event in declared.events] == ["e"]
    (found,) = declared.diagnostics
    assert (found.severity, found.code, found.place) == (Severity.INFO, "skipped-environments", None)
    assert found.message == "4 events are skipped: declared in other environments alone"
    skipped = (Skipped(Identity(object_id="5"), "D"), Skipped(Identity(object_id="6"), "D"))
    assert declared.skipped == (*(Skipped(Identity(None, name)) for name in "abc"), *skipped)


def test_a_skipped_event_keeps_the_account_id_that_its_files_give_it() -> None:
    put("events/reconciler.yaml", "externalAccountId: acme\nenvironments: {staging: {}}\n")
    put("events/in/_defaults.yaml", "externalAccountId: partners\nenvironments: [staging]\n")
    put("events/in/a.yaml")
    assert read().skipped == (Skipped(Identity("partners", "a")),)


def test_only_what_stands_in_the_event_itself_has_a_line() -> None:
    put("events/_defaults.yaml", "eventType: ROOT\n")
    shared = "defaults:\n  eventDescription: shared\n  customProperties: {far: x, both: x}\nevents:\n"
    event = "  - externalEventId: a\n    eventName: |\n      A name\n    eventOrganizer: Acme\n"
    put("events/a.yaml", f"{shared}{event}    customProperties:\n      both: y\n\n      'near': z\n    protect: true\n")
    (found,) = read().events
    assert (found.place.line, found.place.column) == (5, 5)
    assert found.lines == {
        "eventName": 6,
        "eventOrganizer": 8,
        "customProperties.both": 10,
        "customProperties.near": 12,
    }


def test_of_a_custom_property_it_is_known_whether_the_nearest_file_declares_a_list() -> None:
    put("events/_defaults.yaml", "customProperties: {a: [x], b: [x], c: x, d: x}\n")
    put("events/a.yaml", EVENT.format("a") + "customProperties: {a: x, c: [x], e: [x, y]}\n")
    (found,) = read().events
    assert found.lists == {"customProperties.b", "customProperties.c", "customProperties.e"}


def test_a_custom_property_is_where_the_nearest_file_declares_it() -> None:
    put("events/_defaults.yaml", "customProperties:\n  root: x\n  both: x\n")
    put("events/2027/_defaults.yaml", "customProperties: {year: x}\n")
    shared = "defaults:\n  customProperties: {shared: x, both: y}\nevents:\n"
    event = "  - externalEventId: a\n    eventName: A\n    eventOrganizer: Acme\n"
    put(
        "events/2027/a.yaml",
        f"{shared}{event}    customProperties: {{own: ~, shared: z}}\n{event.replace('Id: a', 'Id: b')}",
    )
    first, second = read().events
    inherited = {"root": "events/_defaults.yaml:2:3", "year": "events/2027/_defaults.yaml:1:20"}
    file = "events/2027/a.yaml"
    assert {name.partition(".")[2]: str(place) for name, place in first.places.items() if name.startswith(CUSTOM)} == {
        **inherited,
        "both": f"{file}:2:33",
        "own": f"{file}:7:24",
        "shared": f"{file}:7:32",
    }
    assert str(second.places["eventName"]) == f"{file}:9:5"
    assert {name.partition(".")[2]: str(place) for name, place in second.places.items() if name.startswith(CUSTOM)} == {
        **inherited,
        "both": f"{file}:2:33",
        "shared": f"{file}:2:22",
    }


def test_a_place_outside_the_current_directory_is_shown_as_it_was_given(here: Path) -> None:
    put("events/a.yaml")
    put("events/2027/_defaults.yaml", "eventType: x\n")
    put("events/2027/b.yaml")
    (here / "elsewhere").mkdir()
    os.chdir("elsewhere")
    assert [event.place.file for event in read("../events").events] == ["../events/2027/b.yaml", "../events/a.yaml"]
    full = (here / "events/a.yaml").as_posix()
    assert [event.place.file for event in read(here / "events/a.yaml").events] == [full]
    os.chdir(here / "events/2027")
    assert [event.place.file for event in read("..").events] == ["b.yaml", "../a.yaml"]
    assert [event.place.file for event in read(here / "events").events] == ["b.yaml", full]


def test_links_to_yaml_files_and_to_folders_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: hunter2\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.yaml").write_text(EVENT.format("a"))
    for name, target in {
        "b.yaml": secret,
        "_defaults.yaml": secret,
        "dangling.yml": tmp_path / "nothing",
        "environ.yaml": Path("/proc/self/environ"),
        "folder": tmp_path / "outside",
        "loop.yaml": Path("loop.yaml"),
        "up": Path("events"),
    }.items():
        Path("events", name).symlink_to(target)
    Path("events/up").unlink()
    Path("events/up").symlink_to("..")
    names = ["_defaults.yaml", "b.yaml", "dangling.yml", "environ.yaml", "folder", "loop.yaml", "up"]
    assert problems() == [f"events/{name}:1:1: symbolic-link: this is a symbolic link" for name in names]


def test_other_links_are_ignored(tmp_path: Path) -> None:
    put("events/a.yaml")
    Path("events/note.txt").symlink_to("a.yaml")
    Path("events/loop").symlink_to("loop")
    Path("events/nowhere").symlink_to(tmp_path / "nothing")
    Path("events/.hidden").symlink_to(tmp_path)
    assert ids() == ["a"]


@pytest.fixture
def listening() -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("events/socket.yaml")
        yield


def test_a_pipe_is_not_waited_for() -> None:
    os.mkfifo("events/pipe.yaml")
    os.mkfifo("events/pipe.txt")
    assert problems() == ["events/pipe.yaml:1:1: not-a-file: this is not an ordinary file"]


@pytest.mark.usefixtures("listening")
def test_a_socket_is_no_file() -> None:
    (found,) = problems()
    assert found.startswith("events/socket.yaml:1:1: unreadable: this cannot be read: ")


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_a_file_has_a_bound(size: int) -> None:
    content = EVENT.format("a")
    put("events/a.yaml", content + "#" * (size - len(content)))
    if size <= LARGEST:
        assert ids() == ["a"]
    else:
        assert problems() == ["events/a.yaml:1:1: too-large: the file is larger than 1,048,576 bytes"]


def test_a_huge_file_is_not_read() -> None:
    with put("events/a.yaml", "").open("wb") as file:
        file.truncate(1 << 40)
    assert problems() == ["events/a.yaml:1:1: too-large: the file is larger than 1,048,576 bytes"]


def test_the_number_of_files_has_a_bound() -> None:
    Path("events/many").mkdir()
    for number in range(MOST_FILES + 1):
        Path(f"events/many/{number}.yaml").touch()
    assert problems() == ["events:1:1: too-many-files: there are more than 10,000 files to read"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_problem() -> None:
    put("events/a.yaml").chmod(0)
    assert problems() == ["events/a.yaml:1:1: unreadable: this cannot be read: Permission denied"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_a_problem() -> None:
    put("events/in/a.yaml").parent.chmod(0)
    try:
        assert problems() == ["events/in:1:1: unreadable: this cannot be read: Permission denied"]
    finally:
        Path("events/in").chmod(0o700)


def test_a_path_that_is_too_long_for_the_system_is_a_problem() -> None:
    """A folder can be nested deeper than any path may be long."""
    deep = "x" * 200
    start = Path.cwd()
    os.chdir("events")
    for _ in range(21):
        Path(deep).mkdir()
        os.chdir(deep)
    os.chdir(start)
    (found,) = problems()
    assert found.endswith(": unreadable: this cannot be read: File name too long")


@pytest.mark.parametrize("name", ["a\x1b[31m.yaml", "b\n::error::x.yaml", "c\u202e.yaml", "d\udce9.yaml"])
def test_a_name_that_cannot_be_shown_is_refused_and_not_shown(name: str) -> None:
    try:
        put(f"events/{name}", EVENT.format("a"))
    except OSError:
        pytest.skip("this file system allows no such name")
    (found,) = problems()
    assert found.isprintable()
    assert found.endswith(":1:1: bad-file-name: the file's name has invisible or misleading characters")


def at_root() -> Settings:
    return load_settings(Path("events"), environment=None, api_version=None)


def to_be(name: str) -> SourceFile:
    """Return a file that is not written yet, with an event named after it."""
    return SourceFile(f"{name}.yaml", f"events/{name}.yaml", EVENT.format(name).encode())


def test_files_that_are_not_written_yet_are_read_with_those_that_are() -> None:
    put("events/a.yaml")
    declared = load_with(at_root(), [to_be("b")])
    assert [event.identity.external_event_id for event in declared.events] == ["a", "b"]
    with pytest.raises(DeclarationsInvalid) as raised:
        load_with(at_root(), [to_be("A")])
    assert [found.code for found in raised.value.diagnostics] == ["case-clash"]


def test_files_that_are_not_written_yet_count_too() -> None:
    put("events/a.yaml")
    added = [SourceFile(f"{number}.yaml", "", b"") for number in range(MOST_FILES)]
    with pytest.raises(DeclarationsInvalid) as raised:
        load_with(at_root(), added)
    assert [found.code for found in raised.value.diagnostics] == ["too-many-files"]


def test_the_defaults_of_a_folder_are_those_of_the_nearest_file_over_those_above() -> None:
    put("events/_defaults.yaml", "eventType: WEBINAR\neventOrganizer: Acme\n")
    put("events/2027/_defaults.yaml", "eventType: MEETUP\n")
    put("events/2027/a.yaml")
    inherited = load_defaults(at_root())
    assert inherited("").values == {"eventType": "WEBINAR", "eventOrganizer": "Acme"}
    assert inherited("2027/spring").values == {"eventType": "MEETUP", "eventOrganizer": "Acme"}


def test_the_names_in_the_folders_below_are_all_those_of_files_and_folders() -> None:
    put("events/2027/.hidden/a.yaml")
    put("events/2027/note.txt")
    Path("events/empty").mkdir()
    found = names_in_folders(Path("events"))
    assert {folder: sorted(names) for folder, names in found.items()} == {"2027": [".hidden", "note.txt"], "empty": []}
