"""Fault rules parsed from JSON.

A list of `{"method", "path", "nth" or "every" or "probability" with "seed", "fault"}`:

- `method` is a method or `*`, `path` a glob of the path as it is sent, without its query; left out, they match all;
- `nth: 3` hits the third matching request, `every: 3` each third, `probability: 0.1` with `seed: 7` about each tenth;
- `fault` is an object with one of these keys, and `delay` beside it or alone:
  - `delay`: milliseconds that pass before anything else happens;
  - `status`: an HTTP status from 200 to 599, with HubSpot's body for it. It may have `headers` (values are texts, or
    lists of texts for a header that comes several times), `body` (a text is sent as it is, anything else as JSON),
    `policyName` (of a 429) and `done: true`: the request is carried out first;
  - `drop-before: true`, `drop-after: true`: the connection is cut before, or after, the request is carried out;
  - `truncate: true`: the request is carried out, but the connection is cut in the middle of the answer's body; an
    answer without a body is not sent at all;
  - `empty-results: true`: an upsert or update of a batch answers 200 COMPLETE without results and stores nothing;
    a list or a search shows nothing;
  - `partial: {"every": 2}` or `partial: {"items": [1, 3]}`: these items of a batch, counted from 1, fail;
  - `shift: {"appear": {...}}`: right after a page of the list is read, an event in the form of a seed is created;
    without an objectId it gets the next one; it is created only once under one identity. `shift: {"vanish": "7"}`: the
    event with this objectId is deleted. The next page continues by position, as in a list without cursors: a deletion
    on the page read makes it skip an event, an addition there makes it repeat one.

A request counts for a rule only if the fault can apply to it: `partial` to a batch, `shift` to the list. Control paths
get no faults.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, get_args

from reconciler.sandbox import SandboxError
from reconciler.sandbox.bodies import MAX_BATCH
from reconciler.sandbox.faults import (
    ANY,
    Appear,
    Body,
    DropAfter,
    DropBefore,
    EmptyResults,
    Every,
    Fault,
    Inside,
    Nth,
    OnTheWay,
    Partial,
    Policy,
    Probability,
    Rule,
    Status,
    Truncate,
    Vanish,
)
from reconciler.sandbox.reading import (
    read_filled_text,
    read_json,
    read_list,
    read_object,
    read_object_id,
    read_text,
    read_whole,
)
from reconciler.sandbox.refusals import HubSpotError, invalid
from reconciler.sandbox.seed import read_event

MOST_RULES = 1000
LONGEST_GLOB = 1000
LONGEST_DELAY_MS = 3_600_000

_METHODS = (ANY, "DELETE", "GET", "PATCH", "POST", "PUT")
_COUNTS = range(1, 10**9)
_BODILESS = (204, 205, 304)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"([!-~]([\t -~]*[!-~])?)?")
_FRAMING = ("content-length", "transfer-encoding", "connection", "upgrade")

_Item = Mapping[str, Any]
_Effect = OnTheWay | Inside

_PLAIN: Mapping[str, _Effect] = {
    "drop-before": DropBefore(),
    "drop-after": DropAfter(),
    "truncate": Truncate(),
    "empty-results": EmptyResults(),
}
_BESIDE_STATUS = ("headers", "body", "policyName", "done")


def rules_of(file: Path | None, now: int) -> list[Rule]:
    """Read the rules of a file, if there is one; raise SandboxError if it cannot be read or is wrong."""
    if file is None:
        return []
    try:
        return read_rules(file.read_bytes(), now)
    except OSError as error:
        raise SandboxError(f"{file} cannot be read: {error.strerror}") from error
    except HubSpotError as error:
        raise SandboxError(f"{file}: {error}") from error


def read_rules(text: bytes, now: int) -> list[Rule]:
    """Parse the rules of a JSON text; raise HubSpotError, which names the entry, if one is wrong."""
    items = read_list(read_json(text), "faults")
    if len(items) > MOST_RULES:
        raise invalid(f"faults holds {len(items)} rules, at most {MOST_RULES} are allowed", "faults")
    return [_rule(item, f"faults[{index}]", now) for index, item in enumerate(items)]


def _rule(value: object, place: str, now: int) -> Rule:
    item = read_object(value, place)
    _refuse_unknown(item, {"method", "path", "nth", "every", "probability", "seed", "fault"}, place)
    return Rule(
        method=_one_of(item.get("method", ANY), _METHODS, f"{place}.method"),
        path=_glob(item.get("path", ANY), f"{place}.path"),
        when=_when(item, place),
        fault=_fault(read_object(item.get("fault"), f"{place}.fault"), f"{place}.fault", now),
    )


def _refuse_unknown(item: _Item, known: Collection[str], place: str) -> None:
    for key in item:
        if key not in known:
            raise invalid(f"{place} has an unknown key {key!r}", place)


def _one_of(value: object, known: Collection[str], place: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise invalid(f"{place} must be one of {', '.join(known)}", place)
    return value


def _glob(value: object, place: str) -> str:
    glob = read_filled_text(value, place)
    if len(glob) > LONGEST_GLOB:
        raise invalid(f"{place} is longer than {LONGEST_GLOB} characters", place)
    return glob


def _when(item: _Item, place: str) -> Nth | Every | Probability:
    given = [key for key in ("nth", "every", "probability") if key in item]
    if len(given) != 1:
        raise invalid(f"{place} needs one of nth, every, probability", place)
    if given == ["probability"]:
        return Probability(_share(item["probability"], f"{place}.probability"), _seed(item, place))
    if "seed" in item:
        raise invalid(f"{place}.seed belongs to a probability", place)
    number = read_whole(item[given[0]], f"{place}.{given[0]}", _COUNTS)
    return Nth(number) if given == ["nth"] else Every(number)


def _share(value: object, place: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise invalid(f"{place} must be a number from 0 to 1", place)
    return value


def _seed(item: _Item, place: str) -> int:
    if "seed" not in item:
        raise invalid(f"{place} needs a seed beside its probability, so that it can be played again", place)
    return read_whole(item["seed"], f"{place}.seed", range(2**63))


def _fault(item: _Item, place: str, now: int) -> Fault:
    effects = [key for key in item if key in _READERS or key in _PLAIN]
    _refuse_unknown(item, {"delay", *_PLAIN, *_READERS, *_BESIDE_STATUS}, place)
    if len(effects) > 1 or not (effects or "delay" in item):
        kinds = ", ".join(("delay", *_PLAIN, *_READERS))
        raise invalid(f"{place} needs one of {kinds}; delay may stand beside another", place)
    stray = [key for key in _BESIDE_STATUS if key in item and effects != ["status"]]
    if stray:
        raise invalid(f"{place}.{stray[0]} belongs to a status", place)
    delay = read_whole(item.get("delay", 0), f"{place}.delay", range(LONGEST_DELAY_MS + 1))
    words = [word for word in ("delay", *effects, "done") if word in item]
    return Fault("+".join(words), delay, _effect(effects[0], item, place, now) if effects else None)


def _effect(name: str, item: _Item, place: str, now: int) -> _Effect:
    if name in _PLAIN:
        _true(item, name, place)
        return _PLAIN[name]
    return _READERS[name](item, place, now)


def _true(item: _Item, name: str, place: str) -> bool:
    if item[name] is not True:
        raise invalid(f"{place}.{name} must be true", place)
    return True


def _status(item: _Item, place: str, _now: int) -> Status:
    code = read_whole(item["status"], f"{place}.status", range(200, 600))
    if "body" in item and code in _BODILESS:
        raise invalid(f"{place}.body: a {code} has none", place)
    if "policyName" in item and code != 429:
        raise invalid(f"{place}.policyName belongs to a 429", place)
    return Status(
        code=code,
        done="done" in item and _true(item, "done", place),
        headers=_headers(item.get("headers", {}), f"{place}.headers"),
        body=_body(item["body"], f"{place}.body") if "body" in item else None,
        policy=_policy(item.get("policyName", "TEN_SECONDLY_ROLLING"), f"{place}.policyName"),
    )


def _policy(value: object, place: str) -> Policy:
    for policy in get_args(Policy):
        if value == policy:
            return policy  # type: ignore[no-any-return]  # (get_args loses the literals)
    raise invalid(f"{place} must be one of {', '.join(get_args(Policy))}", place)


def _headers(value: object, place: str) -> tuple[tuple[str, str], ...]:
    headers = read_object(value, place)
    lists = {name: each if isinstance(each, list) else [each] for name, each in headers.items()}
    return tuple((name, _header(name, text, place)) for name, texts in lists.items() for text in texts)


def _header(name: str, value: object, place: str) -> str:
    if not _HEADER.fullmatch(name) or name.lower() in _FRAMING:
        raise invalid(f"{place}: {name!r} is no header that a fault may set", place)
    text = read_text(value, f"{place}.{name}")
    if not _HEADER_VALUE.fullmatch(text):
        raise invalid(f"{place}.{name} must be printable ASCII without white space at its ends", place)
    return text


def _body(value: object, place: str) -> Body:
    if isinstance(value, str):
        return Body(value.encode(), "text/plain; charset=utf-8")
    try:
        return Body(json.dumps(value, allow_nan=False).encode(), "application/json")
    except ValueError as error:
        raise invalid(f"{place} holds a number that JSON has not; send it as a text", place) from error


def _partial(item: _Item, place: str, _now: int) -> Partial:
    place = f"{place}.partial"
    given = read_object(item["partial"], place)
    if set(given) == {"every"}:
        step = read_whole(given["every"], f"{place}.every", _COUNTS)
        return Partial(frozenset(range(step, MAX_BATCH + 1, step)))
    if set(given) == {"items"}:
        numbers = read_list(given["items"], f"{place}.items")
        return Partial(frozenset(read_whole(each, f"{place}.items", range(1, MAX_BATCH + 1)) for each in numbers))
    raise invalid(f"{place} needs either every or items", place)


def _shift(item: _Item, place: str, now: int) -> Appear | Vanish:
    place = f"{place}.shift"
    given = read_object(item["shift"], place)
    if set(given) == {"appear"}:
        event = read_event(given["appear"], f"{place}.appear", now)
        return Appear(event, event.object_id or None)
    if set(given) == {"vanish"}:
        object_id = read_object_id(given["vanish"])
        if object_id is None:
            raise invalid(f"{place}.vanish must be an objectId", place)
        return Vanish(object_id)
    raise invalid(f"{place} needs either appear or vanish", place)


_READERS: Mapping[str, Callable[[_Item, str, int], _Effect]] = {
    "status": _status,
    "partial": _partial,
    "shift": _shift,
}
