"""What the tests of GitHub share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from reconciler.github.client import GitHub
from reconciler.hubspot.surroundings import Clock, Watch
from reconciler.settings import GitHubConnection
from tests.github.local_github import local_github
from tests.github.world import LocalGitHub
from tests.hubspot.clocks import Sleeper

Open = Callable[..., GitHub]
UNWATCHED = Watch()


@pytest.fixture
def github() -> Iterator[LocalGitHub]:
    """Give a GitHub whose repository holds one commit."""
    with local_github() as running:
        running.push("main")
        yield running


@pytest.fixture
def open_client() -> Iterator[Open]:
    """Give clients, whose waiting takes no time unless a test brings a clock of its own."""
    with ExitStack() as stack:

        def open_one(
            connection: GitHubConnection, *, timeout: float = 600, clock: Clock | None = None, watch: Watch = UNWATCHED
        ) -> GitHub:
            clock = clock or Sleeper().clock
            return stack.enter_context(GitHub(connection, timeout=timeout, clock=clock, watch=watch))

        yield open_one


@pytest.fixture
def client(github: LocalGitHub, open_client: Open) -> GitHub:
    """Give a client whose token may do all that is needed."""
    return open_client(github.connection())
