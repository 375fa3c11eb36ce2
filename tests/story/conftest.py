"""Worlds for one test each."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reconciler.policy import Policy
from reconciler.sandbox.server import Options, running
from tests.story.world import POLICY, PORTAL, Held, World


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Start a world in which HubSpot holds the given events; all of them end with the test."""
    numbers = count()
    with ExitStack() as stack:

        def begin(
            *events: Held,
            version: str = "2026-03",
            policy: Policy = POLICY,
            properties: tuple[str | Mapping[str, Any], ...] = (),
            **options: Any,
        ) -> World:
            seed = tmp_path / f"seed-{next(numbers)}.json"
            definitions = [{"name": one} if isinstance(one, str) else one for one in properties]
            seed.write_text(json.dumps({"portal": {"id": PORTAL}, "events": events, "properties": definitions}))
            sandbox = stack.enter_context(running(Options(seed=seed, rate="1000000/1")))
            return stack.enter_context(World(sandbox.base_url, version=version, policy=policy))

        yield begin
