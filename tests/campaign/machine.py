"""A Hypothesis state machine of people, faults and runs; every run is checked against the laws."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from reconciler.applying import approval
from reconciler.applying.accounting import not_begun, nothing_ran, so_far
from reconciler.applying.freshness import NOT_PROVEN
from reconciler.applying.guard import Limits
from reconciler.applying.ledger import Applied
from reconciler.applying.lookup import read_each
from reconciler.applying.receipt import Receipt
from reconciler.change import Change
from reconciler.declarations.base import NO_BASE
from reconciler.errors import Interrupted, ReconcilerError
from reconciler.event import Declared, DeclaredEvent
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.paths import Paths
from reconciler.hubspot.writer import PortalWriter
from reconciler.pipeline import Select, approve_plan, make_plan, make_plan_to_apply, run_plan
from reconciler.planning.plan import Plan, Planned
from reconciler.policy import Orphans
from reconciler.transport.surroundings import Clock, Watch
from tests.campaign import laws, schedules
from tests.campaign.air import Air
from tests.campaign.deeds import Deed
from tests.campaign.figures import Figures
from tests.campaign.ground import Ground
from tests.campaign.runs import Run
from tests.campaign.schedules import CLEAR, Adoption, Day, End, Ending, Portal
from tests.campaign.truth import EPOCH, found, is_orphan, is_under
from tests.hubspot import connecting
from tests.story.world import OURS, POLICY, TOKEN, live_json

MOST_RERUNS = 2
"""The largest number of runs until nothing is left to do, once the faults are over."""


News = DeclaredEvent | Adoption | Deed | int


class Killed(BaseException):
    """The process is gone: nothing catches this, and no code runs after it."""


@dataclass
class Fate:
    """Counts a run's requests and progress reports, and ends the run when its day says so."""

    ending: Ending | None
    ground: Ground
    requests: int = 0
    tellings: int = 0
    stopped: bool = False
    receipt: Receipt | None = None
    """What is on disk."""
    planned: Planned | None = None
    """The plan that the run made."""
    began: int | None = None
    """The number of steps that had happened when the run began to apply."""

    def _is_now(self, *ends: End) -> bool:
        if self.ending is None or self.ending.end not in ends:
            return False
        counted = self.tellings if self.ending.end in {End.KILLED_TOLD, End.KILLED_UNTOLD} else self.requests
        return counted == self.ending.number

    def check_stop(self) -> None:
        if self.stopped:
            raise Interrupted(2)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Stand around a request."""
        self.requests += 1
        if self._is_now(End.KILLED_BEFORE):
            raise Killed
        if self._is_now(End.INTERRUPTED, End.BROKEN_OFF):
            self.stopped = True
        yield
        self.ground.idle.wait()
        if self._is_now(End.KILLED_AFTER):
            raise Killed
        if self._is_now(End.BROKEN_OFF):
            raise Interrupted(2)

    def keep(self, receipt: Receipt) -> None:
        """Write a receipt to the disk, which replaces the one before whole."""
        self.tellings += 1
        if self._is_now(End.KILLED_UNTOLD):
            raise Killed
        self.receipt = receipt
        if self._is_now(End.KILLED_TOLD):
            raise Killed


class Campaign(RuleBasedStateMachine):
    """One schedule: what is declared and held, what others do, what HubSpot does, and the runs in between."""

    ground: ClassVar[Ground]
    figures: ClassVar[Figures]

    def __init__(self) -> None:
        super().__init__()
        self.declares: dict[tuple[str, ...], DeclaredEvent] = {}
        self.policy = POLICY
        self.version = "2026-03"
        self.reviewed: list[Plan] = []
        self.counts: Counter[str] = Counter()
        self.faulty = False
        self.disturbed = False
        self.sound = True

    @initialize(portal=schedules.portals, day=schedules.bad_days)
    def begin(self, portal: Portal, day: Day) -> None:
        by_hand = [live_json(None, account=None, app=None, eventName=f"by hand {n}") for n in range(portal.others)]
        self.ground.begin([*portal.events, *by_hand])
        self.ground.behave(portal.behaviours)
        self.declares = {event.identity.key: event for event in portal.declares}
        app_id = OURS if portal.knows_app else None
        self.policy = replace(POLICY, app_id=app_id, orphans=portal.orphans, besides=portal.besides)
        self._run(day, approval.everything, None)

    # People

    @rule(event=schedules.own)
    def declare(self, event: DeclaredEvent) -> None:
        self.declares[event.identity.key] = event

    @rule(adoption=schedules.adoptions)
    def adopt(self, adoption: Adoption) -> None:
        own = [one.identity for one in self.declares.values() if one.identity.external is not None]
        held = self.ground.held().values()
        if others := [event.object_id for event in held if not any(is_under(event, one) for one in own)]:
            self.declare(adoption.of(others))

    @rule(which=schedules.whiches)
    def drop(self, which: int) -> None:
        keys = sorted(self.declares)
        if len(keys) > 1:
            del self.declares[keys[which % len(keys)]]

    @rule(orphans=schedules.policies)
    def settle_orphans(self, orphans: Orphans) -> None:
        self.policy = replace(self.policy, orphans=orphans)

    @rule(version=schedules.versions)
    def speak(self, version: str) -> None:
        self.version = version

    @rule(deed=schedules.deeds)
    def somebody(self, deed: Deed) -> None:
        self.ground.somebody(deed)
        self.counts["foreign edits"] += 1

    @rule(answers=schedules.behaviours)
    def behave(self, answers: dict[str, object]) -> None:
        self.ground.behave(answers)

    @property
    def lag(self) -> int:
        """Milliseconds by which the list is late."""
        return round(1000 * self.ground.state.behaviours.list_lag)

    def _hear(self, news: list[News]) -> None:
        for one in news:
            match one:
                case DeclaredEvent():
                    self.declare(one)
                case Adoption():
                    self.adopt(one)
                case int():
                    self.drop(one)
                case _:
                    self.somebody(one)

    # Runs

    @rule()
    def review(self) -> None:
        """Plan, and let somebody approve what the plan says."""
        self.ground.quieten()
        with self._client(Fate(None, self.ground), Air(0)) as portal, suppress(ReconcilerError):
            planned = make_plan(self._declared, self.policy, portal, self._now())
            self.reviewed = [*self.reviewed[-1:], planned.plan]

    @rule(news=schedules.news, day=schedules.bad_days)
    def apply_on_a_bad_day(self, news: list[News], day: Day) -> None:
        self._hear(news)
        self._run(day, approval.everything, None)

    @precondition(lambda self: self.reviewed)
    @rule(news=schedules.news, day=schedules.bad_days)
    def apply_what_was_reviewed(self, news: list[News], day: Day) -> None:
        self._hear(news)
        self._run(day, lambda plan: approval.by_plans(plan, self.reviewed), self.reviewed)

    @precondition(lambda self: self.reviewed)
    @rule(day=schedules.bad_days)
    def apply_the_digest_that_was_reviewed(self, day: Day) -> None:
        digest = self.reviewed[-1].digest
        self._run(day, lambda plan: approval.by_digest(plan, digest), self.reviewed[-1:])

    @rule(news=schedules.news, day=schedules.last_days)
    def apply_and_end_early(self, news: list[News], day: Day) -> None:
        self._hear(news)
        self._run(day, approval.everything, None)

    @precondition(lambda self: self.disturbed)
    @rule()
    def recover(self) -> None:
        """End the faults and everybody else's changes: what is declared has to come true."""
        self.disturbed = False
        self._settle(0)

    def _settle(self, runs: int) -> None:
        """Run until nothing is left to do; `runs` is the number of runs so far."""
        self.ground.time.sleep(self.lag / 1000)  # a late list is a fault too, until it has caught up
        run = self._run(CLEAR, approval.everything, None)
        if run.code == 0 and not run.has_written:
            self._check_end(run)
            self.figures.reruns[runs] += 1
        elif run.receipt is not None and run.receipt.set_aside and self._corrected(run):
            self._settle(runs)
        elif run.code != 0 and self._must_fall_short(run):
            self.counts["kept from it"] += 1
        else:
            assert runs < MOST_RERUNS, f"{MOST_RERUNS} runs were not enough: {run.code} {run.told()}{run.story()}"
            self._settle(runs + 1)

    def teardown(self) -> None:
        if not self.sound or not self.declares:
            return
        if self.faulty:
            if self.disturbed:
                self.recover()
            self.figures.counts["schedules"] += 1
        self.figures.counts.update(self.counts)

    def _run(self, day: Day, select: Select, reviewed: Sequence[Plan] | None) -> Run:
        """Run the product once, as the command line does, and check the run against every law."""
        self.sound = False
        base, fate, earlier = Paths(self.version).events, Fate(day.ending, self.ground), len(self.ground.steps)
        self.ground.disturb(day.faults(base), day.moments, page_size=day.page_size, slowness=day.slowness)
        start, first = self.ground.time.ms, self.ground.held()
        code, why = self._ended(day, select, fate)
        self.ground.idle.wait()
        drafts = [] if fate.planned is None else [fate.planned.plan]
        run = Run(
            base=base,
            declared=tuple(self.declares.values()),
            policy=self.policy,
            day=day,
            lag=self.lag,
            approved=tuple(change for plan in (drafts if reviewed is None else reviewed) for change in plan.changes),
            planned=fate.planned,
            receipt=fate.receipt,
            code=code,
            why=why,
            start=start,
            end=self.ground.time.ms,
            steps=self.ground.steps[earlier:],
            began=(len(self.ground.steps) if fate.began is None else fate.began) - earlier,
            first=first,
            earlier=self.ground.steps[:earlier],
        )
        laws.check(run)
        self._count(run)
        self.sound = True
        return run

    def _ended(self, day: Day, select: Select, fate: Fate) -> tuple[int | None, ReconcilerError | None]:
        """Run the product and return its exit code, None if it was killed, and its error."""
        try:
            with self._client(fate, Air(day.order)) as portal:
                fate.planned = make_plan_to_apply(self._declared, self.policy, portal, self._now(), NO_BASE, select)
                return self._applied(fate.planned, day, select, fate, portal), None
        except Killed:
            return None, None
        except ReconcilerError as error:
            return error.exit_code, error

    @property
    def _declared(self) -> Declared:
        return Declared(tuple(self.declares.values()), files=1)

    def _applied(self, planned: Planned, day: Day, select: Select, fate: Fate, portal: PortalWriter) -> int:
        try:
            approved = approve_plan(planned, select, Limits(deletes=1000, registrants=day.registrants))
        except ReconcilerError as refusal:
            fate.keep(nothing_ran(planned, refusal))
            raise
        fate.keep(not_begun(approved))
        fate.began = len(self.ground.steps)

        def keep(applied: Applied) -> None:
            fate.keep(so_far(approved, applied))

        receipt = run_plan(approved, portal, read_each(portal), keep, self._now)
        fate.keep(receipt)
        return receipt.exit_code

    @contextmanager
    def _client(self, fate: Fate, air: Air) -> Iterator[PortalWriter]:
        clock = Clock(now=self.ground.time.seconds, sleep=self.ground.time.sleep)
        watch = Watch(check_stop=fate.check_stop, interruptible=fate.interruptible)
        connection = connecting.to(self.ground.base_url, token=TOKEN)
        http = HttpWriter(connection, timeout=laws.TIMEOUT, clock=clock, watch=watch, start=air.start)
        try:
            with http:
                yield PortalWriter(http, self.version)
        finally:
            http._exchange.close()  # as the end of the process does, where the run was killed

    def _now(self) -> datetime:
        return EPOCH + timedelta(milliseconds=self.ground.time.ms)

    def _must_fall_short(self, run: Run) -> bool:
        """Return whether what is declared cannot come true here, and the run says so."""
        match run.code:
            case 3:
                return self._proves_nothing(run)
            case 5 | 6 if reasons := _reasons(run):
                known = {
                    "guard-unproven": self._proves_nothing,
                    "guard-besides": _is_held_elsewhere,
                    "guard-renamed": _is_held_elsewhere,
                    NOT_PROVEN: _is_held_elsewhere,
                }
                return all(reason in known and known[reason](run) for reason in reasons)
            case 6 if run.receipt is not None and not run.receipt.results:
                return self._proves_nothing(run)  # nothing is to be done, and nothing can be called verified
            case 6:
                left = () if run.receipt is None else run.receipt.verified or ()
                kept = self.ground.state.behaviours.empty_text == "ignored"
                return kept and bool(left) and all(map(_waits_for_emptying, left))
            case _:
                return False

    def _proves_nothing(self, run: Run) -> bool:
        """Return whether HubSpot does not say whose token it is, and no declared event is there to show it."""
        silent = self.ground.state.behaviours.token_details == "missing"
        own = (one.identity for one in run.declared if one.identity.external is not None)
        return silent and all(found(run.last, identity) is None for identity in own)

    def _corrected(self, run: Run) -> bool:
        """Take back the declarations that HubSpot shows to be wrong; return whether there were any."""
        ours = {
            event.object_id
            for one in run.declared
            if one.identity.external and (event := found(run.last, one.identity))
        }
        for one in run.declared:
            twice = one.identity.object_id is not None and int(one.identity.object_id) in ours
            if twice or self._is_impossible(one):
                del self.declares[one.identity.key]
        return len(self.declares) < len(run.declared)

    def _is_impossible(self, event: DeclaredEvent) -> bool:
        live = found(self.ground.held(), event.identity)
        if live is None:
            return event.identity.object_id is not None
        return event.fields.get("eventCompleted") is False and bool(live.fields["eventCompleted"])

    def _check_end(self, run: Run) -> None:
        """Check what no law of a single run says: no orphan that had to go is left."""
        if self.policy.app_id is None:
            return
        left = [one for one in run.last.values() if is_orphan(one, run.declared, run.policy, self._now())]
        if self.policy.orphans is Orphans.CANCEL:
            left = [one for one in left if not one.fields["eventCancelled"]]
        # A namesake that the plan takes for a declared event, with a warning, is no orphan.
        left = [one for one in left if not laws.passes_for_declared(run, one)]
        assert not left, f"left behind: {left}{run.story()}"

    def _count(self, run: Run) -> None:
        counts, figures = self.counts, self.figures
        counts["runs"] += 1
        counts["requests"] += len(run.own)
        counts["writes"] += len(run.writes)
        others = sum(step.request is None for step in run.steps)
        counts["foreign edits"] += others
        counts["during runs"] += others
        counts["in the last window"] += laws.edits_in_the_last_window(run)
        figures.codes["killed" if run.code is None else str(run.code)] += 1
        faults = [step.fault for step in run.steps if step.fault is not None]
        figures.faults.update(faults)
        ended = run.was_cut_short
        counts["kills"] += run.code is None
        counts["interruptions"] += ended and run.code is not None
        self.disturbed = self.disturbed or ended or bool(faults)
        self.faulty = self.faulty or self.disturbed
        if run.receipt is not None:
            figures.outcomes.update(str(result.outcome) for result in run.receipt.results)


def _is_held_elsewhere(run: Run) -> bool:
    """Return whether a declared event is not live, but its event id is, which the settings do not allow."""
    ids = {one.identity.external_event_id for one in run.declared if found(run.last, one.identity) is None}
    held = {event.event_id for event in run.last.values()} - {None}
    return not run.policy.besides and not held.isdisjoint(ids)


def _reasons(run: Run) -> set[str]:
    """Return why changes of the run were refused: the guards, or that a read proved nothing."""
    results = () if run.receipt is None else run.receipt.results
    return {result.guard or NOT_PROVEN for result in results if result.guard is not None or result.why == NOT_PROVEN}


def _waits_for_emptying(change: Change) -> bool:
    """Return whether a difference is a text that HubSpot does not empty, or a change that waits for that."""
    emptied = [field for field in change.fields if field.after is None]
    return bool(emptied) and all(field in emptied or field.name == "eventCompleted" for field in change.fields)
