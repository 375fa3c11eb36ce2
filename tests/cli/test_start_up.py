"""The packages that each command loads: none waits for a library that it does not use."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ["deepdiff", "htpy", "httpx", "pydantic", "rich", "starlette", "tenacity", "uvicorn"]
SCRIPT = """
import sys
from reconciler.cli.run import run
code = run(sys.argv[1:])
print("modules:", *sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def modules(*arguments: str) -> set[str]:
    """Return the modules that a command in its own process has loaded at its end."""
    ended = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode in {0, 3}
    return set(ended.stderr.rpartition("modules:")[2].split())


def packages_of(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_loads_the_command_line_alone(option: str) -> None:
    names = modules(option)
    assert not packages_of(names).intersection([*HEAVY, "yaml", "difflib", "tempfile"])
    assert {name for name in names if name.startswith("reconciler.") and name.count(".") > 1} == {
        *(f"reconciler.cli.{name}" for name in ("group", "options", "output", "run", "signals")),
        "reconciler.declarations.values",
        "reconciler.declarations.values.corrections",
    }


def test_validate_of_ordinary_files_loads_neither_schema_nor_http_nor_plan(folder: Path) -> None:
    names = modules("validate", str(folder))
    assert not packages_of(names).intersection(HEAVY)
    assert "yaml" in names
    assert not {name for name in names if name.startswith(("reconciler.planning", "reconciler.applying"))}


def test_validate_loads_what_explains_a_mistake_only_where_there_is_one(folder: Path) -> None:
    explaining = {f"reconciler.declarations.{name}" for name in ("values.misread", "keys.schema", "yaml.strict_yaml")}
    assert not modules("validate", str(folder)) & explaining
    (folder / "wrong.yaml").write_text("externalEventId: &a b\nstartDateTime: noon\n")
    assert modules("validate", str(folder)) >= {*explaining, "pydantic"}


def test_validate_loads_what_series_need_only_where_there_is_one(folder: Path) -> None:
    of_series = {f"reconciler.declarations.{name}" for name in ("events.series", "values.recurrence")}
    assert not modules("validate", str(folder)) & of_series
    text = "externalEventId: series\neventName: A\neventOrganizer: B\nstartDateTime: 2027-04-15 17:00\ntimezone: UTC\n"
    (folder / "series.yaml").write_text(f"{text}repeat: {{rule: FREQ=DAILY;COUNT=2}}\n")
    names = modules("validate", str(folder))
    assert of_series <= names
    assert not packages_of(names).intersection(HEAVY)


def test_a_plan_of_ordinary_files_does_without_the_schema(folder: Path, tmp_path: Path) -> None:
    packages = packages_of(modules("plan", str(folder), "--sandbox", "--sandbox-db", str(tmp_path / "db")))
    assert {"httpx", "yaml"} <= packages
    assert "pydantic" not in packages


def test_a_schema_of_files_alone_loads_no_http(tmp_path: Path) -> None:
    assert packages_of(modules("schema")).intersection(HEAVY) == {"pydantic"}


def test_an_import_of_a_table_reads_no_calendar(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("eventName,eventOrganizer\n")
    names = modules("import", str(folder), "--from", str(tmp_path / "a.csv"))
    assert "reconciler.declarations.sources.table" in names
    assert not packages_of(names) & {"icalendar", "dateutil", "pydantic", "starlette"}


def test_a_calendar_loads_what_writes_it_and_neither_schema_nor_http(folder: Path, tmp_path: Path) -> None:
    packages = packages_of(modules("calendar", str(folder), "--ics", str(tmp_path / "calendar.ics")))
    assert not packages.intersection(HEAVY)
    assert "icalendar" in packages


@pytest.mark.parametrize("package", HEAVY)
def test_a_plan_would_show_what_it_loads(package: str, folder: Path) -> None:
    """The checks above can fail: each of these packages is loaded here, and seen."""
    script = f"import {package}\n" + SCRIPT
    ended = subprocess.run(
        [sys.executable, "-c", script, "validate", str(folder)], capture_output=True, text=True, check=True
    )
    assert package in ended.stderr.rpartition("modules:")[2].split()


def test_an_interruption_while_all_is_loaded_ends_without_a_traceback() -> None:
    # The finder comes before all others, and sees the first module that the command line loads.
    script = """
import signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == "reconciler.cli.run":
            signal.raise_signal(signal.SIGINT)
from reconciler.cli import main
sys.meta_path.insert(0, Interrupting())
main()
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "")
