"""Settings and fixtures that every test shares."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.command_line import CommandLine
from tests.loopback import STRAYS, stay_here

# Neither a slow machine nor chance makes a law fail: there is no deadline, and every run has the same examples. A
# quarter of the usual number keeps all laws within seconds; `--hypothesis-profile thorough` tries others, for minutes.
settings.register_profile(
    "usual",
    settings.default,
    deadline=None,
    max_examples=25,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # it goes by the clock
)
settings.register_profile("thorough", settings.default, deadline=None, max_examples=1000, derandomize=False)
settings.load_profile("usual")

stay_here()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="rewrite the expected files of tests/cases")
    parser.addoption("--every-moment", action="store_true", help="kill runs at every moment, not only at some")
    parser.addoption("--every-fault", action="store_true", help="try every fault at every place, not only some")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores that this one may use: some tests wait."""
    usable = os.sched_getaffinity(0) if sys.platform == "linux" else range(os.cpu_count() or 1)
    return len(usable) + 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests record of themselves, whichever process they ran in."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.line(f"{name}: {value}")


@pytest.fixture(scope="session", autouse=True)
def nothing_leaves_this_machine() -> Iterator[None]:
    yield
    assert STRAYS == []


@pytest.fixture
def reconciler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """Return the command line, called in an empty folder and without any token or setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("HUBSPOT_ACCESS_TOKEN", "HUBSPOT_BASE_URL", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    return CommandLine(capfd)
