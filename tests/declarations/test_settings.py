"""The settings file: where it is searched, and what it may contain."""

import os
from pathlib import Path

import pytest

from reconciler.declarations.events.declaring import Portals
from reconciler.declarations.events.house_rules import HouseRules
from reconciler.declarations.settings import Settings, load_settings, nearest_settings, settings_to_be
from reconciler.declarations.values.expressions import expression
from reconciler.errors import DeclarationsInvalid, ReconcilerError, UsageError
from reconciler.policy import Orphans, Policy

EVERY_KEY = """
portal: 1234567
appId: "5801892"
externalAccountId: acme-events
apiVersion: 2026-09
timezone: Europe/Berlin
orphans: cancel
protect: ["summit-*", gala]
environments:
  staging: {portal: 7654321, orphans: delete, protect: []}
  production: {}
"""
NOT_CLOSED = "this is not a regular expression: missing ), unterminated subpattern at position 0"
PLAIN_NAME = "the name of an environment has only letters, digits, dots, hyphens and underscores, at most 64"
DIGITS = "must be a whole number above 0 in plain digits"
NO_PATH = "name the folder that holds the events; `reconciler init` makes one"
LINES = "must be lines of `name: value`"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder `work` that belongs to no work tree and holds `events/2027/a.yaml`."""
    folder = tmp_path / "work"
    put(folder / "events/2027/a.yaml")
    monkeypatch.chdir(folder)
    return folder


def put(path: str | Path, content: str = "") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return file


def settings(path: str | Path = "events", environment: str | None = None, api_version: str | None = None) -> Settings:
    return load_settings(Path(path), environment=environment, api_version=api_version)


def problems(path: str | Path = "events") -> list[str]:
    with pytest.raises(DeclarationsInvalid) as raised:
        settings(path)
    return [f"{found.place}: {found.code}: {found.message}" for found in raised.value.diagnostics]


def refusal(path: str | Path = "events", environment: str | None = None, api_version: str | None = None) -> str:
    with pytest.raises(UsageError) as raised:
        settings(path, environment, api_version)
    return f"{raised.value.message}; {raised.value.hint}"


def test_without_a_file_everything_has_its_default() -> None:
    assert settings() == Settings(
        root=Path("events"),
        path=Path("events"),
        environment=None,
        environments=(),
        api_version="2026-03",
        timezone=None,
        policy=Policy(),
        file=None,
    )


def test_every_key_counts() -> None:
    put("events/reconciler.yaml", EVERY_KEY)
    assert settings() == Settings(
        root=Path("events"),
        path=Path("events"),
        environment=None,
        environments=("staging", "production"),
        api_version="2026-09",
        timezone="Europe/Berlin",
        policy=Policy(
            portal=1234567,
            app_id=5801892,
            external_account_id="acme-events",
            orphans=Orphans.CANCEL,
            protect=("summit-*", "gala"),
        ),
        file=Path("events/reconciler.yaml"),
        portals=Portals(1234567, 1234567, of_environments=True),
    )


def test_an_environment_overrides_what_it_names() -> None:
    put("events/reconciler.yaml", EVERY_KEY)
    staging = settings(environment="staging")
    assert staging.environment == "staging"
    assert staging.timezone == "Europe/Berlin"
    assert staging.policy == Policy(7654321, 5801892, "acme-events", Orphans.DELETE, protect=())
    assert settings(environment="production").policy == settings().policy


def test_an_empty_file_marks_the_root() -> None:
    put("reconciler.yaml", "# nothing yet\n")
    found = settings()
    assert (found.root, found.path, found.policy) == (Path(), Path("events"), Policy(narrowed=True))


@pytest.mark.parametrize("path", ["events/2027", "events/2027/a.yaml", "events/../events/2027"])
def test_the_nearest_file_above_is_taken_and_narrows(path: str) -> None:
    put("reconciler.yaml", "portal: 1\n")
    put("events/reconciler.yaml", "portal: 2\n")
    found = settings(path)
    assert (found.root, found.file) == (Path("events"), Path("events/reconciler.yaml"))
    assert found.policy == Policy(portal=2, narrowed=True)


def test_a_file_in_a_work_tree_is_found_from_outside_of_it(here: Path) -> None:
    (here / ".git").touch()
    put("reconciler.yaml", "portal: 1\n")
    os.chdir("..")
    assert settings("work/events").file == Path("work/reconciler.yaml")


def test_a_file_above_the_work_tree_is_nobodys(here: Path) -> None:
    put(here.parent / "reconciler.yaml", "portal: 1\n")
    (here / "events/.git").mkdir()
    put("reconciler.yaml", "portal: 2\n")
    assert settings("events/2027").file is None


def test_outside_any_work_tree_the_current_directory_is_the_top(here: Path) -> None:
    put(here.parent / "reconciler.yaml", "portal: 1\n")
    assert settings().file is None
    os.chdir(here.parent)
    assert settings("work/events").file == Path("reconciler.yaml")


def test_outside_any_work_tree_and_elsewhere_the_path_is_the_top(here: Path) -> None:
    put("reconciler.yaml", "portal: 1\n")
    (here.parent / "elsewhere").mkdir()
    os.chdir("../elsewhere")
    assert settings("../work/events").file is None
    assert settings("../work").file == Path("../work/reconciler.yaml")
    assert settings(here).file == here / "reconciler.yaml"


def test_a_file_of_declarations_alone_narrows_its_folder() -> None:
    found = settings("events/2027/a.yaml")
    assert (found.root, found.path) == (Path("events/2027"), Path("events/2027/a.yaml"))
    assert found.policy.narrowed


def test_the_current_directory_is_a_path_too(here: Path) -> None:
    put("reconciler.yaml", "portal: 1\n")
    for path in (".", here, "../work"):
        found = settings(path)
        assert (found.root, found.path, found.policy.narrowed) == (Path(), Path(), False)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere", f"there is no 'nowhere'; {NO_PATH}"),
        ("events/2027/a.yaml/b", f"there is no 'events/2027/a.yaml/b'; {NO_PATH}"),
        ("loop", f"there is no 'loop'; {NO_PATH}"),
        ("a\x1b[31m\n", f"there is no 'a\\x1b[31m\\n'; {NO_PATH}"),
        ("x" * 300, f"there is no '{'x' * 60}…'; {NO_PATH}"),
        ("note.txt", "'note.txt' is not a file of declarations; name a folder, or a .yaml file with events"),
        ("pipe.yaml", "'pipe.yaml' is not a file of declarations; name a folder, or a .yaml file with events"),
        (
            "_defaults.yaml",
            "'_defaults.yaml' is not a file of declarations; name a folder, or a .yaml file with events",
        ),
        (
            "reconciler.yaml",
            "'reconciler.yaml' is not a file of declarations; name a folder, or a .yaml file with events",
        ),
        (".hidden.yaml", "'.hidden.yaml' is not a file of declarations; name a folder, or a .yaml file with events"),
    ],
)
def test_a_path_must_lead_to_declarations(path: str, said: str) -> None:
    for name in ("note.txt", "_defaults.yaml", "reconciler.yaml", ".hidden.yaml"):
        put(name)
    Path("loop").symlink_to("loop")
    os.mkfifo("pipe.yaml")
    assert refusal(path) == said


def test_a_path_must_not_lead_through_a_link(here: Path) -> None:
    Path("link").symlink_to("events")
    Path("link.yaml").symlink_to("events/2027/a.yaml")
    for path in ("link", "link/2027", "link.yaml", here / "link"):
        assert problems(path)[0].endswith("symbolic-link: this is a symbolic link")
    os.chdir("events")
    assert problems("../link") == ["../link:1:1: symbolic-link: this is a symbolic link"]


def test_the_settings_must_not_be_a_link() -> None:
    put("real.yaml", "portal: 1\n")
    Path("events/reconciler.yaml").symlink_to("../real.yaml")
    assert problems() == ["events/reconciler.yaml:1:1: symbolic-link: this is a symbolic link"]


def test_the_settings_must_not_be_a_folder() -> None:
    Path("events/reconciler.yaml").mkdir()
    assert problems() == ["events/reconciler.yaml:1:1: unreadable: this cannot be read: Is a directory"]


def test_another_name_for_the_settings_is_not_passed_over() -> None:
    put("reconciler.yml", "portal: 1\n")
    said = "reconciler.yml:1:1: wrong-name: this file is only read if it is called reconciler.yaml"
    assert problems() == [said]
    put("events/reconciler.yaml", "portal: 1\n")
    assert settings().policy.portal == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("portal: 0", [f"1:9: not-a-number: portal: {DIGITS}"]),
        ("portal: 1_000", [f"1:9: not-a-number: portal: {DIGITS}"]),
        ("portal: 0x1F", [f"1:9: not-a-number: portal: {DIGITS}"]),
        ("portal: 01", [f"1:9: not-a-number: portal: {DIGITS}"]),
        ("portal: \u0661", [f"1:9: not-a-number: portal: {DIGITS}"]),
        ("portal: null", [f"1:9: not-a-number: portal: {DIGITS}"]),
        ("portal:", ["1:1: no-value: 'portal' has no value"]),
        ("portal: [1]", ["1:9: wrong-shape: portal: must be a single value, not a list"]),
        ("appId: -5", [f"1:8: not-a-number: appId: {DIGITS}"]),
        ("externalAccountId: ' a'", ["1:20: bad-id: externalAccountId: an id cannot begin or end with white space"]),
        ("apiVersion: v4", ["1:13: unknown-value: apiVersion: must be one of v3, 2025-09, 2026-03, 2026-09"]),
        ("apiVersion: 2026-3", ["1:13: unknown-value: apiVersion: must be one of v3, 2025-09, 2026-03, 2026-09"]),
        ("orphans: remove", ["1:10: unknown-value: orphans: must be one of ignore, report, cancel, delete"]),
        ("orphans: Delete", ["1:10: unknown-value: orphans: must be one of ignore, report, cancel, delete"]),
        ("timezone: CET", ["1:11: bad-timezone: timezone: 'CET' is not the name of a time zone"]),
        ("protect: summit-*", ["1:10: wrong-shape: protect: must be a list, lines of `- item`, not a single value"]),
        ("protect: [a, '']", ["1:14: cannot-be-empty: protect: cannot be empty"]),
        ("token: abc", ["1:1: unknown-key: unknown key 'token'"]),
        ("- portal: 1", ["1:1: wrong-shape: lines of `key: value` belong here"]),
        ("portal: 1\n---\nportal: 2", ["3:1: several-documents: this file can hold only one document"]),
        ("portal: 1\nportal: 2", ["2:1: duplicate-key: 'portal' is given twice, first at 1:1"]),
        ("portal: '1", ["1:9: unclosed-quote: the quote that opens here is never closed"]),
        ("environments: [a]", [f"1:15: wrong-shape: environments: {LINES}, not a list"]),
        (
            "environments: {a: 1}",
            ["1:19: wrong-shape: environments.a: must be lines of `name: value`, not a single value"],
        ),
        ("environments: {'a b': {}}", ["1:16: bad-name: environments: a name cannot be empty or hold white space"]),
        ("environments: {'prod;touch${IFS}x': {}}", [f"1:16: bad-name: environments: {PLAIN_NAME}"]),
        ("environments: {-a: {}}", [f"1:16: bad-name: environments: {PLAIN_NAME}"]),
        (f"environments: {{{'a' * 65}: {{}}}}", [f"1:16: bad-name: environments: {PLAIN_NAME}"]),
        (
            "environments: {a: {portal: x}}",
            [f"1:28: not-a-number: environments.a.portal: {DIGITS}"],
        ),
        (
            "environments: {default: {}}",
            ["1:16: reserved-name: environments: 'default' is reserved for a run without --env"],
        ),
        (
            "names: {eventName: (, eventType: a}\neventTypes: WEBINAR",
            [
                f"1:20: bad-expression: names.eventName: {NOT_CLOSED}",
                "1:23: unknown-key: unknown key 'eventType' under names",
                "2:13: wrong-shape: eventTypes: must be a list, lines of `- item`, not a single value",
            ],
        ),
        (
            "eventTypes: []\nenvironments: {staging: {eventTypes: []}}",
            [
                "1:13: cannot-be-empty: eventTypes: cannot be an empty list",
                "2:38: cannot-be-empty: environments.staging.eventTypes: cannot be an empty list",
            ],
        ),
        (
            "environments: {names: {portl: 1, names: {eventNam: a}}}",
            [
                "1:24: unknown-key: unknown key 'portl'",
                "1:42: unknown-key: unknown key 'eventNam' under names",
            ],
        ),
        ("environments: {a: {environments: {}}}", ["1:20: unknown-key: unknown key 'environments'"]),
        (
            "environments: {a: {potal: 1}}\nprotal: 1\ntimezone: ''",
            [
                "1:20: unknown-key: unknown key 'potal'",
                "2:1: unknown-key: unknown key 'protal'",
                "3:11: cannot-be-empty: timezone: cannot be empty",
            ],
        ),
    ],
)
def test_every_problem_of_the_settings_has_its_place(content: str, said: list[str]) -> None:
    put("events/reconciler.yaml", content)
    assert problems() == [f"events/reconciler.yaml:{problem}" for problem in said]


def test_an_unknown_environment_is_refused_with_those_known_the_nearest_first() -> None:
    assert refusal(environment="staging") == "there is no environment 'staging'; the settings name no environments"
    put("events/reconciler.yaml", "environments: {production: {}, staging: {}, test: {}}\n")
    said = "there is no environment 'stagign'; the settings name staging, test, production"
    assert refusal(environment="stagign") == said


def test_the_name_of_a_run_without_an_environment_is_none_to_choose() -> None:
    put("events/reconciler.yaml", "environments: {staging: {}}\n")
    with pytest.raises(UsageError, match=r"^'default' is the name of a run without --env$") as refused:
        settings(environment="default")
    assert refused.value.hint == "leave --env out"


def test_an_environment_may_have_house_rules_of_its_own() -> None:
    text = "names: {eventName: a}\neventTypes: [WEBINAR]\nenvironments: {staging: {names: {externalEventId: b}}}\n"
    put("events/reconciler.yaml", text)
    assert settings().rules == HouseRules({"eventName": expression("a")}, ("WEBINAR",))
    assert settings(environment="staging").rules == HouseRules({"externalEventId": expression("b")}, ("WEBINAR",))


def test_the_command_line_has_the_last_word_on_the_version() -> None:
    put("events/reconciler.yaml", "apiVersion: v3\n")
    assert settings().api_version == "v3"
    assert settings(api_version="2025-09").api_version == "2025-09"
    said = "there is no API version '2027-03'; use one of v3, 2025-09, 2026-03, 2026-09"
    assert refusal(api_version="2027-03") == said


def test_what_is_wrong_in_the_path_is_no_matter_of_the_declarations() -> None:
    """The exit codes differ: 64 for the command line, 3 for the files."""
    for path in ("nowhere", "events"):
        put("events/reconciler.yaml", "portal: x\n")
        with pytest.raises(ReconcilerError) as raised:
            settings(path)
        assert raised.value.exit_code == (64 if path == "nowhere" else 3)


def test_settings_can_be_looked_for_where_no_folder_is_yet() -> None:
    assert nearest_settings(Path("new/folder")) is None
    put("reconciler.yaml", "portal: 1\n")
    assert nearest_settings(Path("new/folder")) == Path("reconciler.yaml")


def test_settings_to_be_are_all_at_their_defaults() -> None:
    assert settings_to_be(Path("new"), environment=None, api_version=None) == Settings(
        Path("new"), Path("new"), None, (), "2026-03", None, Policy(), None
    )
    assert settings_to_be(Path("new"), environment=None, api_version="v3").api_version == "v3"
    with pytest.raises(UsageError):
        settings_to_be(Path("new"), environment="staging", api_version=None)
