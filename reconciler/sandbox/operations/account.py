"""The operations on the account: its details, its daily usage, the details of a token."""

from reconciler.sandbox import answers
from reconciler.sandbox.answers import Answer
from reconciler.sandbox.operations.call import Call
from reconciler.sandbox.reading import read_filled_text, read_json, read_object
from reconciler.sandbox.refusals import no_path, unauthorized
from reconciler.sandbox.store import Store
from reconciler.sandbox.tokens import identify


def account_details(store: Store, call: Call) -> Answer:
    """Return the details of the portal."""
    return Answer(200, answers.account_details(store.portal(), call.now))


def daily_usage(store: Store, call: Call) -> Answer:
    """Return how many requests the portal's private apps have made today."""
    return Answer(200, answers.daily_usage(store.portal(), call.requests, call.now))


def token_details(store: Store, call: Call) -> Answer:
    """Return the app that a private app's token belongs to; only the token in the body is needed."""
    if call.behaviours.token_details == "missing":  # noqa: S105  (an answer, no password)
        raise no_path()
    token = read_filled_text(read_object(read_json(call.body), "body").get("tokenKey"), "tokenKey")
    caller = identify(token)
    if caller is None:
        raise unauthorized()
    return Answer(200, answers.token_details(store.portal(), caller))
