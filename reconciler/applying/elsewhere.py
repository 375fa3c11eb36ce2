"""Why events are not created whose ids are live already under another app or account id."""

from collections.abc import Sequence

from reconciler.diagnostics import Diagnostic, error
from reconciler.event import Identity


def held_elsewhere(
    ids: Sequence[Identity], app_id: int | None, account_id: str | None, our_app_id: int | None
) -> Diagnostic:
    """Return the finding that another app or account already has events with the ids of new ones."""
    first = ids[0].external_event_id
    if len(ids) == 1:
        told = f"the id of an event to create, {first}, is live already"
    else:
        told = f"the ids of {len(ids)} events to create are live already, the first is {first}"
    if app_id is None:
        hint = "give the new event another id, or declare the live one by its objectId"
        return error("guard-besides", f"{told}; HubSpot does not say which app made it", hint=hint)
    ours = app_id == our_app_id
    name = account_id if ours else str(app_id)
    if ours:
        holder = f"our app under {'another account id' if account_id is None else f'account id {account_id}'}"
        remedy = "declare that account id"
    else:
        holder, remedy = f"app {app_id}", f"use a token, and an appId, of app {app_id}"
    beside = "name that account id under besides" if name is None else f"write `besides: [{name}]`"
    hint = f"if these are meant, {remedy}; if not, {beside} in the settings"
    return error("guard-besides", f"{told}; made by {holder}", hint=hint)
