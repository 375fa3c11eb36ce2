"""The command line itself: names, help, wrong usage."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler import __version__
from reconciler.cli.inputs import LARGEST_PLAN
from tests.command_line import CommandLine, declare, started

COMMANDS = [
    "init",
    "import",
    "validate",
    "plan",
    "apply",
    "show",
    "pull",
    "fmt",
    "calendar",
    "doctor",
    "schema",
    "sandbox",
    "github",
]


def test_the_version_is_the_packages(reconciler: CommandLine) -> None:
    assert reconciler("--version").out == f"reconciler {__version__}\n"
    assert reconciler("plan", "--version").out == f"reconciler {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(reconciler: CommandLine, command: str) -> None:
    screen = reconciler(command, "--help")
    assert screen.code == 0
    assert screen.out.startswith(f"Usage: reconciler {command} ")


def test_the_help_names_every_command(reconciler: CommandLine) -> None:
    screen = reconciler("--help")
    assert all(command in screen.out for command in COMMANDS)


def test_the_commands_inside_github_explain_themselves(reconciler: CommandLine) -> None:
    assert all(name in reconciler("github", "--help").out for name in ("plan", "apply", "drift"))
    for name in ("plan", "apply", "drift"):
        assert reconciler("github", name, "--help").out.startswith(f"Usage: reconciler github {name} ")
    assert reconciler("github", "merge").code == 64


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("plna",),
        ("plan", "--nonsense"),
        ("plan", "--timeout", "0"),
        ("plan", "--timeout", "soon"),
        ("plan", "--format", "xml"),
        ("plan", "nowhere"),
        ("validate", "nowhere"),
        ("apply", "--max-deletes", "-1"),
        ("plan", "one", "two"),
        ("plan", "--api-version", "v9"),
        ("plan", "--env", "nowhere"),
        ("show",),
        ("show", "nowhere.json"),
        ("sandbox", "--rate", "fast"),
        ("sandbox", "--port", "99999"),
        ("plan", "--sandbox", "--sandbox-seed", "nowhere.json"),
        ("import", "nowhere"),
        ("import", "--app", "yours"),
        ("import", "--since", "tomorrow"),
        ("import", "--from", "nowhere.csv"),
        ("import", "--hours", "09:00-17:00"),
        ("calendar",),
        ("calendar", "nowhere", "--ics", "calendar.ics"),
        ("calendar", "--ics", "events/launch.yaml"),
        ("calendar", "nowhere", "--html", "calendar.html"),
        ("calendar", "--html", "events/launch.yaml"),
        ("plan", "--link", "https://acme.example/"),
        ("plan", "--link", "https://acme.example/{file}"),
        ("plan", "--link", "https://acme.example/{file}", "--markdown", "plan.md"),
        ("show", "plan.json", "--link", "https://acme.example/{file}"),
        ("calendar", "--ics", "calendar.ics", "--link", "https://acme.example/{file}"),
        ("show", "plan.json", "--link", "javascript:alert(1)//{file}"),
        ("init", "new", "--env", "staging"),
        ("init", "new", "--api-version", "v9"),
        ("init", "new", "more"),
        ("init", "new", "--github", "acme/reconciler@v0.2.0"),
    ],
)
def test_wrong_usage_is_exit_code_64(reconciler: CommandLine, arguments: tuple[str, ...]) -> None:
    declare(Path("events"), reconciler="portal: 77\n")
    screen = reconciler(*arguments)
    assert screen.code == 64
    assert screen.err
    assert "Traceback" not in screen.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("plan", "--link", "https://acme.example/{file}"),
            "--link is for the links of a page, and no page is asked for (add --html FILE)",
        ),
        ((), "a command is missing (see reconciler --help)"),
        (("pln",), "No such command 'pln' (did you mean plan?)"),
        (("xyzzy",), "No such command 'xyzzy' (see reconciler --help)"),
        (("plan", "--ot"), "No such option '--ot'. (Did you mean one of: '--format', '--html', '--out'?)"),
        (
            ("plan", "--link", "ftp://acme.example/{file}"),
            (
                "Invalid value for '--link': 'ftp://acme.example/{file}' leads to no file: an address begins with "
                "https:// or http:// and has only {file} and {line} to fill in"
            ),
        ),
    ],
)
def test_wrong_usage_is_told_with_what_was_meant(
    reconciler: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    assert reconciler(*arguments).err == f"Error: {said}\n"


def test_a_file_that_is_no_plan_is_exit_code_1(reconciler: CommandLine) -> None:
    Path("plan.json").write_text('{"format_version": "1.0"}')
    screen = reconciler("show", "plan.json")
    assert screen.code == 1
    assert "plan.json" in screen.err


def test_a_file_that_cannot_be_written_is_an_error_without_traceback(reconciler: CommandLine) -> None:
    declare(Path("events"), launch="externalEventId: a\nexternalAccountId: b\neventName: c\neventOrganizer: d\n")
    screen = reconciler("plan", "--sandbox", "--out", "no/such/folder/plan.json")
    assert screen.code == 1
    assert "no/such/folder/plan.json" in screen.err
    assert "Traceback" not in screen.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_an_error_without_traceback(tmp_path: Path) -> None:
    declare(tmp_path / "events", launch="externalEventId: a\n")
    command = ["sh", "-c", 'exec "$0" -m reconciler validate events > /dev/full', sys.executable]
    ended = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "No space left" in ended.stderr


@pytest.mark.parametrize("arguments", ["--help", "validate", "validate --format json", "plan --sandbox", "schema"])
def test_a_closed_pipe_ends_quietly(tmp_path: Path, arguments: str) -> None:
    event = "externalEventId: a{}\nexternalAccountId: b\neventName: c\neventOrganizer: d\n"
    declare(tmp_path / "events", **{f"event{number}": event.format(number) for number in range(50)})
    command = ["sh", "-c", f'"$0" -m reconciler {arguments} | true', sys.executable]
    ended = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.stderr == ""


def test_a_reader_that_stops_early_ends_a_long_output_quietly(tmp_path: Path) -> None:
    # More than a pipe holds, so that the program still writes when nobody reads any more.
    unknown = "".join(f"unknown{number}: x\n" for number in range(20_000))
    declare(tmp_path / "events", launch=f"externalEventId: a\n{unknown}")
    command = ["sh", "-c", '"$0" -m reconciler validate --verbose | head -n 1', sys.executable]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert ended.stdout.count("\n") == 1


def test_the_module_is_the_command_too(tmp_path: Path) -> None:
    assert started("--version", cwd=tmp_path).out == f"reconciler {__version__}\n"


def test_without_the_extra_the_sandbox_says_how_to_get_it(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['starlette'] = None; from reconciler.cli.run import run; sys.exit(run(['sandbox']))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 64
    assert "`pipx install --force 'hubspot-reconciler[sandbox]'`, or `make setup` in a clone" in ended.stderr


def test_a_result_can_be_written_into_a_device(reconciler: CommandLine) -> None:
    declare(Path("events"), launch="externalEventId: a\nexternalAccountId: b\neventName: c\neventOrganizer: d\n")
    assert reconciler("plan", "--sandbox", "--out", "/dev/null").code == 0
    assert not Path("/dev/null").is_file()


def test_a_saved_plan_that_is_not_text_is_no_plan(reconciler: CommandLine) -> None:
    Path("plan.json").write_bytes(b"\xff\xfe")
    screen = reconciler("show", "plan.json")
    assert screen.code == 1
    assert "plan.json" in screen.err


def test_a_saved_plan_has_a_bound(reconciler: CommandLine) -> None:
    with Path("plan.json").open("wb") as file:
        file.truncate(LARGEST_PLAN + 1)
    assert reconciler("show", "plan.json").code == 1


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Make every write beyond this many bytes of a file fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_cannot_be_written_whole_is_not_written_at_all(reconciler: CommandLine) -> None:
    event = "externalEventId: a{}\nexternalAccountId: b\neventName: c\neventOrganizer: d\n"
    declare(Path("events"), **{f"event{number}": event.format(number) for number in range(10)})
    reconciler("plan", "--sandbox", "--out", "plan.json")
    Path("copy.json").write_text("as it was")
    with no_file_larger_than(4096):
        screen = reconciler("show", "plan.json", "--out", "copy.json")
    assert screen.code == 1
    assert "copy.json" in screen.err
    assert Path("copy.json").read_text() == "as it was"
    assert sorted(path.name for path in Path().iterdir()) == [".reconciler", "copy.json", "events", "plan.json"]


@pytest.mark.parametrize("stream", [">&-", "2>&-"])
def test_a_closed_stream_is_no_reason_for_a_traceback(tmp_path: Path, stream: str) -> None:
    declare(tmp_path / "events", launch="externalEventId: a\nexternalAccountId: b\neventName: c\neventOrganizer: d\n")
    command = ["sh", "-c", f'exec "$0" -m reconciler validate events {stream}', sys.executable]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "value", ["", "tomorrow", "2027-02-30", "2027-2-1", "20270201", "2027-W05-1", "2027-02-01T10:00"]
)
def test_a_sandbox_date_that_is_none_is_wrong_usage(reconciler: CommandLine, value: str) -> None:
    screen = reconciler("plan", "--sandbox", "--sandbox-date", value)
    assert screen.code == 64
    assert screen.err.endswith(f"{value!r} is not a date such as 2027-02-01\n")


@pytest.mark.parametrize(
    ("option", "value"), [("--sandbox-db", "file"), ("--sandbox-seed", "file"), ("--sandbox-date", "2027-02-01")]
)
def test_an_option_of_the_sandbox_without_it_is_wrong_usage(reconciler: CommandLine, option: str, value: str) -> None:
    declare(Path("events"), reconciler="portal: 77\n")
    screen = reconciler("plan", option, value)
    assert screen.code == 64
    assert "--sandbox" in screen.err


@pytest.mark.parametrize("seconds", ["inf", "nan"])
def test_an_endless_time_is_no_bound(reconciler: CommandLine, seconds: str) -> None:
    declare(Path("events"), reconciler="portal: 77\n")
    assert reconciler("plan", "--timeout", seconds).code == 64


def test_a_sandbox_that_can_keep_nothing_says_so(reconciler: CommandLine) -> None:
    declare(Path("events"), launch="externalEventId: a\nexternalAccountId: b\neventName: c\neventOrganizer: d\n")
    Path(".reconciler").write_text("in the way")
    screen = reconciler("plan", "--sandbox")
    assert screen.code == 64
    assert ".reconciler" in screen.err
