"""The removal of a probe's event, proven by a direct read."""

from reconciler.doctor.bench import PAUSES, Bench
from reconciler.errors import AccessDenied, Rejected, Unavailable


def removed(bench: Bench) -> str | None:
    """Delete the event, unless it is gone; return why it may still be there, None if a read shows that it is gone."""
    why = "HubSpot still shows it after it was deleted"
    for pause in PAUSES:
        bench.timer.sleep(pause)
        try:
            if bench.portal.find() is None:
                return None
            bench.portal.archive()
            if bench.portal.find() is None:
                return None
        except (AccessDenied, Rejected, Unavailable) as failure:
            why = failure.message
    return why


def removed_after_loss(bench: Bench) -> str:
    """Delete the event however late it appears, because an answer was lost; return why it may still be there."""
    for pause in PAUSES:
        bench.timer.sleep(pause)
        if (why := removed(bench)) is not None:
            return why
    return "one of HubSpot's answers was lost: the event is not there now, but may still appear"
