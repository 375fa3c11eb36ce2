"""The local HubSpot in a process of its own, with its latency and its rate limit."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench.processes import TOP, CannotMeasure, python

UNLIMITED = "1000000/1"
HUBSPOT = "190/10"
"""What HubSpot allows a private app of a Professional account: requests in seconds."""
REQUESTS, SECONDS = 190, 10
LATENCY = 150
"""Milliseconds that an answer takes where waiting is measured."""

_LISTENING = re.compile(r"listens at (\S+);")
_LIST = "/marketing/marketing-events/2026-03"
_STRANGER = {"Authorization": "Bearer sandbox-3003-read"}
"""An app of its own: its requests use up nothing of the product's rate."""


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    base_url: str
    slower: float
    """Milliseconds that a page of its list takes beside the latency."""

    def requests(self) -> tuple[int, int]:
        """Return the number of requests since the last call, and how many of them were answered with 429."""
        with httpx.Client(base_url=self.base_url, trust_env=False) as client:
            log = client.get("/_sandbox/requests").json()["requests"]
            client.delete("/_sandbox/requests")
        return len(log), sum(one["status"] == 429 for one in log)


@contextmanager
def sandbox(seed: Path, *, latency: int = 0, rate: str = UNLIMITED) -> Iterator[Sandbox]:
    """Run a sandbox until the block ends; its log begins empty."""
    options = ("--port", "0", "--seed", seed, "--rate", rate, "--latency", str(latency))
    command = python("-m", "reconciler", "sandbox", *options)
    process = subprocess.Popen(command, cwd=TOP, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            base_url = _announced(process)
            running = Sandbox(base_url, _slower(base_url, latency))
            running.requests()
            yield running
        finally:
            process.terminate()


def _announced(process: "subprocess.Popen[str]") -> str:
    """Return the address that it prints as soon as it answers."""
    said = ""
    for line in process.stderr or ():
        said += line
        if found := _LISTENING.search(line):
            return found[1]
    raise CannotMeasure(f"the sandbox did not start: {said}")


def _slower(base_url: str, latency: int) -> float:
    with httpx.Client(base_url=base_url, trust_env=False, headers=_STRANGER) as client:
        return min(_milliseconds(client) for _ in range(3)) - latency


def _milliseconds(client: httpx.Client) -> float:
    begin = time.monotonic()
    client.get(_LIST, params={"limit": "100"}).raise_for_status()
    return (time.monotonic() - begin) * 1000
