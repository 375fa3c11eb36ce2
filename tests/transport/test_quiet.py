"""The log of the libraries that make requests: it holds no secret."""

import logging
import time
from collections.abc import Iterator
from logging.config import dictConfig

import httpx
import pytest

from reconciler.transport.exchange import Exchange, Server
from reconciler.transport.quiet import LOUD
from reconciler.transport.surroundings import Deadline
from tests.hubspot.scripted import answer, serving

SECRET = "signed-4711"
EVERYTHING = {"version": 1, "incremental": False, "disable_existing_loggers": False}


@pytest.fixture
def all_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Turn every logger on, as a program could."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith(("httpx", "httpcore", "h11"))]
    before = {name: logging.getLogger(name).level for name in names}
    dictConfig({**EVERYTHING, "loggers": {name: {"level": "DEBUG", "propagate": True} for name in names}})
    caplog.set_level(logging.DEBUG)
    yield caplog
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_the_libraries_tell_no_log_where_we_were_sent(all_is_logged: pytest.LogCaptureFixture) -> None:
    with serving(answer(302, Location=f"https://store.example/?sig={SECRET}", Set_Cookie=SECRET)) as server:
        one = Exchange(
            Server(server.base_url, None, None, "look"), {"Authorization": SECRET}, Deadline(time.monotonic, 9, "")
        )
        one.send("GET", f"{server.base_url}/?sig={SECRET}")
        one.close()
    assert SECRET not in all_is_logged.text


def test_what_a_program_itself_asks_httpx_for_is_logged_as_ever(all_is_logged: pytest.LogCaptureFixture) -> None:
    with serving(answer()) as server, httpx.Client() as client:
        client.get(f"{server.base_url}/mine")
    assert "/mine" in all_is_logged.text


def test_every_logger_of_the_libraries_is_kept_quiet() -> None:
    named = {name for name in logging.root.manager.loggerDict if name.startswith(("httpx", "httpcore", "h11", "h2"))}
    with_a_voice = {name for name in named if isinstance(logging.getLogger(name), logging.Logger)} - {"httpcore"}
    assert with_a_voice <= set(LOUD)
