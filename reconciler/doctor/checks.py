"""The checks of `doctor`: HubSpot's answers judged against the declarations and the settings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.diagnostics import Severity
from reconciler.doctor.findings import Finding, Verdict, unknown, without_echoes, wrong
from reconciler.doctor.questions import Answers
from reconciler.errors import AccessDenied, DeclarationsInvalid, ReconcilerError, Refused, Rejected, Unavailable
from reconciler.event import CUSTOM, Declared, DeclaredEvent, LiveEvent
from reconciler.planning import api_support, properties
from reconciler.planning.set_aside import obstacle_findings
from reconciler.planning.unreadable import unreadable_events
from reconciler.policy import Policy, check_portal
from reconciler.portal import Definition, Token, Usage
from reconciler.render import phrases, words

READ = "crm.objects.marketing_events.read"
WRITE = "crm.objects.marketing_events.write"

_FEW = 10
"""The rate limit gets a warning if less than one in this many of a day's requests is left."""


@dataclass(frozen=True, slots=True)
class Order:
    """The declarations, settings and options that are checked."""

    declared: Declared | DeclarationsInvalid
    policy: Policy
    api_version: str
    now: datetime


def examine(order: Order, answers: Answers) -> tuple[Finding, ...]:
    """Check the order against HubSpot's answers."""
    return without_echoes(
        finding
        for judge in (
            _declarations,
            _hubspot,
            _token,
            _scopes,
            _portal,
            _app,
            _events,
            _custom_properties,
            _api_version,
            _rate_limit,
        )
        for finding in judge(order, answers)
    )


def _declarations(order: Order, _: Answers) -> Iterator[Finding]:
    if isinstance(order.declared, DeclarationsInvalid):
        first = phrases.diagnostic(order.declared.diagnostics[0])
        text = f"{order.declared.message}; the first: {first}"
        yield Finding(
            "declarations", Verdict.WRONG, text, "reconciler validate shows them all", order.declared.exit_code
        )
        return
    number = f"{phrases.count(len(order.declared.events), 'event')} in {phrases.count(order.declared.files, 'file')}"
    yield Finding("declarations", Verdict.OK, number)
    for diagnostic in order.declared.diagnostics:
        verdict = Verdict.OK if diagnostic.severity is Severity.INFO else Verdict.WARNING
        yield Finding("declarations", verdict, diagnostic.message, diagnostic.hint)


def _hubspot(_: Order, answers: Answers) -> Iterator[Finding]:
    """Report HubSpot as wrong if it gives neither the account nor the list: no plan can be made without them."""
    if isinstance(answers.account, Unavailable) and isinstance(answers.events, Unavailable):
        yield wrong("HubSpot", answers.account)


def _token(_: Order, answers: Answers) -> Iterator[Finding]:
    needed = (answers.account, answers.events)
    for answer in needed:
        if isinstance(answer, AccessDenied) and answer.status != 403:
            yield wrong("token", answer)
            return
    if isinstance(answers.account, Unavailable) and isinstance(answers.events, Unavailable):
        yield unknown("token", answers.account)
    else:
        yield Finding("token", Verdict.OK, "HubSpot accepts it")


def _scopes(_: Order, answers: Answers) -> Iterator[Finding]:
    if isinstance(answers.events, AccessDenied) and answers.events.status == 403:
        yield wrong("scopes", answers.events)
        return
    match answers.token:
        case Token(scopes=frozenset() as granted):
            yield _granted(granted, can_read=isinstance(answers.events, tuple))
        case Token() | Rejected():
            text = "HubSpot does not show the scopes of this kind of token"
            hint = f"look them up in HubSpot, where the token was made: {READ} for plan, {WRITE} for apply"
            yield Finding("scopes", Verdict.UNKNOWN, text, hint)
        case reason:
            yield unknown("scopes", reason)


def _granted(scopes: frozenset[str], *, can_read: bool) -> Finding:
    if READ not in scopes and not can_read:
        hint = "give the token's app this scope"
        return Finding("scopes", Verdict.WRONG, f"plan and apply need {READ}", hint, AccessDenied.exit_code)
    if WRITE not in scopes:
        text = f"enough for plan; apply needs {WRITE} too"
        return Finding(
            "scopes", Verdict.WARNING, text, "right for a token that only plans; otherwise give its app the scope"
        )
    return Finding("scopes", Verdict.OK, f"{READ} for plan, {WRITE} for apply")


def _portal(order: Order, answers: Answers) -> Iterator[Finding]:
    portal = answers.account
    if isinstance(portal, ReconcilerError):
        yield wrong("portal", portal)
        return
    try:
        check_portal(order.policy, portal.id)
    except Refused as refused:
        yield wrong("portal", refused)
        return
    if order.policy.portal is None and not order.policy.any_portal:
        hint = f"if it is the right one, write `portal: {portal.id}` into reconciler.yaml: apply needs it"
        yield Finding("portal", Verdict.WARNING, f"{words.portal(portal)}; the settings declare none", hint)
        return
    declared = ", as the settings declare" if order.policy.portal == portal.id else ""
    yield Finding("portal", Verdict.OK, words.portal(portal) + declared)


def _app(order: Order, answers: Answers) -> Iterator[Finding]:
    ours, token = order.policy.app_id, _token_app(answers)
    if token is None:
        look = "look its number up in HubSpot, and set appId in reconciler.yaml"
        hint = look if ours is None else f"the settings say app {ours}, which is enough"
        yield Finding("app", Verdict.UNKNOWN, _why_unknown(answers.token), hint)
    elif ours not in (None, token):
        text = f"the token belongs to app {token}, but the settings say that our events are those of app {ours}"
        hint = f"right for a token that only plans; apply needs one of app {ours}, or another appId in reconciler.yaml"
        yield Finding("app", Verdict.WARNING, text, hint)
    else:
        yield Finding("app", Verdict.OK, f"the token belongs to app {token}, whose events are ours")


def _why_unknown(token: Token | ReconcilerError) -> str:
    """Return why the token's app is not known: HubSpot names it for some kinds of tokens, and refuses others."""
    if isinstance(token, Token | Rejected):
        return "HubSpot does not show which app this kind of token belongs to"
    return token.message


def _token_app(answers: Answers) -> int | None:
    return answers.token.app_id if isinstance(answers.token, Token) else None


def _events(order: Order, answers: Answers) -> Iterator[Finding]:
    if isinstance(answers.events, ReconcilerError):
        yield wrong("events", answers.events)
    elif isinstance(order.declared, DeclarationsInvalid):
        yield Finding("events", Verdict.UNKNOWN, "the declarations are wrong, so no event can be looked up")
    else:
        yield from _readable(order.declared, answers.events, order.policy.app_id or _token_app(answers))


def _readable(declared: Declared, live: tuple[LiveEvent, ...], app_id: int | None) -> Iterator[Finding]:
    try:
        unreadable = unreadable_events(live, declared.events, app_id)
    except Unavailable as reason:
        yield wrong("events", reason)
        return
    yield _counted(declared, live, app_id)
    for diagnostic in unreadable:
        yield Finding("events", Verdict.WARNING, diagnostic.message, diagnostic.hint)


def _counted(declared: Declared, live: tuple[LiveEvent, ...], app_id: int | None) -> Finding:
    makers: dict[str | None, set[int | None]] = {}
    for event in live:
        makers.setdefault(event.identity.external_event_id, set()).add(event.app_id)
    objects = {event.identity.object_id for event in live}
    adopted = [event for event in declared.events if event.identity.external is None]
    gone = sum(event.identity.object_id not in objects for event in adopted)
    states = [_state(event, makers, app_id) for event in declared.events if event.identity.external is not None]
    parts = [(states.count(state), state) for state in dict.fromkeys(states)]
    parts += [(len(adopted) - gone, "live and adopted"), (gone, "adopted, but not live")]
    text = ", ".join(f"{number} {what}" for number, what in parts if number) or "none is declared"
    if gone:
        return Finding("events", Verdict.WRONG, text, "check their objectId", DeclarationsInvalid.exit_code)
    if _OTHERS in states:
        hint = "if these are the declared events, the token or appId is wrong"
        return Finding("events", Verdict.WARNING, text, hint)
    if any(state.endswith(_OPEN) for state in states):
        hint = "set appId in reconciler.yaml to the app that the token belongs to"
        return Finding("events", Verdict.WARNING, text, hint)
    return Finding("events", Verdict.OK, text)


_OTHERS = "not there yet, under ids that another app uses"
_OPEN = "(the token's app is not known)"


def _state(event: DeclaredEvent, makers: dict[str | None, set[int | None]], app_id: int | None) -> str:
    """Return the state of a declared event by the list alone, which contains no account ids."""
    apps = makers.get(event.identity.external_event_id, set())
    if event.absent and (not apps or app_id not in (None, *apps)):
        return "gone, as declared"
    if not apps:
        return "not there yet"
    if app_id is None and (known := sorted(app for app in apps if app is not None)):
        return f"live under app {', '.join(map(str, known))} {_OPEN}"
    if app_id is None or (None in apps and app_id not in apps):
        return "live, made by an unknown app"
    return f"live, made by app {app_id}" if app_id in apps else _OTHERS


def _custom_properties(order: Order, answers: Answers) -> Iterator[Finding]:
    if isinstance(order.declared, DeclarationsInvalid):
        yield Finding("properties", Verdict.UNKNOWN, "the declarations are wrong, so nothing can be checked")
    elif not properties.any_declared(order.declared):
        yield Finding("properties", Verdict.OK, "no custom property is declared")
    elif isinstance(answers.definitions, ReconcilerError):
        yield wrong("properties", answers.definitions)
    else:
        yield _fitting(order.declared, answers.definitions)


def _fitting(declared: Declared, definitions: Mapping[str, Definition]) -> Finding:
    fields = (name for event in declared.events for name in (*event.fields, *event.initial))
    names = {name for name in fields if name.startswith(CUSTOM)}
    every = {event.identity for event in declared.events}
    misfits = list(obstacle_findings(properties.misfits(declared, definitions, every)))
    if not misfits:
        text = f"{phrases.count(len(names), 'custom one')} declared, all defined in the portal, with values that fit"
        return Finding("properties", Verdict.OK, text)
    text = f"{phrases.count(len(misfits), 'problem')}; the first: {phrases.diagnostic(misfits[0])}"
    return Finding("properties", Verdict.WRONG, text, "reconciler plan shows them all", DeclarationsInvalid.exit_code)


def _api_version(order: Order, _: Answers) -> Iterator[Finding]:
    warnings = list(api_support.support_warnings(order.api_version, order.now))
    if not warnings:
        yield Finding("API version", Verdict.OK, api_support.support(order.api_version))
    for warning in warnings:
        yield Finding("API version", Verdict.WARNING, warning.message, warning.hint)


def _rate_limit(_: Order, answers: Answers) -> Iterator[Finding]:
    rate_limit = answers.rate_limit
    daily, left = rate_limit.daily, rate_limit.daily_remaining
    if isinstance(answers.usage, Usage) and (daily is None or left is None):
        daily, left = answers.usage.limit, max(0, answers.usage.limit - answers.usage.used)
    parts = []
    if rate_limit.limit is not None:
        parts.append(f"{rate_limit.limit:,} requests in {rate_limit.interval or 10:g} seconds")
    if daily is not None and left is not None:
        parts.append(f"{left:,} of {daily:,} are left today")
    if not parts:
        reason = answers.usage.message if isinstance(answers.usage, ReconcilerError) else "HubSpot does not say"
        yield Finding("rate limit", Verdict.UNKNOWN, reason)
    elif daily is not None and left is not None and left * _FEW < daily:
        hint = "all apps of the account share this limit: find out which one sends so many requests"
        yield Finding("rate limit", Verdict.WARNING, "; ".join(parts), hint)
    else:
        yield Finding("rate limit", Verdict.OK, "; ".join(parts))
