"""The operations that read the property definitions of marketing events."""

from reconciler.sandbox import answers
from reconciler.sandbox.answers import Answer
from reconciler.sandbox.contents import Definition
from reconciler.sandbox.operations.call import Call
from reconciler.sandbox.refusals import no_object_type, no_property
from reconciler.sandbox.store import Store

OBJECT_TYPES = ("0-54", "marketing_event")
"""The names under which marketing events are known (FACTS 4.6)."""


def list_properties(store: Store, call: Call) -> Answer:
    """Return all definitions, on one page."""
    return Answer(200, {"results": [answers.defined(each, call.version) for each in _definitions(store, call)]})


def read_property(store: Store, call: Call) -> Answer:
    """Return one definition."""
    for definition in _definitions(store, call):
        if definition["name"] == call.ids["name"]:
            return Answer(200, answers.defined(definition, call.version))
    raise no_property(call.ids["name"])


def _definitions(store: Store, call: Call) -> list[Definition]:
    """Return the requested definitions: those in use, or the archived ones."""
    if call.ids["object_type"] not in OBJECT_TYPES:
        raise no_object_type(call.ids["object_type"])
    archived = call.query.get("archived") == "true"
    return [each for each in store.definitions().values() if each["archived"] is archived]
