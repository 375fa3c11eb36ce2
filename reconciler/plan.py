"""Every event in its place to an ordered plan."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from reconciler import fingerprint, versions
from reconciler.change import Change, Create, Delete, Update, rank
from reconciler.diagnostics import Diagnostic, error, in_file_order, info, warning
from reconciler.diff import cancel, compare, delete
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.evidence import Evidence
from reconciler.live import Portal
from reconciler.match import Match
from reconciler.orphans import Verdict, Will, judge
from reconciler.ownership import Orphan, Settled
from reconciler.policy import Policy
from reconciler.steps import steps


@dataclass(frozen=True)
class Plan:
    """Everything an apply would do, in order; plain data that can be saved, shown and compared."""

    portal: Portal
    changes: tuple[Change, ...]
    unchanged: int
    orphans: tuple[Verdict, ...] = ()
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
    def writes_to_apply(self) -> int:
        """Requests that applying takes if nothing fails, reads not counted."""
        return sum(1 for _ in steps(self.changes))


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan with what applying it needs to know beyond it."""

    plan: Plan
    policy: Policy
    declared: Declared
    events: Mapping[Identity, DeclaredEvent]
    """The declaration behind each change; an orphan's change has none."""
    seen: Mapping[Identity, LiveEvent]
    """What each change was planned against; a create has nothing."""
    unproven: Collection[Identity] = frozenset()
    """Changes to events whose full identity is not proven."""
    foreign_token: bool = False
    """The token belongs to another app than the one whose events are ours."""


@dataclass(frozen=True, slots=True)
class _Task:
    change: Change
    event: DeclaredEvent | None
    seen: LiveEvent | None
    proven: bool


def build(
    settled: Settled, declared: Declared, policy: Policy, portal: Portal, evidence: Evidence, now: datetime
) -> Draft:
    """Order what differs, judge the orphans; `now` decides what is over: an orphan, the API version's support."""
    verdicts = [(judge(orphan.live, policy, now), orphan) for orphan in settled.orphans]
    tasks = [*_declared_tasks(settled.matches), *_orphan_tasks(verdicts)]
    tasks.sort(key=lambda task: (rank(task.change), task.change.identity.sort_key))
    plan = Plan(
        portal=portal,
        changes=tuple(task.change for task in tasks),
        unchanged=len(settled.matches) - sum(task.event is not None for task in tasks),
        orphans=tuple(sorted((verdict for verdict, _ in verdicts), key=lambda verdict: verdict.identity.sort_key)),
        orphaned=settled.orphaned,
        foreign=settled.foreign,
        diagnostics=(
            *declared.diagnostics,
            *in_file_order([*settled.diagnostics, *_findings(settled, portal, policy), *_whose_token(evidence)]),
            *versions.findings(portal.api_version, now),
        ),
    )
    return Draft(
        plan=plan,
        policy=policy,
        declared=declared,
        events={task.change.identity: task.event for task in tasks if task.event is not None},
        seen={task.change.identity: task.seen for task in tasks if task.seen is not None},
        unproven=frozenset(task.change.identity for task in tasks if not task.proven),
        foreign_token=evidence.foreign_token,
    )


def _declared_tasks(matches: Iterable[Match]) -> Iterator[_Task]:
    for match in matches:
        change = compare(match.declared, match.live)
        if change is not None:
            yield _Task(change, match.declared, match.live, match.proven)


def _orphan_tasks(verdicts: Iterable[tuple[Verdict, Orphan]]) -> Iterator[_Task]:
    for verdict, orphan in verdicts:
        if verdict.will is not Will.NOTHING:
            yield _Task(_orphan_change(verdict.will, orphan.live), None, orphan.live, orphan.proven)


def _orphan_change(will: Will, orphan: LiveEvent) -> Update | Delete:
    return delete(orphan) if will is Will.DELETE else cancel(orphan)


def _findings(settled: Settled, portal: Portal, policy: Policy) -> Iterator[Diagnostic]:
    yield from filter(None, map(_uncompletion, settled.matches))
    unproven = sum(not match.proven and compare(match.declared, match.live) is None for match in settled.matches)
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


def _uncompletion(match: Match) -> Diagnostic | None:
    """HubSpot has no call that takes a completion back."""
    if match.live is None or match.live.fields.get("eventCompleted") is not True:
        return None
    if match.declared.fields.get("eventCompleted") is not False:
        return None
    return error(
        "completed-is-final",
        f"{match.declared.identity} is completed in HubSpot, and HubSpot cannot take that back",
        match.declared.places.get("eventCompleted", match.declared.place),
        "declare eventCompleted: true, or leave the key out",
    )
