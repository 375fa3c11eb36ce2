"""Open questions about HubSpot's behaviour, each with its possible answers, one of which is in force.

A question is named as it is written, such as `empty-text`; its field here is `empty_text`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from reconciler.sandbox import SandboxError
from reconciler.sandbox.refusals import invalid

LONGEST_LAG = 3600
"""Maximum value of `list-lag`, in seconds."""


@dataclass(frozen=True)
class Behaviours:
    """The answers in force; the defaults are those that reports or HubSpot's descriptions suggest."""

    upsert: Literal["replace", "keep"] = "replace"
    """Whether an upsert empties the optional fields that it omits, or keeps them."""
    empty_text: Literal["clears", "ignored"] = "clears"
    """Whether `""` empties an optional text or a custom property, or is ignored."""
    search: Literal["prefix", "exact"] = "prefix"
    """Whether a search finds the external event ids that begin with the text, or only the one that equals it."""
    patch_flags: Literal["keep", "reset"] = "keep"
    """Whether a PATCH by external ids keeps a flag that it omits, or resets it to false."""
    text: Literal["verbatim", "trimmed"] = "verbatim"
    """Whether texts and values of custom properties keep their leading and trailing white space."""
    token_details: Literal["answers", "missing"] = "answers"  # noqa: S105  (an answer, no password)
    """Whether the call for a token's details works for this kind of token."""
    list_lag: float = 0
    """Delay of the list in seconds; reads of one event and searches have none."""

    def shown(self) -> Mapping[str, object]:
        """Return each question with the answer in force."""
        return {_written(field.name): getattr(self, field.name) for field in fields(self)}


def parse(texts: Iterable[str]) -> Behaviours:
    """Parse answers such as `upsert=keep`, where a later one wins; raise SandboxError for anything else."""
    behaviours = Behaviours()
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise SandboxError(f"the behaviour {text!r} is not NAME=VALUE, such as upsert=keep")
        try:
            behaviours = _answered(behaviours, name, _number(value) if name == "list-lag" else value)
        except ValueError as error:
            raise SandboxError(f"the behaviour {text!r} is none: {error}") from error
    return behaviours


def changed(behaviours: Behaviours, answers: Mapping[str, object]) -> Behaviours:
    """Return behaviours with other answers; raise HubSpotError for an unknown one."""
    for name, value in answers.items():
        try:
            behaviours = _answered(behaviours, name, value)
        except ValueError as error:
            raise invalid(str(error), name) from error
    return behaviours


def _number(text: str) -> object:
    """Return the number in a text, or the text itself if it is not a number."""
    try:
        return float(text)
    except ValueError:
        return text


def _answered(behaviours: Behaviours, name: str, value: object) -> Behaviours:
    if name not in behaviours.shown():
        raise ValueError(f"{name!r} is not one of {', '.join(behaviours.shown())}")
    _check(name, value)
    answer: dict[str, Any] = {_field(name): value}
    return replace(behaviours, **answer)


def _check(name: str, value: object) -> None:
    answers = get_args(get_type_hints(Behaviours)[_field(name)])
    if answers and value not in answers:
        raise ValueError(f"{name} is {' or '.join(answers)}, not {value!r}")
    if not answers and not _is_a_lag(value):
        raise ValueError(f"{name} is a number of seconds from 0 to {LONGEST_LAG}, not {value!r}")


def _is_a_lag(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST_LAG


def _field(name: str) -> str:
    return name.replace("-", "_")


def _written(field: str) -> str:
    return field.replace("_", "-")
