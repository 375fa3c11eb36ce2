"""Probes of a sandbox in which time passes only while somebody waits."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from reconciler.doctor.bench import Bench, Specimen
from reconciler.doctor.permission import permit
from reconciler.doctor.probe import Probed, probe
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.prober import PortalProber
from reconciler.policy import Policy
from reconciler.sandbox.server import Options, running
from reconciler.transport.surroundings import Watch
from tests.building import NOW
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper

PORTAL = 77
TOKEN = "sandbox-1001"
SPECIMEN = Specimen("0123456789abcdef0123456789abcdef", NOW)
POLICY = Policy(portal=PORTAL)
OTHERS: list[dict[str, Any]] = [
    {"objectId": "901", "externalEventId": "launch", "externalAccountId": "acme", "eventName": "Ours"},
    {"objectId": "902", "externalEventId": SPECIMEN.identity.external_event_id, "externalAccountId": "elsewhere"}
    | {"appInfo": {"id": "2002"}, "eventName": "Of another app, with the same event id"},
    {"objectId": "903", "eventName": "Made by a person"},
]
UNWATCHED = Watch()


@dataclass
class Laboratory:
    """A running sandbox, with what happens to the probes of it."""

    base_url: str
    sleeper: Sleeper
    version: str = "2026-03"
    token: str = TOKEN
    timeout: float = 3600
    """The seconds that the questions of a probe may take."""
    fails_once_permitted: Sequence[Mapping[str, Any]] = ()
    """The faults that are set when a probe has got its permission."""

    @contextmanager
    def bench(self, *, watch: Watch = UNWATCHED, timeout: float = 3600) -> Iterator[Bench]:
        """Open the portal with a new client."""
        connection = connecting.to(self.base_url, token=self.token)
        with HttpWriter(connection, timeout=timeout, clock=self.sleeper.clock, watch=watch) as http:
            yield Bench(PortalProber(http, self.version, SPECIMEN.identity), self.sleeper.clock)

    def probe(self, *, watch: Watch = UNWATCHED) -> Probed:
        """Probe the sandbox."""
        with self.bench(watch=watch, timeout=self.timeout) as bench:
            permission = permit(POLICY, bench.portal)
            self.fails(*self.fails_once_permitted)
            return probe(permission, SPECIMEN, bench, self.bench)

    def answers(self) -> Mapping[str, str]:
        """Probe the sandbox; return the answer to each question."""
        return {one.name: one.answer for one in self.probe().observations}

    def held(self) -> list[dict[str, Any]]:
        """Return every event in the sandbox."""
        return self._control("GET", "events")["events"]  # type: ignore[no-any-return]  # (JSON)

    def own(self) -> list[dict[str, Any]]:
        """Return the probe's events in the sandbox."""
        account_id = SPECIMEN.identity.external_account_id
        return [event for event in self.held() if event["externalAccountId"] == account_id]

    def of_others(self) -> list[dict[str, Any]]:
        """Return all other events in the sandbox."""
        own = self.own()
        return [event for event in self.held() if event not in own]

    def clear(self) -> None:
        """Remove all faults, and what a probe has left."""
        self._control("DELETE", "faults")
        for _ in self.own():
            self.delete(self.address)

    @property
    def address(self) -> str:
        """The URL at which a probe's event is deleted."""
        with self.bench() as bench:
            return self.base_url + bench.portal.address

    def delete(self, url: str) -> None:
        """Send a DELETE."""
        headers = {"Authorization": f"Bearer {self.token}"}
        httpx.delete(url, headers=headers, trust_env=False, verify=connecting.NO_TLS).raise_for_status()

    def fails(self, *rules: Mapping[str, Any]) -> None:
        """Set faults in place of all earlier ones; they count requests from now on."""
        self._control("PUT", "faults", list(rules))

    def behaves(self, **answers: object) -> None:
        """Change the sandbox's behaviours."""
        named = {name.replace("_", "-"): answer for name, answer in answers.items()}
        self._control("PUT", "behaviours", named)

    def requests(self) -> list[dict[str, Any]]:
        """Return the log of requests since the last call."""
        log = self._control("GET", "requests")["requests"]
        self._control("DELETE", "requests")
        return log  # type: ignore[no-any-return]  # (JSON)

    def _control(self, method: str, what: str, body: object = None) -> Any:
        url = f"{self.base_url}/_sandbox/{what}"
        answer = httpx.request(method, url, json=body, trust_env=False, verify=connecting.NO_TLS)
        return answer.raise_for_status().json() if answer.content else None


@contextmanager
def laboratory(folder: Path, *, account_type: str = "DEVELOPER_TEST", events: Any = OTHERS) -> Iterator[Laboratory]:
    """Run a sandbox that holds events of others, with the clock of a sleeper."""
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"portal": {"id": PORTAL, "account_type": account_type}, "events": events}))
    sleeper = Sleeper()
    began = int(NOW.timestamp() * 1000)
    options = Options(seed=seed, rate="1000000/1", clock=lambda: began + round(sleeper.now * 1000))
    with running(options) as sandbox:
        yield Laboratory(sandbox.base_url, sleeper)
