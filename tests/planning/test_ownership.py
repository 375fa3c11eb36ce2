"""The owner of an event, and the live event of a declaration."""

from collections import UserDict
from collections.abc import ItemsView, Iterable, Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Severity
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent, Skipped, Value
from reconciler.planning import ownership, proofs
from reconciler.planning.claims import Claims, known_accounts
from reconciler.planning.evidence import Evidence, External, first_evidence
from reconciler.planning.match import Match
from reconciler.planning.ownership import Matched, Orphan
from reconciler.planning.plan import build
from reconciler.planning.proofs import FEW_CREATES, FEW_WITNESSES, searchable_prefix
from reconciler.policy import Orphans, Policy
from reconciler.portal import Hit, Listing
from tests.building import APP, HEARD, NOW, OTHER_APP, POLICY, PORTAL, absent, adopted, declared, known, live

NAMED: dict[str, Value] = {"eventName": "Summit"}
NOBODY = replace(PORTAL, app_id=None)
"""A portal whose token details do not name the app."""


def settle(
    declared: Iterable[DeclaredEvent],
    listing: Listing,
    policy: Policy,
    evidence: Evidence,
    skipped: tuple[Identity, ...] = (),
) -> Matched:
    return ownership.match_events(
        Claims(Declared(tuple(declared), 1, skipped=tuple(map(Skipped, skipped))), listing, policy, evidence)
    )


def questions(
    declared: Iterable[DeclaredEvent], listing: Listing, policy: Policy, evidence: Evidence
) -> Iterator[External]:
    return proofs.questions(Claims(Declared(tuple(declared), 1), listing, policy, evidence))


def listing(*events: LiveEvent) -> Listing:
    return Listing(PORTAL, events)


def found(event: LiveEvent, account: str) -> LiveEvent:
    """Return the result of a direct read by external ids of a live event."""
    return replace(event, identity=replace(event.identity, external_account_id=account))


# Laws of portals about which the test knows everything


@dataclass(frozen=True)
class Truth:
    """A live event with everything that is true of it, whether or not a read shows it."""

    app: int | None
    account: str | None
    event_id: str | None
    object_id: str
    name: str
    searchable: bool
    listed: bool

    @property
    def live(self) -> LiveEvent:
        return live(self.object_id, self.event_id, {"eventName": self.name}, app=self.app)

    @property
    def hit(self) -> Hit:
        return Hit(self.app or 0, Identity(self.account, self.event_id, self.object_id))


@dataclass(frozen=True)
class World:
    """A portal, the app of the token that reads it, what is declared, and what the settings say."""

    truths: tuple[Truth, ...]
    token: int
    told: bool
    """Whether the token's details are answered."""
    declared: tuple[DeclaredEvent, ...]
    policy: Policy

    @property
    def listing(self) -> Listing:
        shown = tuple(truth.live for truth in self.truths if truth.listed)
        return Listing(replace(PORTAL, app_id=self.token if self.told else None), shown)

    def find(self, asked: External) -> LiveEvent | None:
        for truth in self.truths:
            if (truth.app, truth.account, truth.event_id) == (self.token, *asked):
                return found(replace(truth.live, app_id=None, registrants=99), asked[0])
        return None

    def claims(self) -> Iterator[Claims]:
        """Yield the claims as planning gathers evidence: after a search, then after a direct read for each doubt."""
        shown = self.listing
        evidence = first_evidence(self.policy, shown)
        if not evidence.foreign_token:
            hits = [truth.hit for truth in self.truths if truth.app == self.token and truth.searchable]
            evidence = evidence.with_hits(hits, shown)
        claims = Claims(Declared(self.declared, 1), shown, self.policy, evidence)
        yield claims
        while pending := next(proofs.questions(claims), None):
            assert pending not in claims.evidence.asked
            claims = claims.given(claims.evidence.with_answers([(pending, self.find(pending))], shown))
            yield claims

    def prove(self) -> Evidence:
        *_, last = self.claims()
        return last.evidence

    def matched(self) -> tuple[Matched, Evidence]:
        evidence = self.prove()
        return settle(self.declared, self.listing, self.policy, evidence), evidence

    def truth_of(self, event: LiveEvent) -> Truth:
        return next(truth for truth in self.truths if truth.object_id == event.identity.object_id)


ACCOUNTS = st.sampled_from(["acme", "beta", "gone"])
EVENT_IDS = st.sampled_from(["summit", "launch"])
NAMES = st.sampled_from(["A", "B"])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a small portal full of look-alikes: three apps, three accounts, two event ids."""
    mostly = st.sampled_from([True, True, True, False])
    ids = st.tuples(st.sampled_from([APP, OTHER_APP]), ACCOUNTS, EVENT_IDS)
    by_hand = st.tuples(st.sampled_from([None, APP, OTHER_APP]), st.none(), st.none())
    keys: list[tuple[int | None, str | None, str | None]] = [
        *draw(st.lists(ids, max_size=5, unique=True)),
        *draw(st.lists(by_hand, max_size=2)),
    ]
    truths = tuple(
        Truth(app, account, event_id, str(number), draw(NAMES), draw(st.booleans()), draw(mostly))
        for number, (app, account, event_id) in enumerate(keys, start=1)
    )
    wanted = draw(st.lists(st.tuples(st.sampled_from(["acme", "beta"]), EVENT_IDS), max_size=3, unique=True))
    events = [declared(event_id, {"eventName": draw(NAMES)}, account=account) for account, event_id in wanted]
    numbers = draw(st.sets(st.sampled_from([truth.object_id for truth in truths]), max_size=1)) if truths else set()
    events += [adopted(number, {"eventName": draw(NAMES)}) for number in numbers]
    policy = Policy(
        app_id=draw(st.sampled_from([None, APP])),
        external_account_id=draw(st.sampled_from([None, "acme"])),
        orphans=draw(st.sampled_from([Orphans.REPORT, Orphans.IGNORE])),
        narrowed=draw(st.sampled_from([False, False, True])),
    )
    return World(truths, draw(st.sampled_from([APP, OTHER_APP])), draw(st.booleans()), tuple(events), policy)


@given(worlds())
def test_nothing_is_asked_twice_so_questions_come_to_an_end(world: World) -> None:
    evidence = world.prove()
    assert list(questions(world.declared, world.listing, world.policy, evidence)) == []


@given(worlds())
def test_evidence_piece_by_piece_leads_to_the_matches_of_all_of_it(world: World) -> None:
    for claims in world.claims():
        at_once = Claims(claims.declared, claims.listing, claims.policy, claims.evidence)
        assert claims.decisions == at_once.decisions


def learnt(evidence: Evidence, answer: LiveEvent | None, *lives: LiveEvent) -> list[LiveEvent | None]:
    """Return the live events of two declarations before and after a direct read of the first one is answered."""
    claims = Claims(Declared((declared("a"), declared("b")), 1), listing(*lives), POLICY, evidence)
    assert claims.matches[0].live is not None
    again = claims.given(evidence.with_answers([(("acme", "a"), answer)], claims.listing))
    return [match.live for match in again.matches]


def test_an_event_that_is_read_again_is_compared_again() -> None:
    renamed = found(live("1", "a", NAMED), "acme")
    (one, _) = learnt(known({"1": "acme"}), renamed, live("1", "a"))
    assert one == renamed


def test_what_was_read_before_is_not_matched_anew_with_every_other_answer() -> None:
    lives = listing(live("1", "a"), live("2", "b"))
    evidence = known().with_answers([(("acme", "a"), found(lives.events[0], "acme"))], lives)
    claims = Claims(Declared((declared("a"), declared("b")), 1), lives, POLICY, evidence)
    again = claims.given(evidence.with_answers([(("acme", "b"), found(lives.events[1], "acme"))], lives))
    assert [match is kept for match, kept in zip(again.matches, claims.matches, strict=True)] == [True, False]


def test_an_adopted_event_that_is_read_again_by_its_external_ids_is_compared_again() -> None:
    lives = listing(live("1", "a"))
    claims = Claims(Declared((declared("a"), adopted("1")), 1), lives, POLICY, known({"1": "acme"}))
    assert [match.live and match.live.fields for match in claims.matches] == [{}, {}]
    answers = [(("acme", "a"), found(live("1", "a", NAMED), "acme"))]
    again = claims.given(claims.evidence.with_answers(answers, lives))
    assert [match.live and match.live.fields for match in again.matches] == [NAMED, NAMED]


def test_an_answer_with_another_event_id_frees_the_event_that_had_the_object_before() -> None:
    moved = found(live("2", "a"), "acme")
    assert learnt(known({"1": "acme"}), moved, live("1", "a"), live("2", "b"))[1] is None


def test_an_event_that_a_search_finds_is_proven() -> None:
    claims = Claims(Declared((declared(),), 1), listing(live("1")), POLICY, known())
    hits = [Hit(APP, Identity("acme", "summit", "1"))]
    assert claims.given(claims.evidence.with_hits(hits, claims.listing)).matches[0].proven


def test_an_event_that_is_missed_is_matched_no_more() -> None:
    assert learnt(known(), None, live("1", "a")) == [None, None]


def test_once_our_app_is_known_the_events_of_others_are_matched_no_more() -> None:
    ours = live("1", "a")
    assert learnt(Evidence(None, None), found(ours, "acme"), ours, live("2", "b", app=OTHER_APP)) == [
        found(ours, "acme"),
        None,
    ]


def test_once_the_token_is_known_to_be_ours_what_it_missed_is_matched_no_more() -> None:
    missed = Evidence(APP, None).with_answers([(("acme", "b"), None)], listing())
    ours = live("1", "a")
    assert learnt(missed, found(ours, "acme"), ours, live("2", "b")) == [found(ours, "acme"), None]


def test_once_the_token_is_known_to_be_foreign_the_base_names_the_accounts() -> None:
    before = replace(POLICY, declared_before=frozenset({Identity("beta", "b")}))
    theirs = live("1", "a", app=OTHER_APP)
    claims = Claims(Declared((declared("b"),), 1), listing(theirs, live("2", "b")), before, Evidence(APP, None))
    assert claims.matches[0].live is not None
    again = claims.given(claims.evidence.with_answers([(("acme", "a"), found(theirs, "acme"))], claims.listing))
    assert again.matches[0].live is None


def test_a_foreign_token_matches_an_event_under_the_account_that_the_base_names() -> None:
    before = replace(POLICY, declared_before=frozenset({Identity("acme", "summit")}))
    (match,) = settle([declared()], listing(live("1")), before, Evidence(APP, OTHER_APP)).matches
    assert match.live is not None
    assert not match.proven


def test_a_declaration_that_is_missed_leaves_the_only_candidate_to_the_other_one() -> None:
    missed = known().with_answers([(("acme", "summit"), None)], listing())
    matched = settle([declared(), declared(account="beta")], listing(live("1")), POLICY, missed)
    assert [match.live is None for match in matched.matches] == [True, False]


def test_an_event_that_is_adopted_too_is_asked_for() -> None:
    events = [declared(fields=NAMED), adopted("1", NAMED)]
    assert list(questions(events, listing(live("1", fields=NAMED)), POLICY, HEARD)) == [("acme", "summit")]


class Watched(UserDict[str, Value]):
    """Declared fields that count how often they are compared."""

    times = 0

    def items(self) -> ItemsView[str, Value]:
        self.times += 1
        return super().items()


def test_each_unchanged_event_is_compared_once_whatever_is_asked() -> None:
    fields = [Watched(NAMED), Watched(NAMED), Watched(NAMED)]
    events = tuple(replace(declared(name), fields=watched) for name, watched in zip("abc", fields, strict=True))
    lives = listing(live("1", "a", NAMED), live("2", "b", NAMED), live("3", "c"))
    claims = Claims(Declared(events, 1), lives, POLICY, known())
    assert tuple(proofs.questions(claims)) == (("acme", "c"),)
    claims = claims.given(claims.evidence.with_answers([(("acme", "c"), found(lives.events[2], "acme"))], lives))
    assert tuple(proofs.questions(claims)) == ()
    planned = build(ownership.match_events(claims), claims.declared, POLICY, PORTAL, claims.evidence, NOW)
    assert planned.plan.unchanged == 2
    assert [watched.times for watched in fields[:2]] == [1, 1]


@given(worlds())
def test_every_live_event_stands_in_exactly_one_place(world: World) -> None:
    matched, evidence = world.matched()
    meant = [match.live.identity.object_id for match in matched.matches if match.live is not None]
    orphans = [orphan.live.identity.object_id for orphan in matched.orphans]
    codes = {found.code for found in matched.diagnostics} | {one.finding.code for one in matched.obstacles}
    if "declared-twice" in codes:
        return
    assert len(set(meant + orphans)) == len(meant) + len(orphans)
    if matched.foreign is not None and matched.orphaned is not None and "identity-ambiguous" not in codes:
        listed = {event.identity.object_id for event in world.listing.events}
        seen = listed | evidence.fresh.keys() | set(meant) | set(orphans)
        assert len(seen) == len(meant) + matched.orphaned + matched.foreign


@given(worlds())
def test_a_declaration_never_means_an_event_of_another_app_or_account(world: World) -> None:
    matched, evidence = world.matched()
    for match in matched.matches:
        if match.live is not None and match.declared.identity.external is not None and match.proven:
            truth = world.truth_of(match.live)
            assert truth.app == world.token
            assert evidence.app_id in (None, world.token)
            assert (truth.account, truth.event_id) == match.declared.identity.external
        elif match.live is not None and match.declared.identity.external is not None:
            assert evidence.app_id in (None, match.live.app_id)


@given(worlds())
def test_an_orphan_is_our_apps_under_a_known_account_and_declared_nowhere(world: World) -> None:
    matched, evidence = world.matched()
    accounts = known_accounts(world.declared, world.policy)
    meant = {event.identity.external for event in world.declared} | {event.identity.key for event in world.declared}
    for orphan in matched.orphans:
        truth = world.truth_of(orphan.live)
        assert truth.app == evidence.app_id
        assert truth.event_id is not None
        assert (truth.object_id,) not in meant
        if orphan.proven:
            assert orphan.live.identity.external_account_id == truth.account
            assert truth.account in accounts
            assert (truth.account, truth.event_id) not in meant


@given(worlds())
def test_a_token_of_our_app_sees_the_whole_truth(world: World) -> None:
    matched, evidence = world.matched()
    if world.token != evidence.app_id or not evidence.misses_refute:
        return
    listed = {truth.object_id for truth in world.truths if truth.listed}
    for match in matched.matches:
        external = match.declared.identity.external
        real = [one for one in world.truths if (one.app, one.account, one.event_id) == (world.token, *(external or ()))]
        if external is not None and real and (match.live is None or match.proven):
            assert match.live is not None or real[0].object_id not in listed
        if external is not None and not real:
            assert match.live is None or not match.proven
    assert not any(found.code == "identity-ambiguous" for found in matched.diagnostics)
    assert all(orphan.proven for orphan in matched.orphans)


@given(worlds())
def test_two_declarations_without_an_adoption_never_mean_one_live_event(world: World) -> None:
    own = tuple(event for event in world.declared if event.identity.external is not None)
    matched, _ = replace(world, declared=own).matched()
    assert not [found for found in matched.diagnostics if found.severity is Severity.ERROR]


# Which live event a declaration means


def test_a_declaration_means_our_apps_event_of_its_ids() -> None:
    event, held = declared(fields=NAMED), live("1", fields=NAMED)
    matched = settle([event], listing(held), POLICY, known({"1": "acme"}))
    assert matched.matches == (Match(event, replace(held, identity=Identity("acme", "summit", "1")), proven=True),)
    assert matched.diagnostics == ()


def test_an_event_that_is_not_there_has_to_be_made() -> None:
    event = declared()
    assert settle([event], listing(live("1", "other")), POLICY, known()).matches == (Match(event, None, proven=True),)


def test_an_event_of_another_app_with_the_same_id_is_not_meant() -> None:
    assert settle([declared()], listing(live("1", app=OTHER_APP)), POLICY, known()).matches[0].live is None


def test_an_event_that_is_proven_to_be_under_another_account_is_not_meant() -> None:
    assert settle([declared()], listing(live("1")), POLICY, known({"1": "beta"})).matches[0].live is None


def test_the_list_alone_is_no_proof() -> None:
    (match,) = settle([declared()], listing(live("1")), POLICY, known()).matches
    assert match.live is not None
    assert match.live.identity == Identity("acme", "summit", "1")
    assert not match.proven


def test_of_two_events_with_one_event_id_the_proven_one_is_meant() -> None:
    matched = settle([declared()], listing(live("1"), live("2")), POLICY, known({"2": "acme"}))
    assert [match.live and match.live.identity.object_id for match in matched.matches] == ["2"]
    assert matched.diagnostics == ()


def test_a_direct_read_counts_for_more_than_the_list() -> None:
    held = live("1", fields={"eventName": "Old"})
    fresh = found(live("1", fields=NAMED), "acme")
    evidence = known().with_answers([(("acme", "summit"), fresh)], listing(held))
    (match,) = settle([declared(fields=NAMED)], listing(held), POLICY, evidence).matches
    assert match.live is not None
    assert match.live.fields == NAMED


def test_a_direct_read_matches_an_event_that_the_list_does_not_show_yet() -> None:
    evidence = known().with_answers([(("acme", "summit"), found(live("9"), "acme"))], listing())
    (match,) = settle([declared()], listing(), POLICY, evidence).matches
    assert match.live is not None
    assert match.live.identity.object_id == "9"


def test_a_miss_refutes_a_match_where_the_token_speaks_for_our_app() -> None:
    evidence = known().with_answers([(("acme", "summit"), None)], listing(live("1")))
    assert settle([declared()], listing(live("1")), POLICY, evidence).matches == (Match(declared(), None, proven=True),)


def test_a_miss_refutes_several_look_alikes_at_once() -> None:
    lives = listing(live("1"), live("2"))
    matched = settle([declared()], lives, POLICY, known().with_answers([(("acme", "summit"), None)], lives))
    assert matched.matches == (Match(declared(), None, proven=True),)
    assert len(matched.elsewhere) == 2


def test_a_miss_refutes_nothing_where_the_token_may_be_another_apps() -> None:
    evidence = Evidence(APP, None).with_answers([(("acme", "summit"), None)], listing(live("1")))
    (match,) = settle([declared()], listing(live("1")), POLICY, evidence).matches
    assert match.live is not None
    assert not match.proven


def test_two_live_events_that_nobody_can_tell_apart_are_left_alone() -> None:
    events = [declared(), declared("other")]
    matched = settle(events, listing(live("1"), live("2")), POLICY, Evidence(APP, OTHER_APP))
    assert [match.declared.identity.external_event_id for match in matched.matches] == ["other"]
    assert matched.orphans == ()
    assert matched.foreign == 0
    (warning,) = matched.diagnostics
    assert (warning.code, warning.severity) == ("identity-ambiguous", Severity.WARNING)
    assert warning.place == events[0].place
    assert warning.message == "this token cannot determine the live event of acme/summit, so the event is left alone"
    assert warning.hint == "plan with a token of the app that made the events"


def test_one_live_event_that_two_declarations_may_mean_is_left_alone() -> None:
    events = [declared(account="acme", fields=NAMED), declared(account="beta", fields=NAMED)]
    matched = settle(events, listing(live("1", fields=NAMED)), POLICY, Evidence(APP, OTHER_APP))
    assert matched.matches == ()
    assert [found.code for found in matched.diagnostics] == ["identity-ambiguous", "identity-ambiguous"]


# Live events that speak against making an event


def elsewhere(matched: Matched) -> list[tuple[str, int | None, str | None]]:
    return [(str(held.identity), held.app_id, held.account_id) for held in matched.elsewhere]


def test_an_event_of_another_app_with_the_id_of_a_new_one_speaks_against_it() -> None:
    lives = listing(live("1", app=OTHER_APP), live("2", "zoom", app=OTHER_APP))
    assert elsewhere(settle([declared()], lives, POLICY, known())) == [("acme/summit", OTHER_APP, None)]


def test_an_event_of_ours_under_another_account_speaks_against_a_new_one() -> None:
    matched = settle([declared()], listing(live("1")), POLICY, known({"1": "beta"}))
    assert elsewhere(matched) == [("acme/summit", APP, "beta")]


def test_our_event_under_an_unknown_account_speaks_against_a_new_one() -> None:
    lives = listing(live("1"))
    matched = settle([declared()], lives, POLICY, known().with_answers([(("acme", "summit"), None)], lives))
    assert elsewhere(matched) == [("acme/summit", APP, None)]


@pytest.mark.parametrize("app", [OTHER_APP, None])
def test_a_listed_event_missed_by_an_unknown_token_speaks_against_a_new_one(
    app: int | None,
) -> None:
    lives = listing(live("1", app=app))
    matched = settle(
        [declared()], lives, POLICY, Evidence(None, None).with_answers([(("acme", "summit"), None)], lives)
    )
    assert matched.matches == (Match(declared(), None, proven=True),)
    assert elsewhere(matched) == [("acme/summit", app, None)]


@pytest.mark.parametrize(("besides", "held"), [("2002", live("1", app=OTHER_APP)), ("beta", live("1"))])
def test_an_app_or_account_beside_which_new_ones_may_stand_speaks_against_nothing(
    besides: str, held: LiveEvent
) -> None:
    policy = replace(POLICY, besides=frozenset({besides}))
    evidence = known({} if held.app_id == OTHER_APP else {"1": "beta"})
    assert elsewhere(settle([declared()], listing(held), policy, evidence)) == []


@pytest.mark.parametrize(("besides", "held"), [("1001", live("1")), ("None", live("1", app=None))])
def test_neither_our_own_app_nor_none_is_one_beside_which_new_ones_may_stand(besides: str, held: LiveEvent) -> None:
    policy = replace(POLICY, besides=frozenset({besides}))
    assert len(elsewhere(settle([declared()], listing(held), policy, known({"1": "beta"})))) == 1


def test_an_adopted_or_skipped_event_still_speaks_against_a_new_one() -> None:
    lives = listing(live("1", app=OTHER_APP))
    assert elsewhere(settle([declared(), adopted("1")], lives, POLICY, known())) == [("acme/summit", OTHER_APP, None)]
    skipped = (Identity(object_id="1"),)
    assert elsewhere(settle([declared()], lives, POLICY, known(), skipped)) == [("acme/summit", OTHER_APP, None)]


def test_what_has_the_name_of_a_skipped_event_is_no_orphan() -> None:
    lives = listing(live("1", fields=NAMED), live("2", "other"))
    known_ones = Declared((), 1, skipped=(Skipped(Identity(object_id="900"), "Summit"), Skipped(Identity("x", "y"))))
    matched = ownership.match_events(Claims(known_ones, lives, POLICY, known({"1": "acme", "2": "acme"})))
    assert [orphan.live.identity.object_id for orphan in matched.orphans] == ["2"]
    assert matched.foreign == 0


@pytest.mark.parametrize(
    ("elsewhere", "left"),
    [
        (Identity(None, "summit"), ["4"]),
        (Identity("acme", "summit"), ["2", "4"]),
        (Identity("gamma", "summit"), ["1", "2", "4"]),
    ],
)
def test_a_skipped_event_claims_what_it_may_be_in_any_environment(elsewhere: Identity, left: list[str]) -> None:
    lives = listing(live("1"), live("2"), live("3", "other", app=OTHER_APP), live("4", "fair"))
    proven = known({"1": "acme", "2": "beta", "4": "acme"})
    policy = replace(POLICY, accounts=frozenset({"beta"}))
    matched = ownership.match_events(Claims(Declared((), 1, skipped=(Skipped(elsewhere),)), lives, policy, proven))
    assert [orphan.live.identity.object_id for orphan in matched.orphans] == left
    assert matched.foreign == 1
    assert matched.unclaimed == {*left, "3"}


def test_an_absent_event_that_is_not_live_is_no_new_one() -> None:
    lives = listing(live("1", app=OTHER_APP))
    assert elsewhere(settle([absent()], lives, POLICY, known())) == []
    assert list(questions([absent()], listing(), POLICY, known())) == []
    assert len(elsewhere(settle([declared()], lives, POLICY, known()))) == 1


def test_an_absent_event_speaks_against_no_new_one_under_its_account() -> None:
    lives = listing(live("1", app=OTHER_APP))
    events = [absent(), declared(account="beta")]
    assert elsewhere(settle(events, lives, POLICY, known())) == [("beta/summit", OTHER_APP, None)]


def test_nobody_asks_who_holds_the_id_of_an_absent_event_that_is_not_live() -> None:
    besides = replace(POLICY, besides=frozenset({"gamma"}))
    missed = replace(known(), misses=frozenset({("acme", "summit")}), asked=frozenset({("acme", "summit")}))
    assert list(questions([absent()], listing(live("1")), replace(besides, orphans=Orphans.IGNORE), missed)) == []
    asked = list(questions([declared()], listing(live("1")), replace(besides, orphans=Orphans.IGNORE), missed))
    assert asked == [("gamma", "summit")]


def test_an_absent_event_is_proven_before_it_is_planned() -> None:
    writing = replace(POLICY, reads_before_writing=True)
    heard = known({"9": "acme"})
    lives = listing(live("1"), live("9", "other"))
    others = [declared("other")]
    assert list(questions([absent(), *others], lives, writing, heard)) == [("acme", "summit")]
    assert list(questions([declared(fields=NAMED), *others], lives, writing, heard)) == []


def test_an_absent_event_is_no_reason_to_prove_the_changed_ones_one_by_one() -> None:
    writing = replace(POLICY, reads_before_writing=True)
    lives = listing(live("1"), live("9", "other"))
    events = [absent("gone"), declared(fields=NAMED), declared("other")]
    assert list(questions(events, lives, writing, known({"9": "acme"}))) == []


def test_an_unchanged_event_whose_account_differs_in_the_base_is_asked_for() -> None:
    before = replace(POLICY, declared_before=frozenset({Identity("beta", "summit"), Identity("acme", "fair")}))
    lives = listing(live("1"), live("2", "fair"))
    assert list(questions([declared(), declared("fair")], lives, before, known({"2": "acme"}))) == [("acme", "summit")]


def test_an_account_without_any_answer_to_an_unproven_token_is_recorded() -> None:
    lives = listing(live("1"))
    unknown = Evidence(APP, None).with_answers([(("acme", "summit"), None)], lives)
    assert settle([declared()], lives, POLICY, unknown).unanswered == {"acme"}
    assert (
        settle([declared()], lives, POLICY, known().with_answers([(("acme", "summit"), None)], lives)).unanswered
        == set()
    )
    elsewhere_asked = Evidence(APP, None).with_answers([(("acme", "other"), None)], lives)
    assert settle([declared()], lives, POLICY, elsewhere_asked).unanswered == set()


@pytest.mark.parametrize(
    ("held", "accounts"),
    [
        (live("1", app=OTHER_APP), {}),
        (live("1", app=None), {}),
        (live("1"), {"1": "beta"}),
    ],
)
def test_what_another_app_or_account_or_a_person_made_is_not_ours(held: LiveEvent, accounts: dict[str, str]) -> None:
    matched = settle([], listing(held), replace(POLICY, narrowed=True, external_account_id="acme"), known(accounts))
    assert matched.not_ours == (held,)


@pytest.mark.parametrize(("app", "accounts"), [(APP, {"1": "acme"}), (APP, {}), (None, {})])
def test_what_may_be_ours_is_not_called_others(app: int | None, accounts: dict[str, str]) -> None:
    policy = replace(POLICY, narrowed=True, external_account_id="acme")
    evidence = replace(known(accounts), app_id=app)
    assert settle([], listing(live("1")), policy, evidence).not_ours == ()


def test_an_account_that_is_not_proven_is_none_beside_which_new_ones_may_stand() -> None:
    lives, policy = listing(live("1")), replace(POLICY, besides=frozenset({"beta"}))
    missed = known().with_answers([(("acme", "summit"), None)], lives)
    assert elsewhere(settle([declared()], lives, policy, missed)) == [("acme/summit", APP, None)]
    assert ("beta", "summit") in questions([declared()], lives, policy, missed)


def test_another_apps_event_of_the_same_id_speaks_against_nothing_beside_ours() -> None:
    matched = settle([declared()], listing(live("1", app=OTHER_APP), live("2")), POLICY, known({"2": "acme"}))
    assert elsewhere(matched) == []


def test_an_event_that_is_declared_under_both_accounts_speaks_against_nothing() -> None:
    both = [declared(), declared(account="beta")]
    assert elsewhere(settle(both, listing(live("1")), POLICY, known({"1": "beta"}))) == []


def test_a_foreign_token_trusts_the_base_for_an_event_under_another_account() -> None:
    then = replace(POLICY, declared_before=frozenset({Identity("beta", "summit")}))
    matched = settle([declared()], listing(live("1")), then, Evidence(APP, OTHER_APP))
    assert [match.live for match in matched.matches] == [None]
    assert elsewhere(matched) == [("acme/summit", APP, "beta")]


# Unchanged events that need proof


def unchanged(*ids: str) -> tuple[list[DeclaredEvent], Listing]:
    """Declare events, and list an event with the same event id and fields for each."""
    lives = (live(str(number), event_id, NAMED) for number, event_id in enumerate(ids))
    return [declared(event_id, NAMED) for event_id in ids], listing(*lives)


def test_of_each_account_one_unchanged_event_is_read() -> None:
    events, lives = unchanged("a", "b", "c")
    other = declared("d", NAMED, account="beta")
    more = listing(*lives.events, live("9", "d", NAMED))
    assert list(questions([*events, other], more, POLICY, known())) == [("acme", "a"), ("beta", "d")]


def test_where_one_is_found_the_others_of_its_account_are_taken_to_be_there() -> None:
    events, lives = unchanged("a", "b", "c")
    evidence = known({"0": "acme"})
    assert list(questions(events, lives, POLICY, evidence)) == []
    matched = settle(events, lives, POLICY, evidence)
    assert (matched.diagnostics, matched.undecided) == ((), frozenset())


def test_where_one_is_not_found_every_other_of_its_account_is_read() -> None:
    events, lives = unchanged("a", "b", "c")
    missed = known().with_answers([(("acme", "a"), None)], lives)
    assert list(questions(events, lives, POLICY, missed)) == [("acme", "b"), ("acme", "c")]


def test_where_one_has_a_double_every_other_of_its_account_is_read() -> None:
    events, lives = unchanged("a", "b")
    doubled = listing(*lives.events, live("9", "a", NAMED))
    seen = known({"9": "acme"}).with_answers([(("acme", "a"), found(doubled.events[2], "acme"))], doubled)
    assert list(questions(events, doubled, POLICY, seen)) == [("acme", "b")]


def test_a_proven_token_reads_all_others_of_a_contradicted_account_however_many() -> None:
    events, lives = unchanged(*map(str, range(FEW_WITNESSES + 5)))
    missed = known().with_answers([(("acme", "0"), None)], lives)
    assert len(list(questions(events, lives, POLICY, missed))) == FEW_WITNESSES + 4


def test_a_token_of_another_app_leaves_no_unchanged_event_undecided() -> None:
    events, lives = unchanged("a", "b")
    assert settle(events, lives, POLICY, Evidence(APP, OTHER_APP)).undecided == frozenset()


def test_an_event_of_another_app_is_not_read_for_a_new_one_with_its_id() -> None:
    lives = listing(live("1", "a", app=OTHER_APP))
    policy = replace(POLICY, trusts_list=True)
    assert list(questions([declared("a")], lives, policy, known())) == []


def test_an_event_id_that_is_live_elsewhere_speaks_only_against_the_new_event() -> None:
    events = [declared("a"), declared("a", account="beta")]
    lives = listing(live("1", "a"), live("2", "a", app=OTHER_APP))
    evidence = known({"1": "acme"}).with_answers([(("beta", "a"), None)], lives)
    (elsewhere,) = settle(events, lives, POLICY, evidence).elsewhere
    assert (elsewhere.identity, elsewhere.app_id) == (Identity("beta", "a"), OTHER_APP)


def test_the_base_names_no_account_of_another_apps_event() -> None:
    policy = replace(POLICY, declared_before=frozenset({Identity("acme", "a")}))
    lives = listing(live("1", "a", app=3003))
    (elsewhere,) = settle([declared("a", account="beta")], lives, policy, Evidence(APP, OTHER_APP)).elsewhere
    assert (elsewhere.app_id, elsewhere.account_id) == (3003, None)


def test_an_unproven_token_reads_a_few_events_and_leaves_the_rest_undecided() -> None:
    events, lives = unchanged(*map(str, range(FEW_WITNESSES + 5)))
    evidence = Evidence(APP, None)
    while asked := tuple(questions(events, lives, POLICY, evidence)):
        for external in asked:
            evidence = evidence.with_answers([(external, None)], lives)
    assert len(evidence.asked) == FEW_WITNESSES
    matched = settle(events, lives, POLICY, evidence)
    assert matched.undecided == {event.identity for event in events}
    (found,) = matched.diagnostics
    assert (found.code, found.severity) == ("identity-unknown", Severity.WARNING)
    assert found.message == (
        "it is not known whether 25 declared events are as declared: events with the same ids are live, "
        "but this token finds none of them by its external ids"
    )


def test_a_found_event_whose_object_nobody_knows_shows_its_account_all_the_same() -> None:
    events, lives = unchanged("a", "b")
    evidence = known().with_answers([(("acme", "a"), LiveEvent(Identity("acme", "a"), None, NAMED))], lives)
    assert list(questions(events, lives, POLICY, evidence)) == []
    assert settle(events, lives, POLICY, evidence).diagnostics == ()


def test_an_event_that_names_no_app_is_no_warning() -> None:
    assert settle([declared()], listing(live("1", app=None)), POLICY, known()).diagnostics == ()


def test_an_adoption_that_finds_nothing_is_not_told_as_another_apps_event() -> None:
    matched = settle([adopted("9")], listing(live("1", None, app=OTHER_APP)), POLICY, known())
    assert matched.diagnostics == ()
    assert [obstacle.finding.code for obstacle in matched.obstacles] == ["object-not-live"]


def test_two_events_of_one_id_can_be_made_under_two_accounts() -> None:
    events = [declared(account="acme"), declared(account="beta")]
    matched = settle(events, listing(), POLICY, known())
    assert matched.matches == tuple(Match(event, None, proven=True) for event in events)
    assert matched.diagnostics == ()


def test_a_declaration_whose_event_is_proven_claims_no_other() -> None:
    events = [declared(account="acme", fields=NAMED), declared(account="beta", fields=NAMED)]
    lives = listing(live("1", fields=NAMED), live("2", fields=NAMED))
    matched = settle(events, lives, POLICY, known({"1": "acme"}))
    assert [(match.live and match.live.identity.object_id, match.proven) for match in matched.matches] == [
        ("1", True),
        ("2", False),
    ]


def test_one_event_id_under_two_accounts_names_two_events() -> None:
    events = [declared(account="acme"), declared(account="beta")]
    matched = settle(events, listing(live("1"), live("2")), POLICY, known({"1": "beta", "2": "acme"}))
    assert [match.live and match.live.identity for match in matched.matches] == [
        Identity("acme", "summit", "2"),
        Identity("beta", "summit", "1"),
    ]
    assert all(match.proven for match in matched.matches)


@pytest.mark.parametrize("app", [APP, OTHER_APP, None])
def test_an_adopted_event_is_meant_by_its_object_id_whoever_made_it(app: int | None) -> None:
    event, held = adopted("7", NAMED), live("7", "zoom", app=app)
    (match,) = settle([event], listing(held), POLICY, known()).matches
    assert match == Match(event, replace(held, identity=Identity(object_id="7")), proven=True)


def test_an_object_id_that_is_not_live_sets_its_event_aside() -> None:
    event = adopted("7", NAMED)
    (obstacle,) = settle([event], listing(live("1")), POLICY, known()).obstacles
    problem = obstacle.finding
    assert obstacle.event == event
    assert (problem.code, problem.severity) == ("object-not-live", Severity.ERROR)
    assert problem.message == "HubSpot holds no event with objectId 7"
    assert problem.hint == "check the id in HubSpot, or remove the declaration if the event was deleted there"
    assert problem.place == event.place


def test_two_declarations_of_one_live_event_are_both_set_aside() -> None:
    events = [declared(), adopted("1"), declared("other")]
    matched = settle(events, listing(live("1"), live("2", "other")), POLICY, known({"1": "acme", "2": "acme"}))
    assert [obstacle.event for obstacle in matched.obstacles] == events[:2]
    first, second = (obstacle.finding for obstacle in matched.obstacles)
    assert {(one.code, one.severity) for one in (first, second)} == {("declared-twice", Severity.ERROR)}
    assert first.message == "acme/summit and object 1 are the same live event"
    assert second.message == "object 1 and acme/summit are the same live event"
    assert (first.place, second.place) == (events[0].place, events[1].place)
    assert first.hint == "keep one of the two declarations; the other is at events/object-1.yaml:3:1"


def test_an_identity_that_our_own_token_cannot_tell_is_set_aside() -> None:
    matched = settle([declared()], listing(live("1"), live("2")), POLICY, known())
    (obstacle,) = matched.obstacles
    assert (obstacle.finding.code, obstacle.finding.severity) == ("identity-ambiguous", Severity.ERROR)
    assert (matched.matches, matched.diagnostics, matched.undecided) == ((), (), frozenset())


def test_an_identity_that_another_token_cannot_tell_is_left_for_apply() -> None:
    event = declared()
    matched = settle([event], listing(live("1"), live("2")), POLICY, Evidence(APP, OTHER_APP))
    (found,) = matched.diagnostics
    assert (found.code, found.severity) == ("identity-ambiguous", Severity.WARNING)
    assert not matched.obstacles
    assert matched.undecided == {event.identity}


@pytest.mark.parametrize("skipped", [Identity("acme", "summit"), Identity(object_id="1")])
def test_an_event_that_is_skipped_is_neither_an_orphan_nor_foreign(skipped: Identity) -> None:
    matched = settle([], listing(live("1"), live("2", "old")), POLICY, known({"1": "acme", "2": "acme"}), (skipped,))
    assert [orphan.live.identity.object_id for orphan in matched.orphans] == ["2"]
    assert matched.foreign == 0


# Undeclared events


def test_an_event_of_ours_that_nobody_declares_is_an_orphan() -> None:
    held = live("1", "old")
    matched = settle([], listing(held), POLICY, known({"1": "acme"}))
    assert matched.orphans == (Orphan(replace(held, identity=Identity("acme", "old", "1")), proven=True),)
    assert (matched.orphaned, matched.foreign) == (1, 0)


@pytest.mark.parametrize(
    "held",
    [live("1", "old", app=OTHER_APP), live("1", "old", app=None), live("1", None), live("1", None, app=None)],
    ids=["another app's", "nobody's", "ours without ids", "made by hand"],
)
def test_an_event_that_is_not_ours_is_foreign(held: LiveEvent) -> None:
    matched = settle([], listing(held), POLICY, known({"1": "acme"}))
    assert (matched.orphans, matched.orphaned, matched.foreign) == ((), 0, 1)


def test_an_event_of_our_app_under_an_account_that_nobody_named_is_foreign() -> None:
    matched = settle([], listing(live("1", "old")), POLICY, known({"1": "beta"}))
    assert (matched.orphans, matched.foreign) == ((), 1)


def test_an_account_that_a_declaration_names_makes_orphans_too() -> None:
    matched = settle([declared(account="beta")], listing(live("1", "old")), POLICY, known({"1": "beta"}))
    assert [orphan.live.identity for orphan in matched.orphans] == [Identity("beta", "old", "1")]


def test_a_possible_orphan_that_was_not_found_under_any_account_is_foreign() -> None:
    evidence = known().with_answers([(("acme", "old"), None)], listing(live("1", "old")))
    matched = settle([], listing(live("1", "old")), POLICY, evidence)
    assert (matched.orphaned, matched.foreign) == (0, 1)


@pytest.mark.parametrize(("then", "account"), [((), None), ((Identity("acme", "old"),), "acme")])
def test_a_foreign_token_reports_unproven_orphans_with_the_account_of_the_base(
    then: tuple[Identity, ...], account: str | None
) -> None:
    policy = replace(POLICY, declared_before=frozenset(then))
    matched = settle([], listing(live("1", "old")), policy, Evidence(APP, OTHER_APP))
    assert [(orphan.live.identity, orphan.proven) for orphan in matched.orphans] == [
        (Identity(account, "old", "1"), False)
    ]
    assert matched.foreign == 0


def test_of_several_accounts_none_is_guessed() -> None:
    matched = settle([declared(account="beta")], listing(live("1", "old")), POLICY, Evidence(APP, OTHER_APP))
    assert [orphan.live.identity.external_account_id for orphan in matched.orphans] == [None]


def test_without_any_known_account_there_are_no_orphans() -> None:
    matched = settle([], listing(live("1", "old")), Policy(app_id=APP), Evidence(APP, OTHER_APP))
    assert (matched.orphaned, matched.foreign) == (0, 1)


def test_without_a_known_app_there_are_no_orphans() -> None:
    matched = settle([], Listing(NOBODY, (live("1", "old"),)), Policy(external_account_id="acme"), Evidence(None, None))
    assert (matched.orphaned, matched.foreign) == (0, 1)


def test_orphans_that_are_ignored_are_not_counted_and_not_foreign() -> None:
    lives = listing(live("1", "old"), live("2", "old", app=OTHER_APP), live("3", None, app=None))
    matched = settle([], lives, replace(POLICY, orphans=Orphans.IGNORE), known({"1": "acme"}))
    assert (matched.orphans, matched.orphaned, matched.foreign) == ((), None, 2)


def test_without_a_known_app_an_event_made_by_hand_is_foreign_too() -> None:
    policy = Policy(external_account_id="acme", orphans=Orphans.IGNORE)
    matched = settle([], Listing(NOBODY, (live("1", None, app=None), live("2"))), policy, Evidence(None, None))
    assert matched.foreign == 2


def test_a_narrowed_run_counts_neither_orphans_nor_foreign_events() -> None:
    lives = listing(live("1", "old"), live("2", "old", app=OTHER_APP))
    matched = settle([declared()], lives, replace(POLICY, narrowed=True), known({"1": "acme"}))
    assert (matched.orphans, matched.orphaned, matched.foreign) == ((), None, None)


# Accounts


def test_settings_and_declarations_name_the_accounts_that_are_ours() -> None:
    events = [declared(account="beta"), declared("other", account="acme"), adopted("7")]
    assert known_accounts(events, Policy(external_account_id="zeta")) == ("acme", "beta", "zeta")
    assert known_accounts([adopted("7")], Policy()) == ()


# What is searched and asked


@pytest.mark.parametrize(
    ("lives", "evidence", "prefix"),
    [
        ([live("1", "summit-1"), live("2", "summit-2"), live("3", None)], known(), "summit-"),
        ([live("1", "summit-1"), live("2", "other", app=OTHER_APP)], known(), "summit-1"),
        ([live("1", "summit-1"), live("2", "sun", app=OTHER_APP)], known(), "su"),
        ([live("1", "summit-1"), live("2", "launch")], known(), ""),
        ([live("1", "summit-1", app=None)], Evidence(None, None), "summit-1"),
        ([live("1", None, app=None)], Evidence(None, None), ""),
        ([live("1", "sun")], Evidence(None, None), "sun"),
        ([], known(), ""),
    ],
)
def test_a_search_begins_with_what_all_doubtful_ids_share(
    lives: list[LiveEvent], evidence: Evidence, prefix: str
) -> None:
    assert searchable_prefix([declared("sun")], listing(*lives), evidence) == prefix


def asked(
    events: list[DeclaredEvent], *lives: LiveEvent, evidence: Evidence, policy: Policy = POLICY
) -> list[External]:
    return list(questions(events, listing(*lives), policy, evidence))


def test_an_unproven_event_is_asked_for_only_if_it_would_change() -> None:
    assert asked([declared(fields=NAMED)], live("1"), evidence=known()) == [("acme", "summit")]
    assert asked([declared(fields=NAMED)], live("1", fields=NAMED), evidence=HEARD) == []
    assert asked([declared(fields=NAMED)], live("1"), evidence=known({"1": "acme"})) == []


def test_few_events_to_be_made_are_asked_for_because_the_list_may_be_late() -> None:
    events = [declared(f"event-{number}") for number in range(FEW_CREATES + 1)]
    wanted = [("acme", f"event-{number}") for number in range(FEW_CREATES)]
    assert asked(events[:-1], evidence=known()) == wanted
    assert asked(events[:-1], evidence=replace(known(), asked=frozenset(wanted[1:]))) == wanted[:1]
    assert asked(events, evidence=known()) == []
    assert asked(events[:1], evidence=known(), policy=replace(POLICY, trusts_list=True)) == []


def test_a_new_id_that_fits_into_no_address_is_not_asked_for() -> None:
    assert asked([declared("x" * 1001)], evidence=known()) == []


def test_an_adopted_event_needs_no_question() -> None:
    assert asked([adopted("1", NAMED)], live("1", None), evidence=known()) == []


def test_while_no_app_is_known_every_match_is_doubtful() -> None:
    assert asked([declared()], live("1"), evidence=Evidence(None, None)) == [("acme", "summit")]


def test_two_events_that_one_declaration_may_mean_are_asked_for() -> None:
    assert asked([declared()], live("1"), live("2"), evidence=known()) == [("acme", "summit")]


def test_one_event_that_two_declarations_may_mean_is_asked_for() -> None:
    events = [declared(account="acme"), declared(account="beta")]
    assert asked(events, live("1"), evidence=known()) == [("acme", "summit"), ("beta", "summit")]


def test_a_possible_orphan_is_asked_for_under_every_known_account() -> None:
    events = [declared("new", account="beta")]
    new = ("beta", "new")
    assert asked(events, live("1", "old"), evidence=known()) == [("acme", "old"), ("beta", "old"), new]
    assert asked(events, live("1", "old"), evidence=known({"1": "acme"})) == [new]
    assert asked(events, live("1", None), live("2", "old", app=OTHER_APP), evidence=known()) == [new]


@pytest.mark.parametrize("policy", [replace(POLICY, narrowed=True), replace(POLICY, orphans=Orphans.IGNORE)])
def test_orphans_that_nobody_looks_for_are_not_asked_for(policy: Policy) -> None:
    assert asked([], live("1", "old"), evidence=known(), policy=policy) == []


def test_what_was_asked_is_not_asked_again() -> None:
    evidence = known().with_answers([(("acme", "summit"), None)], listing(live("1")))
    assert asked([declared(fields=NAMED)], live("1"), evidence=evidence) == []


def test_an_orphan_beside_a_declared_event_of_the_same_id_is_asked_for_once() -> None:
    lives = (live("1"), live("2"))
    evidence = known().with_answers([(("acme", "summit"), found(lives[1], "acme"))], listing(*lives))
    assert asked([declared()], *lives, evidence=evidence) == []
    assert settle([declared()], listing(*lives), POLICY, evidence).foreign == 1


def test_a_question_is_put_once_even_where_two_events_raise_it() -> None:
    assert asked([], live("1", "old"), live("2", "old"), evidence=known()) == [("acme", "old")]


def test_an_unchanged_event_is_read_as_a_witness_when_a_miss_refutes_nothing() -> None:
    missed = Evidence(APP, None).with_answers([(("acme", "old"), None)], listing())
    events = [declared(fields=NAMED), declared("launch", NAMED)]
    lives = live("1", fields=NAMED), live("2", "launch", NAMED), live("3", "old")
    assert asked(events, *lives, evidence=Evidence(APP, None)) == [("acme", "old")]
    assert asked(events, *lives, evidence=missed) == [("acme", "summit")]
    silent = missed.with_answers([(("acme", "summit"), None)], listing())
    assert asked(events, *lives, evidence=silent) == [("acme", "launch")]
    heard = missed.with_answers([(("acme", "summit"), found(lives[0], "acme"))], listing(*lives))
    matched = settle(events, listing(*lives), POLICY, heard)
    assert (matched.orphaned, matched.foreign) == (0, 1)


def test_no_witness_is_asked_for_where_an_event_of_the_account_was_found() -> None:
    missed = HEARD.with_answers([(("acme", "old"), None)], listing())
    assert asked([declared(fields=NAMED)], live("1", fields=NAMED), live("3", "old"), evidence=missed) == []


def test_a_foreign_token_asks_nothing() -> None:
    assert asked([declared(fields=NAMED)], live("1"), live("2", "old"), evidence=Evidence(APP, OTHER_APP)) == []


def test_an_adopted_event_is_protected_under_the_id_of_its_own_app() -> None:
    policy = replace(POLICY, protect=("summit*",))
    [match] = settle([adopted("1")], listing(live("1", app=OTHER_APP)), policy, known()).matches
    assert match.declared.protect


@pytest.mark.parametrize("event_id", ["search", "upsert", "delete", ".", "..", "", "x" * 1001])
def test_an_id_whose_path_means_something_else_is_never_asked_for(event_id: str) -> None:
    assert asked([], live("1", event_id), evidence=known()) == []


def test_while_no_app_is_known_no_orphan_is_asked_for() -> None:
    assert asked([], live("1", "old", app=None), evidence=Evidence(None, None)) == []


def test_a_long_id_is_asked_for_as_long_as_it_fits_into_an_address() -> None:
    assert asked([], live("1", "x" * 1000), evidence=known()) == [("acme", "x" * 1000)]
