"""The packages that each command loads: none waits for a library that it does not use."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ["deepdiff", "httpx", "rich", "starlette", "tenacity", "uvicorn"]
SCRIPT = """
import sys
from reconciler.cli.run import run
code = run(sys.argv[1:])
print("modules:", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


def loaded(*arguments: str) -> set[str]:
    """Return the packages that a command in its own process has loaded at its end."""
    ended = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=True)
    return set(ended.stderr.rpartition("modules:")[2].split())


def test_help_loads_neither_http_nor_diff_nor_terminal_nor_yaml() -> None:
    assert not loaded("--help").intersection([*HEAVY, "yaml", "pydantic"])


def test_validate_loads_neither_http_nor_diff_nor_terminal(folder: Path) -> None:
    packages = loaded("validate", str(folder))
    assert not packages.intersection(HEAVY)
    assert {"yaml", "pydantic"} <= packages


@pytest.mark.parametrize("package", HEAVY)
def test_a_plan_would_show_what_it_loads(package: str, folder: Path) -> None:
    """The check above can fail: each of these packages is loaded here, and seen."""
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
