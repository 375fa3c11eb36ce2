"""The plan, built from matched events: the changes in order, with all that is shown beside them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from reconciler.change import Change, Create, Delete, Update, rank
from reconciler.diagnostics import Diagnostic, in_file_order, info, warning
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.planning import api_support, fingerprint
from reconciler.planning.diff import cancel, delete
from reconciler.planning.evidence import Evidence
from reconciler.planning.identity_warnings import UNDECIDED
from reconciler.planning.match import Match
from reconciler.planning.orphans import OrphanVerdict, Will, is_over, judge_orphan
from reconciler.planning.ownership import Matched, Orphan
from reconciler.planning.series import PlannedSeries, former_series, planned_series, series_of_orphans
from reconciler.planning.set_aside import SetAside, obstacle_findings, set_aside
from reconciler.planning.steps import steps
from reconciler.policy import Policy
from reconciler.portal import Portal


@dataclass(frozen=True)
class Plan:
    """Everything that an apply would do, in order; plain data that can be saved, shown and compared."""

    portal: Portal
    changes: tuple[Change, ...]
    unchanged: int
    set_aside: tuple[SetAside, ...] = ()
    """Declared events that are left out of the changes."""
    series: tuple[PlannedSeries, ...] = ()
    """Every declared series, by its ids."""
    orphans: tuple[OrphanVerdict, ...] = ()
    orphaned: int | None = None
    """The number of orphans; None if the run did not look for them."""
    foreign: int | None = None
    """The number of live events that are neither declared nor ours; None if they were not counted."""
    diagnostics: tuple[Diagnostic, ...] = ()
    reads: int = 0
    """The number of requests that planning took."""

    @cached_property
    def digest(self) -> str:
        """The fingerprint of all changes: what `apply --expect` compares."""
        return fingerprint.digest(self.portal.id, self.changes)

    def count(self, action: type[Create] | type[Update] | type[Delete]) -> int:
        """Count the changes of one kind."""
        return sum(isinstance(change, action) for change in self.changes)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done and no event is set aside."""
        return not (self.changes or self.set_aside)

    @property
    def is_fulfilled(self) -> bool:
        """Whether HubSpot is known to hold what the files declare."""
        return self.is_empty and not any(diagnostic.code in UNDECIDED for diagnostic in self.diagnostics)

    @property
    def is_invalid(self) -> bool:
        """Whether an event is set aside that was not at the base, so that the declarations are wrong."""
        return any(not aside.preexisting for aside in self.set_aside)

    @property
    def writes_to_apply(self) -> int:
        """The number of write requests that an apply takes if nothing fails."""
        return sum(1 for _ in steps(self.changes))


Untouched = tuple[DeclaredEvent, LiveEvent | None]
"""A declared event that a plan does not change, with the live one."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with everything else that an apply needs to know."""

    plan: Plan
    policy: Policy
    declared: Declared
    matched: Matched
    """The match of declared and live events that the plan was built from."""
    events: Mapping[Identity, DeclaredEvent]
    """The declared event of each change; an orphan's change has none."""
    seen: Mapping[Identity, LiveEvent]
    """The live event that each change was planned against; a create has none."""
    foreign_token: bool = False
    """Whether the token belongs to another app than the one whose events are ours."""
    successors: Mapping[str | None, tuple[Create, ...]] = field(default_factory=dict)
    """By object id of an old event, the new ones that seem to be the same event under a new id."""
    before: "Planned | None" = None
    """The plan of the base's declarations against the same reading of the portal; None without a base."""

    @property
    def is_proven(self) -> bool:
        """Whether each declared event that is live is proven to be the one that its ids name."""
        return not self.foreign_token and all(match.proven for match in self.matched.matches)

    def untouched(self) -> tuple[Untouched, ...]:
        """Return the declared events that the plan does not change, also those that it sets aside."""
        changed = {event.identity for event in self.events.values()}
        live = {match.declared.identity: match.live for match in self.matched.matches}
        events = (event for event in self.declared.events if event.identity not in changed and not event.absent)
        return tuple((event, live.get(event.identity)) for event in events)

    def declared_before(self) -> Mapping[str | None, DeclaredEvent]:
        """Return by object id what the base declared of each live event, by any of its ids; empty without a base."""
        matches = () if self.before is None else self.before.matched.matches
        return {match.live.identity.object_id: match.declared for match in matches if match.live is not None}


@dataclass(frozen=True, slots=True)
class _Task:
    change: Change
    event: DeclaredEvent | None
    seen: LiveEvent | None


def build(
    matched: Matched, declared: Declared, policy: Policy, portal: Portal, evidence: Evidence, now: datetime
) -> Planned:
    """Build the plan; `now` decides whether an orphan, or the support of the API version, is over."""
    verdicts = [(judge_orphan(orphan.live, policy, now), orphan) for orphan in matched.orphans]
    barred = matched.barred
    matches = [match for match in matched.matches if match.declared.identity not in barred]
    series = planned_series(declared.events, matches, matched.undecided)
    tasks = _in_order([*_declared_tasks(matches, matched, now), *_orphan_tasks(verdicts, series)])
    plan = Plan(
        portal=portal,
        changes=tuple(task.change for task in tasks),
        unchanged=len(matches) - sum(task.event is not None for task in tasks) - _undecided(matches, matched),
        set_aside=set_aside(matched.obstacles, _names(matched)),
        series=series,
        orphans=tuple(sorted((verdict for verdict, _ in verdicts), key=lambda verdict: verdict.identity.sort_key)),
        orphaned=matched.orphaned,
        foreign=matched.foreign,
        diagnostics=(
            *declared.diagnostics,
            *_matching_diagnostics(matched, matches, policy, portal),
            *_token_diagnostics(evidence),
            *api_support.support_warnings(portal.api_version, now),
        ),
    )
    return _planned(plan, tasks, policy, declared, matched, evidence)


def _planned(
    plan: Plan, tasks: Iterable[_Task], policy: Policy, declared: Declared, matched: Matched, evidence: Evidence
) -> Planned:
    return Planned(
        plan=plan,
        policy=policy,
        declared=declared,
        matched=matched,
        events={task.change.identity: task.event for task in tasks if task.event is not None},
        seen={task.change.identity: task.seen for task in tasks if task.seen is not None},
        foreign_token=evidence.foreign_token,
    )


def _in_order(tasks: Iterable[_Task]) -> list[_Task]:
    return sorted(tasks, key=lambda task: (rank(task.change), task.change.identity.sort_key))


def _names(matched: Matched) -> Mapping[Identity, str | None]:
    """Return the names of the live events whose declarations have an obstacle."""
    matches = matched.matches if matched.obstacles else ()
    return {match.declared.identity: match.live.name for match in matches if match.live is not None}


def _undecided(matches: Iterable[Match], matched: Matched) -> int:
    """Count the matches that may not be called unchanged; an ambiguous event has no match."""
    return sum(match.declared.identity in matched.undecided for match in matches)


def _declared_tasks(matches: Iterable[Match], matched: Matched, now: datetime) -> Iterator[_Task]:
    for match in matches:
        if match.change is not None:
            proven = match.proven or match.declared.identity in matched.left_to_writing
            was_over = match.live is not None and is_over(match.live, now)
            yield _Task(replace(match.change, proven=proven, was_over=was_over), match.declared, match.live)


def _orphan_tasks(
    verdicts: Iterable[tuple[OrphanVerdict, Orphan]], series: tuple[PlannedSeries, ...]
) -> Iterator[_Task]:
    doomed = [(verdict.will, orphan) for verdict, orphan in verdicts if verdict.will is not Will.NOTHING]
    known = series_of_orphans([orphan.live.identity for _, orphan in doomed], {each.key for each in series})
    for will, orphan in doomed:
        change, key = _orphan_change(will, orphan.live), former_series(orphan.live.identity)
        of_series = key[1] if key in known and key is not None else None
        yield _Task(replace(change, proven=orphan.proven, series=of_series), None, orphan.live)


def _orphan_change(will: Will, orphan: LiveEvent) -> Update | Delete:
    return delete(orphan) if will is Will.DELETE else cancel(orphan)


def _matching_diagnostics(
    matched: Matched, matches: Iterable[Match], policy: Policy, portal: Portal
) -> tuple[Diagnostic, ...]:
    return in_file_order(
        [
            *matched.diagnostics,
            *obstacle_findings(matched.obstacles),
            *_unproven(matched, matches),
            *_absent_already(matched, matches),
            *_app_diagnostics(policy, portal),
        ]
    )


def _unproven(matched: Matched, matches: Iterable[Match]) -> Iterator[Diagnostic]:
    unproven = [match for match in matches if not match.proven]
    unchanged = sum(match.change is None for match in unproven)
    changed = sum(match.declared.identity in matched.left_to_writing for match in unproven)
    for number, which in ((unchanged, "unchanged"), (changed, "changed")):
        if number:
            yield info(
                "identity-unproven",
                f"{number} {which} event{' was' if number == 1 else 's were'} recognised by event id alone; "
                "before an event is changed, it is proven to be ours",
            )


def _absent_already(matched: Matched, matches: Iterable[Match]) -> Iterator[Diagnostic]:
    """Name the events that are declared absent and not live: one with a mistyped id would look like a success."""
    for match in matches:
        event = match.declared
        if event.absent and match.live is None and event.identity not in matched.undecided:
            yield info(
                "absent-already",
                f"{event.identity} is declared absent, and HubSpot holds no such event of yours",
                event.place,
                "if it is deleted, delete its declaration too; if it should be there, check the id",
            )


def _app_diagnostics(policy: Policy, portal: Portal) -> Iterator[Diagnostic]:
    if portal.app_id is None and not policy.narrowed:
        yield warning(
            "app-unknown",
            "it is not known which app's events are ours, so there are no orphans",
            hint="set appId in reconciler.yaml",
        )


def _token_diagnostics(evidence: Evidence) -> Iterator[Diagnostic]:
    if evidence.foreign_token:
        yield info(
            "proof-left-to-apply",
            f"the token belongs to app {evidence.token_app_id}, which cannot read the events of app {evidence.app_id} "
            "by their external ids; apply will prove that they are under the declared account id",
        )
