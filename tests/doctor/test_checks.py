"""The doctor's findings for every answer of HubSpot to each question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.diagnostics import Place, error, info, warning
from reconciler.doctor.checks import READ, WRITE, Order, examine
from reconciler.doctor.findings import Finding, Verdict, exit_code
from reconciler.doctor.questions import Answers, ask, unasked
from reconciler.errors import AccessDenied, DeclarationsInvalid, ReconcilerError, Rejected, Unavailable
from reconciler.event import CUSTOM, Declared, Kind, LiveEvent
from reconciler.portal import Definition, Portal, RateLimit, Token, Usage
from tests.building import APP, NOW, OTHER_APP, POLICY, PORTAL, absent, adopted, declared, live

OK, WARNING, WRONG, UNKNOWN = Verdict
ORDER = Order(Declared((declared(),), 1), POLICY, "2026-03", NOW)
LIMITS = RateLimit(limit=190, remaining=189, interval=10.0, daily=1000, daily_remaining=900)
ANSWERS = Answers(
    replace(PORTAL, app_id=None), Token(APP, frozenset({READ, WRITE})), (live("1"),), {}, Usage(1000, 100), LIMITS
)
DOWN = Unavailable("api.hubapi.com cannot be reached: no", hint="check the network")
FORBIDDEN = AccessDenied("the token may not do this: no", hint="give the scope", status=403)
REFUSED = AccessDenied("HubSpot does not accept the token: no", hint="check it", status=401)
ABSENT = Rejected("HubSpot knows no such path", hint="check apiVersion")


UNTOLD_SCOPES = (
    "HubSpot does not show the scopes of this kind of token",
    f"look them up in HubSpot, where the token was made: {READ} for plan, {WRITE} for apply",
)
SUBJECTS = ("declarations", "token", "scopes", "portal", "app", "events", "properties", "API version", "rate limit")


def about(subject: str, order: Order = ORDER, answers: Answers = ANSWERS) -> list[Finding]:
    return [finding for finding in examine(order, answers) if finding.subject == subject]


def only(subject: str, order: Order = ORDER, answers: Answers = ANSWERS) -> tuple[Verdict, str, str | None, int]:
    (found,) = about(subject, order, answers)
    return found.verdict, found.text, found.hint, found.exit_code


def test_where_all_is_right_everything_is_told_and_nothing_is_to_do() -> None:
    found = examine(ORDER, ANSWERS)
    assert [(one.subject, one.verdict, one.hint) for one in found] == [(subject, OK, None) for subject in SUBJECTS]
    assert exit_code(found) == 0


def test_the_exit_code_is_the_first_of_the_table_whatever_comes_first_on_the_screen() -> None:
    found = [Finding("a", WRONG, "", exit_code=5), Finding("b", WRONG, "", exit_code=3), Finding("c", OK, "")]
    assert exit_code(found) == 3


# What is declared


def test_wrong_declarations_are_told_by_their_first_problem() -> None:
    problems = (error("unknown-key", "no such key", Place("a.yaml", 2)), error("x", "another"))
    order = replace(ORDER, declared=DeclarationsInvalid(problems))
    text = "2 problems in the declarations; the first: a.yaml:2:1: no such key [unknown-key]"
    assert only("declarations", order) == (WRONG, text, "reconciler validate shows them all", 3)
    assert only("events", order)[0] is UNKNOWN


def test_warnings_of_the_declarations_are_told() -> None:
    order = replace(ORDER, declared=Declared((), 1, (warning("no-events", "nothing there", hint="look"),)))
    assert [(one.verdict, one.text, one.hint) for one in about("declarations", order)] == [
        (OK, "0 events in 1 file", None),
        (WARNING, "nothing there", "look"),
    ]
    assert only("events", order) == (OK, "none is declared", None, 0)


def test_a_note_on_the_declarations_is_no_warning() -> None:
    order = replace(ORDER, declared=Declared((declared(),), 1, (info("skipped-environments", "1 event is skipped"),)))
    assert [(one.verdict, one.text) for one in about("declarations", order)][1] == (OK, "1 event is skipped")


# The way there


@dataclass
class Asked:
    """A portal that gives prepared answers, and counts its calls."""

    says: Callable[[str], Any]
    answered: bool = True
    rate_limit: RateLimit = LIMITS
    asked: tuple[str, ...] = ()

    def _answer(self, question: str) -> Any:
        self.asked += (question,)
        answer = self.says(question)
        if isinstance(answer, ReconcilerError):
            raise answer
        return answer

    def account(self) -> Portal:
        return self._answer("account")  # type: ignore[no-any-return]  # (each test gives an answer of the right type)

    def token(self) -> Token:
        return self._answer("token")  # type: ignore[no-any-return]  # (each test gives an answer of the right type)

    def events(self) -> tuple[LiveEvent, ...]:
        return self._answer("events")  # type: ignore[no-any-return]  # (each test gives an answer of the right type)

    def definitions(self) -> Mapping[str, Definition]:
        return self._answer("definitions")  # type: ignore[no-any-return]  # (each test gives an answer of the right type)

    def usage(self) -> Usage:
        return self._answer("usage")  # type: ignore[no-any-return]  # (each test gives an answer of the right type)


@pytest.mark.parametrize("failure", [DOWN, FORBIDDEN, REFUSED, ABSENT])
def test_every_question_is_asked_whatever_became_of_the_others(failure: ReconcilerError) -> None:
    portal = Asked(lambda _: failure)
    assert ask(portal) == Answers(failure, failure, failure, failure, failure, LIMITS)
    assert portal.asked == ("account", "token", "events", "definitions", "usage")


def test_answers_are_kept() -> None:
    assert ask(Asked(lambda question: getattr(ANSWERS, question))) == ANSWERS


def test_where_nothing_answers_nothing_more_is_asked() -> None:
    portal = Asked(lambda _: DOWN, answered=False)
    assert ask(portal) == unasked(DOWN)
    assert portal.asked == ("account",)


def test_what_goes_wrong_inside_is_not_taken_for_an_answer() -> None:
    with pytest.raises(ReconcilerError, match="a bug"):
        ask(Asked(lambda _: ReconcilerError("a bug")))


def test_a_portal_out_of_reach_is_wrong_and_leaves_the_rest_open() -> None:
    found = examine(ORDER, unasked(DOWN))
    assert only("HubSpot", answers=unasked(DOWN)) == (WRONG, DOWN.message, DOWN.hint, 7)
    open_ones = [one for one in found if one.verdict is UNKNOWN]
    assert [one.subject for one in open_ones] == ["token", "scopes", "portal", "app", "events", "rate limit"]
    assert {(one.text, one.hint) for one in open_ones} == {("for the same reason", None)}
    assert exit_code(found) == 7


def test_a_failed_question_that_every_plan_needs_is_wrong_and_spoils_no_other() -> None:
    for question, subject in (("account", "portal"), ("events", "events")):
        for failure in (DOWN, ABSENT):
            answers = replace(ANSWERS, **{question: failure})  # type: ignore[arg-type]  # (the key is a field name)
            assert only(subject, answers=answers) == (WRONG, failure.message, failure.hint, failure.exit_code)
            assert not about("HubSpot", answers=answers)
            assert only("token", answers=answers)[0] is OK
            assert only("rate limit", answers=answers)[0] is OK


# The token


@pytest.mark.parametrize("denied", [REFUSED, AccessDenied("HUBSPOT_ACCESS_TOKEN is not set", hint="set it")])
def test_a_token_that_is_refused_or_missing_is_wrong_and_told_once(denied: AccessDenied) -> None:
    found = examine(ORDER, unasked(denied))
    assert only("token", answers=unasked(denied)) == (WRONG, denied.message, denied.hint, 4)
    assert [one.text for one in found].count(denied.message) == 1
    assert exit_code(found) == 4


def test_details_that_are_refused_do_not_make_the_token_wrong() -> None:
    answers = replace(ANSWERS, token=REFUSED)
    assert only("token", answers=answers) == (OK, "HubSpot accepts it", None, 0)
    assert only("scopes", answers=answers) == (UNKNOWN, REFUSED.message, REFUSED.hint, 0)


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ({READ, WRITE}, (OK, f"{READ} for plan, {WRITE} for apply", None, 0)),
        (
            {READ},
            (
                WARNING,
                f"enough for plan; apply needs {WRITE} too",
                "right for a token that only plans; otherwise give its app the scope",
                0,
            ),
        ),
        ({WRITE}, (WRONG, f"plan and apply need {READ}", "give the token's app this scope", 4)),
        (None, (UNKNOWN, *UNTOLD_SCOPES, 0)),
    ],
)
def test_scopes_that_are_missing_are_told_with_what_needs_them(
    scopes: set[str] | None, expected: tuple[Verdict, str, str | None, int]
) -> None:
    token = Token(APP, None if scopes is None else frozenset(scopes))
    assert only("scopes", answers=replace(ANSWERS, token=token, events=DOWN)) == expected


def test_scopes_of_a_token_that_hubspot_has_no_details_of_are_to_be_looked_up() -> None:
    assert only("scopes", answers=replace(ANSWERS, token=ABSENT)) == (UNKNOWN, *UNTOLD_SCOPES, 0)
    assert only("scopes", answers=replace(ANSWERS, token=DOWN))[1:3] == (DOWN.message, DOWN.hint)


def test_a_scope_is_not_missed_where_reading_works_without_it() -> None:
    answers = replace(ANSWERS, token=Token(APP, frozenset({WRITE})))
    assert only("scopes", answers=answers)[0] is OK


def test_a_list_that_may_not_be_read_is_a_scope_that_is_missing() -> None:
    answers = replace(ANSWERS, events=FORBIDDEN)
    assert only("scopes", answers=answers) == (WRONG, FORBIDDEN.message, FORBIDDEN.hint, 4)
    assert only("events", answers=answers)[1] == "for the same reason"


# The portal


def test_the_declared_portal_is_named() -> None:
    assert only("portal") == (
        OK,
        "HubSpot portal 1234567 (standard), times in Europe/Berlin, as the settings declare",
        None,
        0,
    )


def test_another_portal_than_the_declared_one_is_wrong() -> None:
    verdict, text, _, code = only("portal", replace(ORDER, policy=replace(POLICY, portal=8)))
    assert (verdict, text, code) == (
        WRONG,
        "the token opens portal 1234567, but reconciler.yaml declares portal 8",
        5,
    )


def test_an_undeclared_portal_is_warned_of_because_apply_will_refuse() -> None:
    verdict, text, hint, _ = only("portal", replace(ORDER, policy=replace(POLICY, portal=None)))
    assert (verdict, text.endswith("; the settings declare none")) == (WARNING, True)
    assert hint == "if it is the right one, write `portal: 1234567` into reconciler.yaml: apply needs it"


@pytest.mark.parametrize("portal", [None, 8])
def test_any_portal_does_for_the_sandbox(portal: int | None) -> None:
    policy = replace(POLICY, portal=portal, any_portal=True)
    verdict, text, _, _ = only("portal", replace(ORDER, policy=policy))
    assert (verdict, text) == (OK, "HubSpot portal 1234567 (standard), times in Europe/Berlin")


# The app and its events


def test_a_token_of_another_app_is_warned_of() -> None:
    answers = replace(ANSWERS, token=Token(OTHER_APP, frozenset({READ, WRITE})))
    verdict, text, hint, code = only("app", answers=answers)
    said = "the token belongs to app 2002, but the settings say that our events are those of app 1001"
    assert (verdict, text, code) == (WARNING, said, 0)
    assert hint == "right for a token that only plans; apply needs one of app 1001, or another appId in reconciler.yaml"


@pytest.mark.parametrize("app_id", [None, APP])
def test_the_tokens_app_is_ours_where_the_settings_do_not_contradict(app_id: int | None) -> None:
    order = replace(ORDER, policy=replace(POLICY, app_id=app_id))
    assert only("app", order) == (OK, "the token belongs to app 1001, whose events are ours", None, 0)


@pytest.mark.parametrize(
    ("app_id", "hint"),
    [
        (None, "look its number up in HubSpot, and set appId in reconciler.yaml"),
        (APP, "the settings say app 1001, which is enough"),
    ],
)
@pytest.mark.parametrize("token", [Token(None, None), ABSENT, DOWN])
def test_a_token_whose_app_is_not_told_is_not_known(
    app_id: int | None, hint: str, token: Token | ReconcilerError
) -> None:
    order = replace(ORDER, policy=replace(POLICY, app_id=app_id))
    found = only("app", order, replace(ANSWERS, token=token))
    text = DOWN.message if token is DOWN else "HubSpot does not show which app this kind of token belongs to"
    assert found == (UNKNOWN, text, hint, 0)


def test_declared_events_are_counted_by_who_made_them() -> None:
    events = (declared("a"), declared("b"), declared("c"), declared("d"), declared("e"), adopted("9"))
    held = (live("1", "a"), live("2", "b"), live("3", "c", app=OTHER_APP), live("4", "d", app=None), live("9", "z"))
    found = only("events", replace(ORDER, declared=Declared(events, 1)), replace(ANSWERS, events=held))
    text = (
        "2 live, made by app 1001, 1 not there yet, under ids that another app uses, "
        "1 live, made by an unknown app, 1 not there yet, 1 live and adopted"
    )
    assert found == (WARNING, text, "if these are the declared events, the token or appId is wrong", 0)


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ((), "1 gone, as declared"),
        ((live("1", app=OTHER_APP),), "1 gone, as declared"),
        ((live("1"),), "1 live, made by app 1001"),
    ],
)
def test_an_absent_event_is_gone_or_live(held: tuple[LiveEvent, ...], text: str) -> None:
    order = replace(ORDER, declared=Declared((absent(),), 1))
    assert only("events", order, replace(ANSWERS, events=held)) == (OK, text, None, 0)


def test_whether_an_absent_event_is_gone_needs_the_tokens_app_where_its_id_is_live() -> None:
    order = replace(ORDER, declared=Declared((absent(),), 1), policy=replace(POLICY, app_id=None))
    verdict, text, _, _ = only("events", order, replace(ANSWERS, token=ABSENT))
    assert (verdict, text) == (WARNING, "1 live under app 1001 (the token's app is not known)")


def test_an_adopted_event_that_is_not_live_is_wrong_as_it_is_in_a_plan() -> None:
    order = replace(ORDER, declared=Declared((adopted("9"), adopted("1")), 1))
    assert only("events", order) == (WRONG, "1 live and adopted, 1 adopted, but not live", "check their objectId", 3)


def test_another_apps_event_that_cannot_be_read_is_warned_of() -> None:
    strange = replace(live("901", "zoom", app=OTHER_APP), unreadable="eventName is not a text: 7")
    found = about("events", answers=replace(ANSWERS, events=(live("1"), strange)))
    assert [(one.verdict, one.text) for one in found] == [
        (OK, f"1 live, made by app {APP}"),
        (WARNING, "object 901, of app 2002, cannot be read, so it counts as foreign: eventName is not a text: 7"),
    ]


def test_an_event_of_ours_that_cannot_be_read_is_wrong_as_it_is_in_a_plan() -> None:
    strange = replace(live("1"), unreadable="eventName is not a text: 7")
    verdict, said, _, code = only("events", answers=replace(ANSWERS, events=(strange,)))
    assert (verdict, said, code) == (
        WRONG,
        "object 1, which may be ours, cannot be read: eventName is not a text: 7",
        7,
    )


def test_without_an_app_events_are_counted_without_a_maker() -> None:
    order = replace(ORDER, policy=replace(POLICY, app_id=None))
    answers = replace(ANSWERS, token=ABSENT, events=(live("1", app=None),))
    assert only("events", order, answers)[:2] == (OK, "1 live, made by an unknown app")


def test_without_app_id_and_token_details_the_tokens_app_is_unknown() -> None:
    order = replace(ORDER, policy=replace(POLICY, app_id=None))
    assert only("events", order, replace(ANSWERS, token=ABSENT)) == (
        WARNING,
        "1 live under app 1001 (the token's app is not known)",
        "set appId in reconciler.yaml to the app that the token belongs to",
        0,
    )


# Custom properties

REGION = Definition("region", "Region", Kind.TEXT)
WITH_REGION = replace(ORDER, declared=Declared((declared(fields={f"{CUSTOM}region": "EMEA"}),), 1))


def test_custom_properties_that_fit_are_counted() -> None:
    found = only("properties", WITH_REGION, replace(ANSWERS, definitions={"region": REGION}))
    text = "1 custom one declared, all defined in the portal, with values that fit"
    assert found == (OK, text, None, 0)


def test_a_custom_property_that_the_portal_lacks_is_wrong_as_it_is_in_a_plan() -> None:
    verdict, text, hint, code = only("properties", WITH_REGION)
    assert (verdict, hint, code) == (WRONG, "reconciler plan shows them all", 3)
    assert text.startswith("1 problem; the first: events/summit.yaml:")
    assert text.endswith("[custom-property-unknown]")


def test_an_initial_custom_property_is_checked_though_the_event_is_live() -> None:
    event = replace(declared(), initial={f"{CUSTOM}region": "EMEA"})
    order = replace(ORDER, declared=Declared((event,), 1))
    assert only("properties", order)[0] is WRONG
    assert only("properties", order, replace(ANSWERS, definitions={"region": REGION}))[1].startswith("1 custom one")


def test_definitions_that_cannot_be_read_matter_only_where_a_property_is_declared() -> None:
    answers = replace(ANSWERS, definitions=FORBIDDEN)
    assert only("properties", WITH_REGION, answers) == (WRONG, FORBIDDEN.message, FORBIDDEN.hint, 4)
    assert only("properties", answers=answers) == (OK, "no custom property is declared", None, 0)


def test_properties_of_wrong_declarations_cannot_be_checked() -> None:
    assert only("properties", replace(ORDER, declared=DeclarationsInvalid((error("x", "wrong"),))))[0] is UNKNOWN


# API version and limits


def test_an_api_version_near_its_end_is_warned_of() -> None:
    verdict, text, hint, code = only("API version", replace(ORDER, api_version="2025-09"))
    assert (verdict, text, code) == (WARNING, "HubSpot supports API version 2025-09 until March 2027", 0)
    assert hint == 'set apiVersion: "2026-09" in reconciler.yaml'


@pytest.mark.parametrize(
    ("said", "usage", "expected"),
    [
        (LIMITS, ABSENT, (OK, "190 requests in 10 seconds; 900 of 1,000 are left today", None, 0)),
        (RateLimit(limit=110), ABSENT, (OK, "110 requests in 10 seconds", None, 0)),
        (RateLimit(), Usage(1000, 400), (OK, "600 of 1,000 are left today", None, 0)),
        (RateLimit(daily=1000), Usage(500, 100), (OK, "400 of 500 are left today", None, 0)),
        (RateLimit(), ABSENT, (UNKNOWN, ABSENT.message, None, 0)),
        (RateLimit(daily=5), ABSENT, (UNKNOWN, ABSENT.message, None, 0)),
        (RateLimit(), Usage(1000, 900), (OK, "100 of 1,000 are left today", None, 0)),
        (RateLimit(), Usage(10**400, 0), (OK, f"{10**400:,} of {10**400:,} are left today", None, 0)),
        (
            RateLimit(daily=1000, daily_remaining=99),
            Usage(1000, 0),
            (
                WARNING,
                "99 of 1,000 are left today",
                "all apps of the account share this limit: find out which one sends so many requests",
                0,
            ),
        ),
        (
            RateLimit(),
            Usage(1000, 1001),
            (
                WARNING,
                "0 of 1,000 are left today",
                "all apps of the account share this limit: find out which one sends so many requests",
                0,
            ),
        ),
    ],
)
def test_limits_are_told_from_the_headers_else_from_the_days_usage(
    said: RateLimit, usage: Usage | ReconcilerError, expected: tuple[Verdict, str, str | None, int]
) -> None:
    assert only("rate limit", answers=replace(ANSWERS, rate_limit=said, usage=usage)) == expected
