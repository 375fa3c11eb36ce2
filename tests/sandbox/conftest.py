"""Sandboxes for tests, each with a client that speaks as app 1001."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox.server import Options, running
from tests.hubspot.connecting import NO_TLS


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., httpx.Client]]:
    """Start a sandbox with a seed and options; all of them end with the test."""
    numbers = count()
    with ExitStack() as stack:

        def start_one(seed: object = None, **options: Any) -> httpx.Client:
            if seed is not None:
                options["seed"] = tmp_path / f"seed-{next(numbers)}.json"
                options["seed"].write_text(json.dumps(seed), encoding="utf-8")
            sandbox = stack.enter_context(running(Options(**{"rate": "1000000/1", **options})))
            client = httpx.Client(
                base_url=sandbox.base_url,
                headers={"Authorization": "Bearer sandbox-1001"},
                trust_env=False,
                verify=NO_TLS,
            )
            return stack.enter_context(client)

        yield start_one


@pytest.fixture
def hubspot(start: Callable[..., httpx.Client]) -> httpx.Client:
    """A sandbox without events, whose portal defines two custom properties."""
    return start({"properties": [{"name": "event_region"}, {"name": "event_season"}]})
