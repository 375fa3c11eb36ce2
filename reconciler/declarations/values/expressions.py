"""Regular expressions that a whole text must match, in a time that grows no faster than the text."""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.declarations.values.corrections import Wrong
from reconciler.safe_text import quoted

MOST_STEPS = 1_000
"""The most steps of an expression, each repetition counted out: this bounds the time for each character."""
_LONGEST = 1_000
"""The most characters of an expression."""
_MOST_KNOWN = 10_000
"""The most answers to keep of one expression, so that an odd text cannot fill the memory."""

_TOKEN = re.compile(
    r"""(?P<repeat>(?:[*+?]|\{(?:[0-9]+(?:,[0-9]*)?|,[0-9]*)\})[?+]?)
      | (?P<open>\((?:\?:|\?P<\w+>)?) (?!\?)
      | (?P<close>\))
      | (?P<other>\|)
      | (?P<begin>\^|\\A)
      | (?P<end>\$|\\[Zz])
      | (?P<one>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^bB0-9])|\[\^?\]?(?:\\.|[^\]\\])*\]|[^(\\\[])
      | (?P<unknown>\(\?<?.|\\?.)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS: Mapping[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_IGNORE_CASE = "(?i)"
_PLAIN_HINT = "correct it; a backslash before a sign such as ( [ { * + ? makes it stand for itself"
_SIMPLE_HINT = "use characters, sets such as [a-z0-9-], groups, | and the repetitions * + ? {2,5}"
_SIZE_HINT = "write smaller numbers in its braces, or * or + instead"

_END = 0
"""The state after the whole text."""

_Character = re.Pattern[str]
_Part = Callable[[int], int]
"""Adds the states of a part of an expression before the given state; returns the first of them."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression; the states that a text can be in are followed all at once, so nothing is tried twice."""

    text: str
    _states: "_States" = field(repr=False, compare=False)

    def matches(self, text: str) -> bool:
        """Return whether the whole text matches."""
        reached = self._states.first
        for character in text:
            reached = self._states.after(reached, character)
            if not reached:
                return False
        return _END in reached


def expression(text: str) -> Expression:
    """Read a regular expression in Python's syntax; raise `Wrong` if it is wrong or not supported.

    What looks ahead, behind or back is not supported, because it could make checking take very long.
    """
    if len(text) > _LONGEST:
        raise Wrong("bad-expression", f"an expression cannot be longer than {_LONGEST:,} characters", "shorten it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text)
        return Expression(text, _Reader(text).states())
    except (re.error, FutureWarning, OverflowError) as reason:
        raise Wrong("bad-expression", f"this is not a regular expression: {reason}", _PLAIN_HINT) from reason
    except RecursionError as reason:
        raise Wrong(
            "bad-expression", "its groups are nested too deeply", "write fewer groups in each other"
        ) from reason


class _States:
    """The states of an expression: each waits for a character, or leads to others at once."""

    def __init__(self) -> None:
        self._waiting: list[_Character | None] = [None]
        self._then: list[tuple[int, ...]] = [()]
        self._known: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self.first: frozenset[int] = frozenset()

    def add(self, waiting: _Character | None, *then: int) -> int:
        """Add a state, with the states that follow it; raise `Wrong` where there are too many."""
        if len(self._then) > MOST_STEPS:
            message = f"it would take too long to check: counted out it has more than {MOST_STEPS:,} steps"
            raise Wrong("bad-expression", message, _SIZE_HINT)
        self._waiting.append(waiting)
        self._then.append(then)
        return len(self._then) - 1

    def lead(self, state: int, also: int) -> None:
        """Let a state lead to another one too."""
        self._then[state] += (also,)

    def begin(self, state: int) -> None:
        """Set the state before the whole text."""
        self.first = self._at_once([state])

    def after(self, reached: frozenset[int], character: str) -> frozenset[int]:
        """Return the states that one more character leads to."""
        known = self._known.get((reached, character))
        if known is None:
            fitting = (state for state in reached if (one := self._waiting[state]) and one.fullmatch(character))
            known = self._at_once([then for state in fitting for then in self._then[state]])
            if len(self._known) < _MOST_KNOWN:
                self._known[reached, character] = known
        return known

    def _at_once(self, states: list[int]) -> frozenset[int]:
        """Return the states that wait for a character, or are the end, in and behind the given ones."""
        seen = set(states)
        while states:
            state = states.pop()
            if self._waiting[state] is None:
                fresh = [then for then in self._then[state] if then not in seen]
                seen.update(fresh)
                states += fresh
        return frozenset(state for state in seen if state == _END or self._waiting[state] is not None)


class _Reader:
    """Reads an expression that Python accepts into states."""

    def __init__(self, text: str) -> None:
        self._made = _States()
        self._flags = re.IGNORECASE if text.startswith(_IGNORE_CASE) else re.NOFLAG
        self._tokens: Iterator[tuple[str, str]] = (
            (str(token.lastgroup), token[0]) for token in _TOKEN.finditer(text.removeprefix(_IGNORE_CASE))
        )
        self._kind, self._token = "", ""

    def states(self) -> _States:
        self._next()
        part = self._branches(depth=0)
        self._made.begin(part(_END))
        return self._made

    def _next(self) -> None:
        self._kind, self._token = next(self._tokens, ("", ""))

    def _branches(self, depth: int) -> _Part:
        branches = [self._sequence(depth)]
        while self._kind == "other":
            self._next()
            branches.append(self._sequence(depth))
        return lambda then: self._made.add(None, *(branch(then) for branch in branches))

    def _sequence(self, depth: int) -> _Part:
        parts: list[_Part] = []
        while self._kind not in ("", "close", "other"):
            if self._kind == "begin" and depth == 0 and not parts:
                self._next()
            elif self._kind == "end" and depth == 0:
                self._end()
            else:
                parts.append(self._repeated(self._part(depth)))
        return lambda then: _in_a_row(parts, then)

    def _end(self) -> None:
        """Skip an end: the whole text has to match anyway."""
        token = self._token
        self._next()
        if self._kind not in ("", "other"):
            raise _unsupported(token)

    def _part(self, depth: int) -> _Part:
        kind, token = self._kind, self._token
        self._next()
        if kind == "open":
            part = self._branches(depth + 1)
            self._next()
            return part
        if kind != "one":
            raise _unsupported(token)
        one = re.compile(token, self._flags)
        return lambda then: self._made.add(one, then)

    def _repeated(self, part: _Part) -> _Part:
        if self._kind != "repeat":
            return part
        token = self._token
        self._next()
        if len(token) > 1 and token.endswith("+"):
            raise _unsupported(token)
        least, most = _bounds(token)
        return lambda then: self._copies(part, least, most, then)

    def _copies(self, part: _Part, least: int, most: int | None, then: int) -> int:
        if most is None:
            loop = self._made.add(None, then)
            self._made.lead(loop, part(loop))
            then = loop
        end = then
        for _ in range(0 if most is None else most - least):
            then = self._made.add(None, part(then), end)
        for _ in range(least):
            then = self._made.add(None, part(then))
        return then


def _in_a_row(parts: list[_Part], then: int) -> int:
    for part in reversed(parts):
        then = part(then)
    return then


def _bounds(token: str) -> tuple[int, int | None]:
    """Return how often a repetition takes place, at least and at most; None means without a bound."""
    if token[0] != "{":
        return _SIGNS[token[0]]
    least, comma, most = token.rstrip("?")[1:-1].partition(",")
    return int(least or 0), int(most) if most else None if comma else int(least)


def _unsupported(token: str) -> Wrong:
    message = f"{quoted(token)} is not supported here: it can make checking take very long"
    return Wrong("bad-expression", message, _SIMPLE_HINT)
