"""House rules: what the settings ask of the ids, names and types of all events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.values.corrections import did_you_mean
from reconciler.declarations.values.expressions import Expression
from reconciler.diagnostics import Diagnostic, error
from reconciler.event import Value
from reconciler.safe_text import cut, quoted

_TYPE = "eventType"


@dataclass(frozen=True, slots=True)
class HouseRules:
    """What `names` and `eventTypes` in the settings say."""

    names: Mapping[str, Expression] = field(default_factory=dict)
    """By key, what its whole value must match."""
    event_types: tuple[str, ...] | None = None
    """The only types that may be declared; None allows any."""

    def of_name(self, key: str) -> "HouseRules":
        """Return the rules with only that of one key under `names`."""
        return HouseRules({name: rule for name, rule in self.names.items() if name == key}, self.event_types)


def broken_rules(merged: Inheritance, initial: Mapping[str, Value], rules: HouseRules) -> Iterator[Diagnostic]:
    """Yield an error for each effective value that breaks a rule, where the value stands: also in defaults."""
    for key, rule in rules.names.items():
        value = merged.values.get(key)
        if value is not None and not rule.matches(value):
            message = f"{key}: {quoted(value)} does not match names.{key} in the settings: {quoted(rule.text)}"
            hint = f"write one that does, or change names.{key} in reconciler.yaml"
            yield error("name-breaks-rule", message, merged.place(key), hint)
    if rules.event_types is not None:
        value = merged.values.get(_TYPE) or initial.get(_TYPE)
        yield from _type(value, merged, rules.event_types)


def _type(value: Value, merged: Inheritance, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    if isinstance(value, str) and value not in known:
        place = merged.place(_TYPE) if _TYPE in merged.values else merged.places[_TYPE]
        message = f"{_TYPE}: {quoted(value)} is not among eventTypes in the settings: {', '.join(map(cut, known))}"
        hint = did_you_mean(value, known) or "write one of these, or add it to eventTypes in reconciler.yaml"
        yield error("type-breaks-rule", message, place, hint)
