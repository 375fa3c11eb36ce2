"""The check of declared custom properties against the portal's definitions."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from reconciler.declarations.values.corrections import did_you_mean
from reconciler.diagnostics import error
from reconciler.event import CUSTOM, FIELDS, Declared, DeclaredEvent, Identity, Kind, Value
from reconciler.planning.set_aside import Obstacle
from reconciler.portal import Definition
from reconciler.safe_text import cut, quoted
from reconciler.values import OPTION_SEPARATOR, normalized

_FIELDS = frozenset(field.name for field in FIELDS)
_MOST_OPTIONS = 10
"""Most options that a hint lists."""


class Form(NamedTuple):
    """The form of a kind's declared values: fewer spellings than HubSpot allows, as they are sent unchanged."""

    pattern: re.Pattern[str]
    wanted: str
    hint: str


FORMS = {
    Kind.NUMBER: Form(re.compile(r"-?\d+(\.\d+)?", re.ASCII), "a number in plain digits", "write it like 1000 or 12.5"),
    Kind.BOOLEAN: Form(re.compile(r"true|false"), "true or false", "write true or false"),
    Kind.DATE: Form(
        re.compile(r"\d{4}-\d\d-\d\d|-?\d+", re.ASCII), "a day of the calendar", "write it like 2027-04-15"
    ),
    Kind.MOMENT: Form(
        re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)|-?\d+", re.ASCII),
        "a date and time with its offset",
        "write it like 2027-04-15T17:00:00+02:00",
    ),
}
"""The forms of the kinds of which not every text is a value."""


@dataclass(frozen=True, slots=True)
class _Misfit:
    """Why HubSpot would not keep what is declared, and what to do."""

    code: str
    message: str
    hint: str


def any_declared(declared: Declared) -> bool:
    """Return whether any event declares a custom property, also an initial one: then the definitions are needed."""
    return any(
        name.startswith(CUSTOM)
        for event in declared.events
        for fields in (event.fields, event.initial)
        for name in fields
    )


def typed(declared: Declared, definitions: Mapping[str, Definition]) -> Declared:
    """Return the declarations with the kind of each custom property, which decides how it is compared."""
    kinds = {CUSTOM + name: definition.kind for name, definition in definitions.items()}
    return replace(declared, events=tuple(_typed(event, kinds) for event in declared.events))


def misfits(declared: Declared, definitions: Mapping[str, Definition], new: Collection[Identity]) -> Iterator[Obstacle]:
    """Yield an obstacle for each custom property, declared or inherited, that HubSpot would drop or refuse.

    What is initial is checked for the `new` events alone.
    """

    @cache
    def unsettable(name: str) -> _Misfit | None:
        return _unsettable(name, definitions)

    @cache
    def misfit(name: str, value: Value, *, is_list: bool) -> _Misfit | None:
        bare = name.removeprefix(CUSTOM)
        return unsettable(bare) or _unfit(value, definitions[bare], is_list=is_list)

    for event in declared.events:
        initial = event.initial if event.identity in new else {}
        for name, value in (*event.fields.items(), *initial.items()):
            is_list = value is not None and name in event.lists
            if name.startswith(CUSTOM) and (wrong := misfit(name, value, is_list=is_list)):
                place = event.places.get(name, event.place)
                yield Obstacle(event, error(wrong.code, f"{cut(name)}: {wrong.message}", place, wrong.hint))


def why_unfit(name: str, value: str, definitions: Mapping[str, Definition]) -> str | None:
    """Return why a custom property with this value cannot be declared; None if it can."""
    misfit = _unsettable(name, definitions) or _unfit(value, definitions[name], is_list=False)
    return None if misfit is None else misfit.message


def _typed(event: DeclaredEvent, kinds: Mapping[str, Kind]) -> DeclaredEvent:
    if kinds.keys().isdisjoint(event.fields) and not event.kinds:
        return event
    return replace(event, kinds=kinds)


def _unsettable(name: str, definitions: Mapping[str, Definition]) -> _Misfit | None:
    definition = definitions.get(name)
    if definition is None:
        return _Misfit("custom-property-unknown", "the portal defines no such property", _known(name, definitions))
    if not definition.writable:
        message = "only HubSpot itself sets this property"
        return _Misfit("custom-property-read-only", message, "delete the line")
    return None


def _unfit(value: Value, definition: Definition, *, is_list: bool) -> _Misfit | None:
    # Whatever can be set can be emptied.
    wrong = _value(value, definition) if isinstance(value, str) else None
    return wrong or (_list(definition) if is_list else None)


def _list(definition: Definition) -> _Misfit | None:
    if definition.kind is Kind.OPTIONS:
        return None
    return _wrong_value("the property takes one text, not a list", "write one value, without - or brackets")


def _known(name: str, definitions: Mapping[str, Definition]) -> str:
    """Return a hint with the property that was meant, perhaps by its label; read-only ones are not suggested."""
    if name in _FIELDS:
        return "it is a key of the event itself: move it out of customProperties"
    writable = [definition for definition in definitions.values() if definition.writable]
    labelled = [definition.name for definition in writable if definition.label.casefold() == name.casefold()]
    if labelled:
        return f"did you mean {labelled[0]}?"
    nearest = did_you_mean(name, (definition.name for definition in writable))
    return nearest or "define it in HubSpot first: HubSpot drops what it does not know"


def _value(value: str, definition: Definition) -> _Misfit | None:
    if definition.kind is Kind.OPTIONS:
        return _options(value, definition)
    form = FORMS.get(definition.kind)
    if form is None or (form.pattern.fullmatch(value) and normalized(definition.kind, value) is not None):
        return None
    return _wrong_value(f"{quoted(value)} is not {form.wanted}", form.hint)


def _options(value: str, definition: Definition) -> _Misfit | None:
    """Check what is chosen; HubSpot takes a semicolon at the start as *add these* (Properties API, checkboxes)."""
    chosen = value.split(OPTION_SEPARATOR) if definition.several else [value]
    if "" in chosen:
        return _wrong_value("an option is empty", "put a semicolon between two options, and none around them")
    if definition.options is None:
        return None
    wrong = next((option for option in chosen if option not in definition.options), None)
    if wrong is None:
        return None
    parts = wrong.split(OPTION_SEPARATOR)
    if all(part in definition.options for part in parts):
        return _wrong_value(f"the property takes one option, not {len(parts)}", "choose one of them")
    return _wrong_value(f"{quoted(wrong)} is not one of its options", _option(wrong, definition.options))


def _option(wrong: str, options: Mapping[str, str]) -> str:
    """Return a hint with the option that was meant, perhaps by its label."""
    labelled = [value for value, label in options.items() if label.casefold() == wrong.casefold()]
    if labelled:
        return f"write {cut(labelled[0])}, which HubSpot shows as {cut(options[labelled[0]])}"
    return did_you_mean(wrong, options) or _choice(options)


def _choice(options: Collection[str]) -> str:
    listed = ", ".join(map(cut, options))
    return f"choose one of {listed}" if 0 < len(options) <= _MOST_OPTIONS else "look its options up in HubSpot"


def _wrong_value(message: str, hint: str) -> _Misfit:
    return _Misfit("custom-property-value", message, hint)
