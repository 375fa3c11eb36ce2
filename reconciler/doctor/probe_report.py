"""The report of a probe, as text that can be pasted into an issue."""

from collections.abc import Iterator
from datetime import datetime

from reconciler.doctor.bench import Specimen
from reconciler.doctor.observations import QUESTIONS
from reconciler.doctor.probe import Probed
from reconciler.portal import Portal
from reconciler.render import phrases
from reconciler.safe_text import visible


def announcement(portal: Portal, specimen: Specimen) -> str:
    """Return what a probe is about to do, with the ids by which its event can be found whatever happens."""
    return (
        f"Probing portal {portal.id} ({portal.account_type}): one event is made, edited and deleted, and no other is "
        f"touched. Its ids: {specimen.identity} (account id/event id)."
    )


def probe_report(probed: Probed, version: str, now: datetime) -> str:
    """Return what was found out, without a token, a portal's id or an event's ids."""
    portal = probed.permission.portal
    head = f"reconciler {version}, API version {portal.api_version}, account type {portal.account_type}"
    lines = ["reconciler doctor --probe", "", f"{head}, {now:%Y-%m-%d}"]
    for observation in probed.observations:
        lines += ["", f"{observation.name}: {observation.answer}"]
        lines += [f"    {QUESTIONS[observation.name]}", f"    {observation.shown_by}"]
    lines += ["", *_end(probed)]
    return "".join(f"{visible(line)}\n" for line in lines)


def _end(probed: Probed) -> Iterator[str]:
    if probed.cause is not None:
        yield f"It ended early: {probed.cause.message}"
    yield f"Its event {'may still be there' if probed.left else 'is deleted: a direct read finds it no more'}."
    yield f"It took {phrases.count(probed.requests, 'request')}."


def leftover(probed: Probed, specimen: Specimen, address: str) -> str:
    """Return which event may be left, and how to delete it at this address; empty if none is."""
    if probed.left is None:
        return ""
    return (
        f"Error: the probe's event may still be there: {probed.left}.\n"
        f"Its ids: {specimen.identity} (account id/event id); its name begins with {specimen.name('')!r}.\n"
        "Delete it in HubSpot, or with the same token; 404 means that it is gone:\n"
        f'curl -X DELETE -H "Authorization: Bearer $HUBSPOT_ACCESS_TOKEN" "{address}"\n'
    )
