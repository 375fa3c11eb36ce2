"""`reconciler pull`: HubSpot's values in the files, as a repository and a portal hold them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH, SETTINGS, Seed, seed_event
from tests.command_line import CommandLine, Screen, declare
from tests.repository import Repository

SANDBOX = ("--sandbox", "--sandbox-db", "portal.sqlite", "--sandbox-seed", "seed.json")
FAIR = LAUNCH.replace("launch", "fair").replace("Launch", "Fair")
DIFF = """\
--- a/events/fair.yaml
+++ b/events/fair.yaml
@@ -1,4 +1,6 @@
 externalEventId: fair
 eventName: Fair
 eventOrganizer: Acme
-eventType: FAIR  # of the year
+eventType: EDITED  # of the year
+# HubSpot's value, in place of the default in events/_defaults.yaml
+eventUrl: ""
"""


@pytest.fixture
def repository(tmp_path: Path, folder: Path, seed: Seed) -> Repository:
    """Return a repository whose `main` declares two events, of which somebody has changed one in the portal.

    The branch that is checked out changes the other.
    """
    made = Repository.at(tmp_path)
    defaults = "eventUrl: https://a.example\n"
    declare(
        folder,
        _defaults=defaults,
        launch=f"{LAUNCH}eventType: WEBINAR\n",
        fair=f"{FAIR}eventType: FAIR  # of the year\n",
    )
    seed(
        seed_event("1", "launch", eventType="WEBINAR", eventUrl="https://a.example"),
        seed_event("2", "fair", eventName="Fair", eventType="EDITED"),
    )
    made.commit()
    made.git("switch", "--quiet", "--create", "change")
    declare(folder, launch=f"{LAUNCH}eventType: CONFERENCE\n")
    made.commit()
    return made


def pulled(reconciler: CommandLine, *arguments: str) -> Screen:
    return reconciler("pull", *SANDBOX, *arguments)


def contents(folder: Path) -> Mapping[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.yaml")}


def test_with_a_base_what_hubspot_has_changed_is_written(reconciler: CommandLine, repository: Repository) -> None:
    screen = pulled(reconciler, "--base", "main")
    assert (screen.code, screen.out, screen.err) == (0, DIFF, "2 values in 1 file written.\n")
    assert repository.git("diff", "--no-prefix", "--name-only") == "events/fair.yaml"
    assert "from HubSpot" not in reconciler("plan", *SANDBOX, "--base", "main").out
    assert reconciler("plan", *SANDBOX).out.count("~ ") == 1


def test_all_that_differs_is_written(reconciler: CommandLine, repository: Repository) -> None:
    screen = pulled(reconciler, "--all")
    assert (screen.code, screen.err) == (0, "3 values in 2 files written.\n")
    assert contents(repository.folder / "events")["launch.yaml"] == f"{LAUNCH}eventType: WEBINAR\n"
    assert "0 to update" in reconciler("plan", *SANDBOX).out
    again = pulled(reconciler, "--all")
    assert (again.code, again.out, again.err) == (0, "", "There is nothing to pull.\n")


def test_check_writes_nothing(reconciler: CommandLine, repository: Repository) -> None:
    screen = pulled(reconciler, "--base", "main", "--check")
    assert (screen.code, screen.out, screen.err) == (2, DIFF, "2 values in 1 file would be written.\n")
    assert repository.git("status", "--porcelain", "--untracked-files=no") == ""


def test_what_both_sides_have_changed_is_a_conflict(reconciler: CommandLine, repository: Repository) -> None:
    declare(repository.folder / "events", fair=f"{FAIR}eventType: OTHER\n")
    repository.commit()
    screen = pulled(reconciler, "--base", "main")
    assert screen.code == 6
    assert (
        "events/fair.yaml:4:1: warning: type of acme/fair is left as it is: it was changed in the files and in"
        in screen.err
    )
    assert "eventType: OTHER\n# HubSpot" in contents(repository.folder / "events")["fair.yaml"]


def test_a_difference_that_cannot_be_written_is_named(
    reconciler: CommandLine, repository: Repository, seed: Seed
) -> None:
    seed(seed_event("1", "launch", eventType="\x1b[31mred"))
    screen = pulled(reconciler, "--all", "--only", "launch")
    assert screen.code == 6
    assert "HubSpot's text holds the character U+001B, which no declaration may have" in screen.err
    assert pulled(reconciler, "--all", "--only", "launch", "--check").code == 6


def test_an_event_that_was_deleted_in_hubspot_is_named(
    reconciler: CommandLine, repository: Repository, seed: Seed
) -> None:
    seed(seed_event("1", "launch", eventType="WEBINAR", eventUrl="https://a.example"))
    for arguments in (("--base", "main"), ("--base", "main", "--check"), ("--all", "--only", "fair")):
        screen = pulled(reconciler, *arguments)
        assert (screen.code, screen.out) == (6, "")
        assert "events/fair.yaml:1:1: warning: acme/fair is left as it is: " in screen.err
        assert screen.err.endswith("Nothing to write: what differs is named above.\n")


@pytest.mark.parametrize(
    ("glob", "said"),
    [("fair", "2 values"), ("F*", "2 values"), ("2", "2 values"), ("*", "3 values"), ("nothing", "nothing to pull")],
)
def test_only_some_events(reconciler: CommandLine, repository: Repository, glob: str, said: str) -> None:
    assert said in pulled(reconciler, "--all", "--check", "--only", glob).err


def test_a_file_with_changes_of_its_own_is_never_written(reconciler: CommandLine, repository: Repository) -> None:
    declare(repository.folder / "events", fair=f"{FAIR}eventType: MINE\n")
    before = contents(repository.folder / "events")
    screen = pulled(reconciler, "--all")
    assert (screen.code, screen.out) == (5, "")
    assert screen.err.splitlines() == [
        "events/fair.yaml:1:1: this file has changes that are not committed [uncommitted]",
        "Error: pull writes only files that are committed, so nothing was written (commit them first)",
    ]
    assert contents(repository.folder / "events") == before
    assert pulled(reconciler, "--all", "--only", "launch").code == 0


def test_outside_a_work_tree_nothing_is_written(
    reconciler: CommandLine, folder: Path, seed: Seed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    declare(folder, launch=f"{LAUNCH}eventType: WEBINAR\n")
    seed(seed_event("1", "launch"))
    screen = pulled(reconciler, "--all")
    assert screen.code == 5
    assert "so nothing was written (git says: fatal: not a git repository" in screen.err
    assert contents(folder)["launch.yaml"] == f"{LAUNCH}eventType: WEBINAR\n"


@pytest.mark.parametrize("arguments", [(), ("--all", "--base", "main")])
def test_either_a_base_or_all_is_needed(reconciler: CommandLine, folder: Path, arguments: tuple[str, ...]) -> None:
    screen = pulled(reconciler, *arguments)
    assert screen.code == 64
    assert "pull needs --base REF or --all, and not both" in screen.err


def test_settings_above_and_a_narrowed_path(reconciler: CommandLine, repository: Repository) -> None:
    assert pulled(reconciler, "--all", "events/launch.yaml").err == "1 value in 1 file written.\n"
    assert reconciler("pull", "elsewhere", "--all").code == 64
    declare(repository.folder / "events", reconciler=f"{SETTINGS}timezone: Nowhere\n")
    assert pulled(reconciler, "--all").code == 3


def test_a_portal_that_cannot_be_reached_changes_nothing(
    reconciler: CommandLine, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
    assert reconciler("pull", "--all", "--timeout", "1").code == 7
    assert repository.git("status", "--porcelain", "--untracked-files=no") == ""
