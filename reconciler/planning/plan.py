"""Every event in its place to an ordered plan."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from reconciler.change import Change, Create, Delete, Update, rank
from reconciler.diagnostics import Diagnostic, in_file_order, info, warning
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.planning import api_support, fingerprint
from reconciler.planning.diff import cancel, compare, delete
from reconciler.planning.evidence import Evidence, Match
from reconciler.planning.identity_warnings import UNDECIDED
from reconciler.planning.orphans import OrphanVerdict, Will, judge_orphan
from reconciler.planning.ownership import Matched, Orphan
from reconciler.planning.set_aside import SetAside, obstacle_findings, set_aside
from reconciler.planning.steps import steps
from reconciler.policy import Policy
from reconciler.portal import Portal


@dataclass(frozen=True)
class Plan:
    """Everything an apply would do, in order; plain data that can be saved, shown and compared."""

    portal: Portal
    changes: tuple[Change, ...]
    unchanged: int
    set_aside: tuple[SetAside, ...] = ()
    """Declared events that are left out of the changes."""
    orphans: tuple[OrphanVerdict, ...] = ()
    orphaned: int | None = None
    """How many orphans there are; None where they were not looked for."""
    foreign: int | None = None
    """How many live events are neither declared nor ours; None where they were not counted."""
    diagnostics: tuple[Diagnostic, ...] = ()
    reads: int = 0
    """Requests that making the plan took."""

    @cached_property
    def digest(self) -> str:
        """The fingerprint of all changes: what `apply --expect` compares."""
        return fingerprint.digest(self.portal.id, self.changes)

    def count(self, action: type[Create] | type[Update] | type[Delete]) -> int:
        """Count the changes of one kind."""
        return sum(isinstance(change, action) for change in self.changes)

    @property
    def is_empty(self) -> bool:
        """Nothing is to be done, and no event is set aside."""
        return not (self.changes or self.set_aside)

    @property
    def is_fulfilled(self) -> bool:
        """HubSpot is known to hold what the files declare."""
        return self.is_empty and not any(found.code in UNDECIDED for found in self.diagnostics)

    @property
    def is_invalid(self) -> bool:
        """An event is set aside that was not at the base: the declarations are wrong."""
        return any(not aside.preexisting for aside in self.set_aside)

    @property
    def writes_to_apply(self) -> int:
        """Requests that applying takes if nothing fails, reads not counted."""
        return sum(1 for _ in steps(self.changes))


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what applying it needs to know beyond it."""

    plan: Plan
    policy: Policy
    declared: Declared
    matched: Matched
    """Which live event is whose."""
    events: Mapping[Identity, DeclaredEvent]
    """The declaration behind each change; an orphan's change has none."""
    seen: Mapping[Identity, LiveEvent]
    """What each change was planned against; a create has nothing."""
    foreign_token: bool = False
    """The token belongs to another app than the one whose events are ours."""
    successors: Mapping[str | None, tuple[Create, ...]] = field(default_factory=dict)
    """By the object id of an old event, the new ones that seem to be it under a new id."""
    before: "Planned | None" = None
    """What the base's declarations would be planned as by the same reading; None without a base."""

    def declared_before(self) -> Mapping[str | None, DeclaredEvent]:
        """Return by object id what the base declared of each live event, by whichever of its ids; empty without one."""
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
    """Order what differs, judge the orphans; `now` decides what is over: an orphan, the API version's support."""
    verdicts = [(judge_orphan(orphan.live, policy, now), orphan) for orphan in matched.orphans]
    barred = matched.barred
    matches = [match for match in matched.matches if match.declared.identity not in barred]
    tasks = [*_declared_tasks(matches), *_orphan_tasks(verdicts)]
    tasks.sort(key=lambda task: (rank(task.change), task.change.identity.sort_key))
    plan = Plan(
        portal=portal,
        changes=tuple(task.change for task in tasks),
        unchanged=len(matches) - sum(task.event is not None for task in tasks) - _undecided(matches, matched),
        set_aside=set_aside(matched.obstacles, _names(matched.matches)),
        orphans=tuple(sorted((verdict for verdict, _ in verdicts), key=lambda verdict: verdict.identity.sort_key)),
        orphaned=matched.orphaned,
        foreign=matched.foreign,
        diagnostics=(
            *declared.diagnostics,
            *in_file_order(
                [*matched.diagnostics, *obstacle_findings(matched.obstacles), *_findings(matches, portal, policy)]
            ),
            *_whose_token(evidence),
            *api_support.support_warnings(portal.api_version, now),
        ),
    )
    return Planned(
        plan=plan,
        policy=policy,
        declared=declared,
        matched=matched,
        events={task.change.identity: task.event for task in tasks if task.event is not None},
        seen={task.change.identity: task.seen for task in tasks if task.seen is not None},
        foreign_token=evidence.foreign_token,
    )


def _names(matches: Iterable[Match]) -> Mapping[Identity, str | None]:
    return {match.declared.identity: match.live.name for match in matches if match.live is not None}


def _undecided(matches: Iterable[Match], matched: Matched) -> int:
    """Count the matches that cannot be called unchanged; what is ambiguous stands in none."""
    return sum(match.declared.identity in matched.undecided for match in matches)


def _declared_tasks(matches: Iterable[Match]) -> Iterator[_Task]:
    for match in matches:
        change = compare(match.declared, match.live)
        if change is not None:
            yield _Task(replace(change, proven=match.proven), match.declared, match.live)


def _orphan_tasks(verdicts: Iterable[tuple[OrphanVerdict, Orphan]]) -> Iterator[_Task]:
    for verdict, orphan in verdicts:
        if verdict.will is not Will.NOTHING:
            change = replace(_orphan_change(verdict.will, orphan.live), proven=orphan.proven)
            yield _Task(change, None, orphan.live)


def _orphan_change(will: Will, orphan: LiveEvent) -> Update | Delete:
    return delete(orphan) if will is Will.DELETE else cancel(orphan)


def _findings(matches: Iterable[Match], portal: Portal, policy: Policy) -> Iterator[Diagnostic]:
    unproven = sum(not match.proven and compare(match.declared, match.live) is None for match in matches)
    if unproven:
        yield info(
            "identity-unproven",
            f"{unproven} unchanged event{' was' if unproven == 1 else 's were'} recognised by event id alone; "
            "before an event is changed, it is proven to be ours",
        )
    if portal.app_id is None and not policy.narrowed:
        yield warning(
            "app-unknown",
            "it is not known which app's events are ours, so there are no orphans",
            hint="set appId in reconciler.yaml",
        )


def _whose_token(evidence: Evidence) -> Iterator[Diagnostic]:
    if evidence.foreign_token:
        yield info(
            "proof-left-to-apply",
            f"the token belongs to app {evidence.token_app_id}, which cannot read the events of app {evidence.app_id} "
            "by their external ids: that they are under the declared account id is left for apply to prove",
        )
