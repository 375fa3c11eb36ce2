"""The environments in which an event is declared; in all others it is skipped."""

from collections.abc import Collection, Iterator
from typing import cast

from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.values.corrections import did_you_mean
from reconciler.declarations.values.validators import DEFAULT
from reconciler.declarations.yaml.nodes import Sequence
from reconciler.diagnostics import Diagnostic, Place, error, info
from reconciler.event import Identity, Skipped
from reconciler.safe_text import quoted

ENVIRONMENTS = "environments"


def is_declared_in(environment: str | None, merged: Inheritance) -> bool:
    """Return whether an event is declared in an environment; None is the one without a name."""
    chosen = merged.values.get(ENVIRONMENTS)
    return chosen is None or (environment or DEFAULT) in chosen


def wrong_environments(merged: Inheritance, known: Collection[str]) -> Iterator[Diagnostic]:
    """Yield an error for each environment that the settings do not name, in every layer, and for a list of none."""
    for layer in merged.layers:
        if layer.values.get(ENVIRONMENTS) == []:
            message = "environments is empty, so the event would be declared nowhere"
            yield error("no-environment", message, layer.value_place(ENVIRONMENTS), "name one, or delete the line")
        for place, name in enumerate(layer.values.get(ENVIRONMENTS, ())):
            if name not in known and name != DEFAULT:
                node = cast("Sequence", layer.mapping.values[ENVIRONMENTS]).items[place]
                yield _unknown(name, known, Place(layer.file, node.line, node.column))


def _unknown(name: str, known: Collection[str], place: Place) -> Diagnostic:
    hint = did_you_mean(name, (*known, DEFAULT)) or "add it to environments in reconciler.yaml"
    return error("unknown-environment", f"the settings have no environment {quoted(name)}", place, hint)


def elsewhere(merged: Inheritance) -> tuple[Skipped, ...]:
    """Return the identities that a skipped event may have in the environments where it is not skipped.

    Its account id there may come from the settings, so it may be any.
    """
    own = merged.own.values
    if "externalEventId" in own:
        return (Skipped(Identity(merged.values.get("externalAccountId"), own["externalEventId"])),)
    object_id = own.get("objectId", ())
    ids = (object_id,) if isinstance(object_id, str) else dict(object_id).values()
    name = merged.values.get("eventName")
    return tuple(Skipped(Identity(object_id=one), name) for one in ids)


def skipped_events(number: int) -> Iterator[Diagnostic]:
    """Yield one line that counts the events that are declared in other environments alone."""
    if number:
        events = "1 event is" if number == 1 else f"{number} events are"
        yield info("skipped-environments", f"{events} skipped: declared in other environments alone")
