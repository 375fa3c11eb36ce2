"""One whole situation as data: declarations, a portal, the expected plan."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx
import pytest

from reconciler.sandbox.behaviours import Behaviours
from reconciler.sandbox.server import Options, running
from tests.command_line import Screen
from tests.hubspot.connecting import CERTIFICATE, NO_TLS

CASES = Path(__file__).parent / "cases"
SITUATIONS = sorted(path.name for path in CASES.iterdir())
WRITING_TOKEN = "sandbox-1001"
FIRST_FOREIGN = 901
"""From this object id on, an event of a seed belongs to somebody else, whatever the product concludes."""
COMPUTED = {"updatedAt", "eventStatus", "eventStatusV2"}
"""The fields that change by themselves with every write."""

Held = Mapping[str, Any]
"""An event as the sandbox holds it, each custom property a field of its own."""


def other_answers() -> Iterator[str]:
    """Yield every answer that the sandbox does not give by default, and those together that leave least evidence."""
    hints = get_type_hints(Behaviours)
    for name, usual in Behaviours().shown().items():
        answers = get_args(hints[name.replace("-", "_")]) or ("60",)
        yield from (f"{name}={answer}" for answer in answers if answer != usual)
    yield "search=exact,token-details=missing"


@dataclass(frozen=True)
class Situation:
    """The data of one case, in its folder."""

    folder: Path

    @cached_property
    def arguments(self) -> list[str]:
        """The arguments of plan and apply."""
        return self._words("arguments")

    @cached_property
    def planning_token(self) -> str:
        """The token of the plan; apply always has the one that may write."""
        return "".join(self._words("token")) or WRITING_TOKEN

    @property
    def seed(self) -> Path:
        """The portal's first contents."""
        return self.folder / "seed.json"

    @cached_property
    def foreign_ids(self) -> set[str]:
        """The object ids of the events that belong to others."""
        ids = {event["objectId"] for event in json.loads(self.seed.read_text())["events"]}
        return {object_id for object_id in ids if int(object_id) >= FIRST_FOREIGN}

    def behaviours(self, answers: str) -> list[str]:
        """Return HubSpot's behaviours here, with other answers (`NAME=VALUE,…`) to some of the questions."""
        return [*self._words("behaviours"), *filter(None, answers.split(","))]

    def expected(self, name: str) -> Path:
        """Return the file that holds what is expected."""
        return self.folder / "expected" / name

    def usual_end(self, answers: str = "") -> Path:
        """Return the file with the output of apply; for several answers together it is the file of one of them."""
        alone = [self.special_end(answer) for answer in answers.split(",") if answer != answers]
        usual = self.expected("apply.txt" if self.has_a_plan() else "problems.txt")
        return next(filter(Path.exists, alone), usual)

    def special_end(self, answers: str) -> Path:
        """Return the file with the output of apply if these answers rightly lead elsewhere."""
        return self.expected(f"{answers}.txt")

    def has_a_plan(self) -> bool:
        """Return whether planning succeeds."""
        return self.expected("plan.json").exists()

    def planned(self, action: str) -> list[Any]:
        """Return the changes of one kind in the expected plan."""
        if not self.has_a_plan():
            return []
        changes = json.loads(self.expected("plan.json").read_text())["changes"]
        return [change for change in changes if change["action"] == action]

    def touched_ids(self) -> set[str]:
        """Return the object ids of the live events that the expected plan changes."""
        changes = [*self.planned("update"), *self.planned("delete")]
        return {change["identity"]["object_id"] for change in changes}

    def beyond_the_plan(self, before: Mapping[str, Held], after: Mapping[str, Held]) -> dict[str, set[str]]:
        """Return, by object id, the fields that have changed although the expected plan does not say so."""
        updates = {change["identity"]["object_id"]: _fields(change) for change in self.planned("update")}
        deletes = {change["identity"]["object_id"] for change in self.planned("delete")}
        moved = {
            each: _moved(held, after.get(each, {})) - updates.get(each, set())
            for each, held in before.items()
            if each in after or each not in deletes
        }
        return {each: names for each, names in moved.items() if names}

    def _words(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().split() if file.exists() else []


@dataclass(frozen=True)
class HubSpot:
    """The sandbox of a situation, seen from outside."""

    outside: httpx.Client

    def held(self) -> dict[str, Held]:
        """Return every event by object id."""
        return {event["objectId"]: _flat(event) for event in self._control("events")}

    def writes(self) -> list[tuple[str, str, int]]:
        """Return every write so far; the request for the token's details writes nothing."""
        requests = ((one["method"], one["path"], one["status"]) for one in self._control("requests"))
        return [one for one in requests if one[0] != "GET" and not one[1].startswith("/oauth/")]

    def _control(self, what: str) -> list[Any]:
        found: list[Any] = self.outside.get(f"/_sandbox/{what}").json()[what]
        return found


@contextmanager
def hubspot(situation: Situation, monkeypatch: pytest.MonkeyPatch, answers: str = "") -> Iterator[HubSpot]:
    """Run the portal of a situation and connect the command line to it, as it would be connected to HubSpot."""
    options = Options(seed=situation.seed, rate="1000000/1", behaviours=situation.behaviours(answers))
    with (
        running(options) as sandbox,
        httpx.Client(base_url=sandbox.base_url, trust_env=False, verify=NO_TLS) as client,
    ):
        monkeypatch.setenv("HUBSPOT_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", WRITING_TOKEN)
        # Loading the usual certificates takes half of a run, and nothing here needs them.
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        yield HubSpot(client)


def _flat(event: Held) -> Held:
    custom = {f"customProperties.{each['name']}": each["value"] for each in event["customProperties"]}
    return {name: value for name, value in event.items() if name != "customProperties"} | custom


def _fields(change: Any) -> set[str]:
    return {field["name"] for field in change["fields"]} | COMPUTED


def _moved(before: Held, after: Held) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def end(screen: Screen) -> str:
    """Return the output of a run from the end of its plan on, with its exit code."""
    _, mark, rest = screen.out.rpartition("\nPlan: ")
    return f"exit {screen.code}\n{mark.lstrip()}{rest}{screen.err}"
