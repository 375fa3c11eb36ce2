"""`reconciler fmt`: one form for all files, or what it would change."""

from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH
from tests.command_line import CommandLine, declare

MESSY = "eventName: 'Tour'  # in spring\nexternalEventId: tour\neventOrganizer: Acme\n"
TIDY = "externalEventId: tour\neventName: Tour  # in spring\neventOrganizer: Acme\n"
DIFF = """\
--- a/events/tour.yaml
+++ b/events/tour.yaml
@@ -1,3 +1,3 @@
-eventName: 'Tour'  # in spring
 externalEventId: tour
+eventName: Tour  # in spring
 eventOrganizer: Acme
"""


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_files_get_one_form(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, tour=MESSY)
    screen = reconciler("fmt")
    assert (screen.code, screen.out, screen.err) == (0, "events/tour.yaml formatted\n1 of 2 files changed.\n", "")
    assert contents(folder)["tour.yaml"] == TIDY
    assert contents(folder)["launch.yaml"] == LAUNCH
    again = reconciler("fmt")
    assert (again.code, again.out) == (0, "0 of 2 files changed.\n")


def test_check_names_the_files_and_writes_nothing(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, tour=MESSY)
    before = contents(folder)
    screen = reconciler("fmt", "--check")
    assert (screen.code, screen.out) == (2, "events/tour.yaml would change\n1 of 2 files would change.\n")
    assert contents(folder) == before
    assert reconciler("fmt", "--check", "events/launch.yaml").code == 0


@pytest.mark.parametrize("options", [("--diff",), ("--diff", "--check")])
def test_diff_prints_the_difference_and_writes_nothing(
    reconciler: CommandLine, folder: Path, options: tuple[str, ...]
) -> None:
    declare(folder, tour=MESSY)
    before = contents(folder)
    screen = reconciler("fmt", *options)
    assert (screen.code, screen.out, screen.err) == (2, DIFF, "1 of 2 files would change.\n")
    assert contents(folder) == before
    assert reconciler("fmt", *options, "events/launch.yaml").code == 0


def test_a_file_with_a_problem_is_left_as_it_is_and_the_others_are_not(reconciler: CommandLine, folder: Path) -> None:
    wrong = "eventName: 'A'\nexternalEventId: a\neventOrganiser: Acme\n"
    declare(folder, tour=MESSY, wrong=wrong)
    screen = reconciler("fmt")
    assert screen.code == 3
    assert screen.out == "events/tour.yaml formatted\n1 of 2 files changed.\n"
    assert "events/wrong.yaml:3:1: unknown key 'eventOrganiser'" in screen.err
    assert contents(folder)["wrong.yaml"] == wrong
    assert reconciler("fmt", "--check").code == 3


def test_defaults_are_formatted_and_settings_are_not(reconciler: CommandLine, folder: Path) -> None:
    settings = "portal: '77'\nexternalAccountId: 'acme'\n"
    declare(folder, reconciler=settings, _defaults="eventUrl: 'https://a.example'\neventName: A\n")
    assert reconciler("fmt").code == 0
    assert contents(folder)["_defaults.yaml"] == "eventName: A\neventUrl: https://a.example\n"
    assert contents(folder)["reconciler.yaml"] == settings


def test_only_files_at_the_path_are_formatted(reconciler: CommandLine, folder: Path) -> None:
    defaults = "eventName: 'A'\n"
    declare(folder, _defaults=defaults, in__tour=MESSY)
    assert reconciler("fmt", "events/in").out == "events/in/tour.yaml formatted\n1 of 1 file changed.\n"
    assert contents(folder)["_defaults.yaml"] == defaults


def test_line_ends_and_permissions_stay(reconciler: CommandLine, folder: Path) -> None:
    file = folder / "tour.yaml"
    file.write_bytes(MESSY.replace("\n", "\r\n").encode())
    file.chmod(0o600)
    assert reconciler("fmt").code == 0
    assert file.read_bytes() == TIDY.replace("\n", "\r\n").encode()
    assert file.stat().st_mode & 0o777 == 0o600


def test_wrong_settings_are_an_error(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, reconciler="portal: none\n", tour=MESSY)
    assert reconciler("fmt").code == 3
    assert contents(folder)["tour.yaml"] == MESSY


def test_a_path_that_does_not_exist_is_wrong_usage(reconciler: CommandLine, folder: Path) -> None:
    assert reconciler("fmt", "elsewhere").code == 64


def test_the_samples_that_people_copy_have_the_form(reconciler: CommandLine) -> None:
    assert reconciler("fmt", "--check", Path(__file__).parents[2] / "events").code == 0
