"""Fixtures that the tests of GitHub share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from reconciler.connections import GitHubConnection
from reconciler.github.client import GitHub
from reconciler.transport.surroundings import Clock, Watch
from tests.github.local_github import local_github
from tests.github.workshop import InThisProcess, Start, Workshop, event, workshop
from tests.github.world import LocalGitHub
from tests.hubspot.clocks import Sleeper
from tests.story.world import Held, live_json

Open = Callable[..., GitHub]
OpenWorkshop = Callable[..., Workshop]
UNWATCHED = Watch()


@pytest.fixture
def github() -> Iterator[LocalGitHub]:
    """Serve a GitHub whose repository holds one commit."""
    with local_github() as running:
        running.push("main")
        yield running


@pytest.fixture
def open_client() -> Iterator[Open]:
    """Open clients that never really wait, unless a test brings its own clock."""
    with ExitStack() as stack:

        def open_one(
            connection: GitHubConnection, *, timeout: float = 600, clock: Clock | None = None, watch: Watch = UNWATCHED
        ) -> GitHub:
            clock = clock or Sleeper().clock
            return stack.enter_context(GitHub(connection, timeout=timeout, clock=clock, watch=watch))

        yield open_one


@pytest.fixture
def client(github: LocalGitHub, open_client: Open) -> GitHub:
    """Open a client whose token has every permission that is needed."""
    return open_client(github.connection())


@pytest.fixture
def open_workshop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[OpenWorkshop]:
    """Open workshops, whose steps run in this process unless a test asks otherwise."""
    for name in ("HTTPS_PROXY", "https_proxy", "HUBSPOT_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    numbers = count()
    with ExitStack() as stack:

        def open_one(*events: Held, start: Start | None = None, **files: str) -> Workshop:
            folder = tmp_path / f"workshop-{next(numbers)}"
            folder.mkdir()
            return stack.enter_context(workshop(folder, start or InThisProcess(capfd), *events, **files))

        yield open_one


@pytest.fixture
def shop(open_workshop: OpenWorkshop) -> Workshop:
    """Return a workshop whose HubSpot holds what the default branch declares."""
    return open_workshop(live_json("fair", eventName="Fair"), fair=event("fair"))
