"""What reads show of a probe's new event: its text, its app, how late list and search are."""

from collections.abc import Iterator

from reconciler.doctor.bench import Bench, Specimen
from reconciler.doctor.delays import delays
from reconciler.doctor.observations import NOT_KNOWN, REFUSED, Observation, Request, delayed
from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.event import LiveEvent
from reconciler.portal import Hit, Prober, Token
from reconciler.safe_text import quoted

PAGES_OF_A_LOOK = 5
"""The pages of the list that each look reads at most: a test account holds few events."""
_BEYOND = 8
"""A search by the beginning of the event id leaves out so many characters of its end."""


def token_of(portal: Prober) -> Token | ReconcilerError:
    """Ask for the token's details; return the error that HubSpot gives instead."""
    try:
        return portal.token()
    except (Rejected, AccessDenied, Unavailable) as error:
        return error


def token_details(token: Token | ReconcilerError) -> Observation:
    """Return whether HubSpot gives the details of the token."""
    request = str(Request.TOKEN)
    match token:
        case Token(app_id=None):
            return Observation("token-details", "answers", f"{request}, but without the app")
        case Token():
            return Observation("token-details", "answers", request)
        case Unavailable():
            return Observation("token-details", NOT_KNOWN, f"{request}: {token.message}")
        case _:
            return Observation("token-details", "missing", f"{request}: {token.message}")


def sightings(
    bench: Bench, specimen: Specimen, made: LiveEvent, since: float, token: Token | ReconcilerError
) -> Iterator[Observation]:
    """Look at the event that was made at the time `since`."""
    yield _text(specimen, made)
    event_id = str(specimen.identity.external_event_id)
    looks = {
        "list-lag": lambda: bench.portal.is_listed(PAGES_OF_A_LOOK),
        "search-lag": lambda: bench.portal.search(event_id) is not None,
    }
    found = delays(looks, bench.timer, since)
    yield delayed("list-lag", f"{Request.LIST} after the create", found["list-lag"])
    yield delayed("search-lag", f"{Request.SEARCH} by the whole event id after the create", found["search-lag"])
    if (late := found["search-lag"]) is None or late.seen is None:
        yield Observation("search", NOT_KNOWN, f"{Request.SEARCH} by the whole event id found nothing")
        yield _app(token, made, None)
    else:
        yield _search(bench.portal, event_id[:-_BEYOND])
        yield _app(token, made, bench.portal.search(event_id))


def _text(specimen: Specimen, made: LiveEvent) -> Observation:
    sent, held = str(specimen.whole("")["eventDescription"]), made.fields.get("eventDescription")
    answers = {sent: "verbatim", sent.strip(): "trimmed", None: "not stored"}
    answer = answers[held] if held in answers else f"becomes {quoted(str(held))}"
    return Observation(
        "text", answer, f"{Request.READ} of an eventDescription that was sent with two spaces at each end"
    )


def _search(portal: Prober, beginning: str) -> Observation:
    request = f"{Request.SEARCH} by the event id without its last {_BEYOND} characters"
    try:
        return Observation("search", "prefix" if portal.search(beginning) else "exact", request)
    except Rejected as refusal:
        return Observation("search", REFUSED, f"{request}: {refusal.message}")


def _app(token: Token | ReconcilerError, made: LiveEvent, hit: Hit | None) -> Observation:
    told = {
        "token details": token.app_id if isinstance(token, Token) else None,
        f"appInfo of {Request.READ}": made.app_id,
        Request.SEARCH: None if hit is None else hit.app_id,
    }
    apps = sorted({app for app in told.values() if app is not None})
    sources = "; ".join(f"{source}: {'none' if app is None else app}" for source, app in told.items())
    return Observation("app", " or ".join(map(str, apps)) or NOT_KNOWN, sources)
