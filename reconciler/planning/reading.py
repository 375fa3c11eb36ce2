"""The reading of a portal: its list or the declared events, and the evidence of whose each event is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import partial

from reconciler.diagnostics import Diagnostic
from reconciler.event import Declared, Identity
from reconciler.planning import properties
from reconciler.planning.claims import Claims
from reconciler.planning.declared_only import DeclaredOnly, longest_list, may_be_enough, read_each_of, to_read
from reconciler.planning.evidence import Answered, first_evidence
from reconciler.planning.proofs import beginnings, questions, searchable_prefix
from reconciler.planning.undeclared import Choice, app_by_searching, relevant
from reconciler.planning.unreadable import unreadable_events
from reconciler.policy import Orphans, Policy, check_portal
from reconciler.portal import Definition, Listing, Portal, Reader


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a portal holds, and what is declared of it, with the evidence of whose it is."""

    portal: Portal
    definitions: Mapping[str, Definition]
    claims: Claims
    diagnostics: tuple[Diagnostic, ...]
    reads: int


def read_for_plan(declared: Declared, policy: Policy, portal: Reader) -> Holdings:
    """Read everything that planning needs."""
    check_portal(policy, portal.details().id)
    listing = _short_list(declared, policy, portal)
    only = None if listing is not None else _read_declared(declared, policy, portal)
    if only is not None:
        return _read_evidence(declared, policy, only.listing, only.answers, (only.finding,), portal)
    # What verifies the run reads the list again, so that it takes no more requests than were counted for it.
    policy = replace(policy, reads_whole_list=True)
    listing = _with_missing_adopted(listing or portal.read(), declared, portal)
    unreadable = unreadable_events(listing.events, declared.events, policy.app_id or listing.portal.app_id)
    return _read_evidence(declared, policy, listing, (), unreadable, portal)


def _short_list(declared: Declared, policy: Policy, portal: Reader) -> Listing | None:
    """Return the list; None if it is so long that reading the declared events alone may be quicker, and enough."""
    wanted = {event.identity for event in declared.events} | policy.declared_before
    if declared.events and may_be_enough(wanted, policy, portal.details()):
        return portal.read_if_short(longest_list(len(wanted)))
    return portal.read()


def _read_declared(declared: Declared, policy: Policy, portal: Reader) -> DeclaredOnly | None:
    """Read what the files or the base declare, event by event; return None if the list is needed after all."""
    wanted = to_read((event.identity for event in declared.events), policy)
    may_be_new = frozenset(event.identity for event in declared.events if not event.absent)
    return read_each_of(wanted, may_be_new, portal)


def _read_evidence(
    declared: Declared,
    policy: Policy,
    listing: Listing,
    answers: Iterable[Answered],
    diagnostics: tuple[Diagnostic, ...],
    portal: Reader,
) -> Holdings:
    """Read what else planning needs: the definitions of properties, and the evidence of whose each event is."""
    definitions = portal.definitions() if properties.any_declared(declared) else {}
    claims = _gather_evidence(properties.typed(declared, definitions), policy, listing, answers, portal)
    known = replace(listing.portal, app_id=claims.evidence.app_id)
    return Holdings(known, definitions, claims, diagnostics, portal.reads)


def read_undeclared(
    declared: Declared, policy: Policy, portal: Reader, choice: Choice, zone: tzinfo
) -> tuple[Listing, Claims]:
    """Read the whole list, and find out as a plan does whose each wanted event is that no file declares.

    Returns the list, and the claims on those of its events that are wanted or may be declared. Raises `Refused` if the
    portal is not the declared one.
    """
    check_portal(policy, portal.details().id)
    listing = _with_missing_adopted(portal.read(), declared, portal)
    # Orphans are what no file declares of ours, so looking for these proves whose each event is.
    looking = replace(policy, narrowed=False, orphans=Orphans.REPORT)
    wanted = relevant(listing, declared, choice, zone)
    if policy.app_id is None and listing.portal.app_id is None:
        wanted = replace(wanted, portal=replace(listing.portal, app_id=app_by_searching(listing, portal)))
    return listing, _gather_evidence(declared, looking, wanted, (), portal)


def _with_missing_adopted(listing: Listing, declared: Declared, portal: Reader) -> Listing:
    """Add the adopted events that the list does not show, by direct reads: it may lag or be incomplete."""
    adopted = {event.identity.object_id: None for event in declared.events}
    missing = (object_id for object_id in adopted if object_id is not None and object_id not in listing.by_object_id)
    finds = portal.find_each([Identity(object_id=object_id) for object_id in missing])
    return replace(listing, events=(*listing.events, *filter(None, (find() for find in finds))))


def _gather_evidence(
    declared: Declared, policy: Policy, listing: Listing, answers: Iterable[Answered], portal: Reader
) -> Claims:
    """Find out what neither the list nor earlier answers show: by searches, then by a read for each open question."""
    evidence = first_evidence(policy, listing).with_answers(answers, listing)
    prefix = searchable_prefix(declared.events, listing, evidence)
    if prefix and listing.whole and not evidence.foreign_token:
        evidence = evidence.with_hits(portal.search(prefix), listing)
    claims = _searched(Claims(declared, listing, policy, evidence), portal)
    while pending := tuple(questions(claims)):
        identities = [Identity(*asked) for asked in pending]
        app_is_known = claims.evidence.app_id is not None
        # Once our app is known, far fewer questions are left: until then none is asked ahead of another.
        finds = portal.find_each(identities) if app_is_known else (partial(portal.find, each) for each in identities)
        answers = ((asked, find()) for asked, find in zip(pending, finds, strict=True))
        claims = claims.given(claims.evidence.with_answers(answers, listing))
    return claims


def _searched(claims: Claims, portal: Reader) -> Claims:
    """Prove many events by few searches, as long as these find ids by their beginnings, which HubSpot leaves open."""
    if claims.evidence.foreign_token:
        return claims
    for beginning in beginnings([event_id for _, event_id in questions(claims)]):
        known = claims.evidence.accounts
        claims = claims.given(claims.evidence.with_hits(portal.search(beginning), claims.listing))
        if claims.evidence.accounts == known:
            break
    return claims
