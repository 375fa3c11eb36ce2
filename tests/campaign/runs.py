"""One run of the product, with all that is known about it afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

from reconciler.applying.receipt import Receipt
from reconciler.change import Change
from reconciler.errors import ReconcilerError
from reconciler.event import DeclaredEvent, Identity
from reconciler.planning.plan import Planned
from reconciler.policy import Policy
from tests.campaign.ground import Request, Step
from tests.campaign.schedules import Day
from tests.campaign.truth import Held, touched


@dataclass(frozen=True)
class Sent:
    """One item of a write: the event that it means, as the step that carried it names it."""

    step: int
    identity: Identity


@dataclass(frozen=True)
class Run:
    """One run: its task, its output, its events."""

    base: str
    """The path of HubSpot's list, in the version that the run speaks."""
    declared: tuple[DeclaredEvent, ...]
    policy: Policy
    day: Day
    lag: int
    """Milliseconds by which the list is late."""
    approved: tuple[Change, ...]
    """What was reviewed: nothing else may be written."""
    planned: Planned | None
    """The run's own plan; None if it made none."""
    receipt: Receipt | None
    """The receipt on disk; None if none was written."""
    code: int | None
    """The exit code; None where the run was killed."""
    why: ReconcilerError | None
    """The error that kept it from applying anything."""
    start: int
    """Milliseconds since 1970."""
    end: int
    steps: Sequence[Step]
    began: int
    """The step with which the run began to apply; the number of all steps if it did not."""
    first: Held
    """What was held at the start."""
    earlier: Sequence[Step]
    """Earlier steps, for a list that is late."""

    @property
    def last(self) -> Held:
        """The events that are held at the end."""
        return self.steps[-1].after if self.steps else self.first

    @property
    def was_cut_short(self) -> bool:
        return self.code is None or self.code >= 128

    @cached_property
    def own(self) -> list[tuple[int, Step, Request]]:
        """The run's requests, by their place among the steps."""
        return [(place, step, step.request) for place, step in enumerate(self.steps) if step.request is not None]

    @cached_property
    def writes(self) -> list[tuple[int, Step, Request]]:
        return [(place, step, request) for place, step, request in self.own if request.is_write]

    @property
    def has_written(self) -> bool:
        return any(touched(step.before, step.after) for _, step, _ in self.writes)

    @cached_property
    def sent(self) -> list[Sent]:
        """Every item of every write that arrived, carried out or not."""
        return [Sent(place, named) for place, _, request in self.writes for named in self.named(request)]

    def named(self, request: Request) -> Iterator[Identity]:
        """Yield the identities of the events that a write changes."""
        path = request.path.removeprefix(self.base)
        items: list[Mapping[str, Any]] = (request.body or {}).get("inputs") or [request.body or {}]
        match request.method, path.split("/")[1:]:
            case "POST", ["events"] | ["events", "upsert"]:
                yield from (Identity(item["externalAccountId"], item["externalEventId"]) for item in items)
            case "POST", ["batch", "update" | "archive"]:
                yield from (Identity(object_id=item["objectId"]) for item in items)
            case _:
                yield self.one(request)

    def one(self, request: Request) -> Identity:
        """Return the identity of the one event that a path names."""
        match request.path.removeprefix(self.base).split("/")[1:]:
            case ["events", name]:
                return Identity(dict(parse_qsl(request.query)).get("externalAccountId"), unquote(name))
            case [object_id]:
                return Identity(object_id=unquote(object_id))
            case _:
                raise AssertionError(f"nobody expected {request}")

    def reads_one(self, request: Request) -> bool:
        """Return whether a request is the direct read of one event."""
        return (
            request.method == "GET"
            and request.path.startswith(f"{self.base}/")
            and not request.path.endswith("/events/search")
        )

    def told(self) -> object:
        """Return what a person would be shown of the run."""
        reasons = [] if self.why is None else [vars(self.why)]
        if self.receipt is None:
            return self.why, reasons
        ended = [f"{each.change.identity}: {each.outcome} ({each.why})" for each in self.receipt.results]
        return self.why, reasons, ended, self.receipt.verified

    def story(self) -> str:
        """Return what happened, a line for each step."""
        return "".join(f"\n    {_line(place - self.began, step)}" for place, step in enumerate(self.steps))


def _line(place: int, step: Step) -> str:
    changes = touched(step.before, step.after)
    if step.request is None:
        return f"{place}: somebody changes {changes}"
    asked = f"{step.request.method} {step.request.path}?{step.request.query}"
    return f"{place}: {asked}: {step.status} {step.fault or ''} {changes or ''}"
