"""Every input is read, or refused with what is wrong with it.

The targets are those of `make fuzz`, which runs as long as it is told to; here each gets a fixed number of inputs.
"""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.keys.readers import API_VERSIONS
from reconciler.event import Declared
from reconciler.json_values import Json, Malformed
from reconciler.transport.json_text import NotJson, parsed
from tests.fuzz import declarations, github, hubspot, plain
from tests.fuzz.declarations import NAMED, SAMPLES, outcome
from tests.fuzz.mutations import TOKENS, everywhere
from tests.fuzz.targets import TARGETS, Target

targets = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@targets
def test_no_first_input_breaks_a_reader(target: Target) -> None:
    for content in target.seeds():
        target.read(content)


@targets
def test_no_bent_input_breaks_a_reader(target: Target) -> None:
    seeds = list(target.seeds())

    @settings(max_examples=target.examples)
    @given(st.sampled_from(seeds), st.integers(0, 2**32), st.sampled_from([1, 1, 2, 4]))
    def law(content: bytes, chance: int, times: int) -> None:
        random = Random(chance)
        for _ in range(times):
            content = target.mutate(content, random)
        target.read(content)

    law()


@targets
def test_no_bytes_break_a_reader(target: Target) -> None:
    @settings(max_examples=max(5, target.examples // 10))
    @given(st.binary(max_size=300))
    def law(content: bytes) -> None:
        target.read(content)

    law()


def decoded(decode: Callable[[Json], object], text: bytes) -> None:
    with suppress(NotJson, Malformed):
        plain.check(decode(parsed(text)))


@pytest.mark.parametrize(("decode", "body"), [*hubspot.DECODERS, *github.DECODERS])
def test_no_odd_value_breaks_a_decoder_wherever_it_stands(decode: Callable[[Json], object], body: Json) -> None:
    plain.check(decode(body))
    for text in everywhere(body):
        decoded(decode, text)


KEYS = (
    "eventName",
    "externalEventId",
    "objectId",
    "events",
    "defaults",
    "customProperties",
    "timezone",
    "a",
    "1",
    "? [x]",
)
VALUES = st.sampled_from(TOKENS) | st.text(max_size=8) | st.just("2027-04-15 17:00")


@st.composite
def blocks(draw: st.DrawFn, indent: int = 0, depth: int = 0) -> str:
    """Write lines that are almost YAML: nested keys and items, with anchors, tags, comments and flows among them."""
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        opening = draw(st.sampled_from(["- ", "", "", "? "]))
        begin = " " * indent + opening + draw(st.sampled_from(["", "", "", "&a ", "!x ", "'", "\t"]))
        key = draw(st.sampled_from(KEYS))
        after = draw(st.sampled_from(["", "", "", " &a", " *a", " |", " >-", " #", " !x", ","]))
        if depth < 4 and draw(st.booleans()):
            lines.append(
                f"{begin}{key}:{after}\n" + draw(blocks(indent + len(opening) + draw(st.integers(0, 3)), depth + 1))
            )
        else:
            lines.append(f"{begin}{key}: {draw(VALUES)}{after}\n")
    return "".join(lines)


@settings(max_examples=60)
@given(st.lists(blocks(), min_size=1, max_size=2).map("---\n".join))
def test_nothing_that_looks_like_yaml_breaks_a_reader(text: str) -> None:
    content = text.encode(errors="surrogatepass")
    declarations.file(content)
    declarations.defaults(content)
    declarations.settings(content)


@pytest.mark.parametrize("version", API_VERSIONS)
def test_every_answer_is_read_in_every_version_of_the_api(version: str) -> None:
    for content in hubspot.seeds():
        hubspot.read_answer(content, version)


def damaged(content: bytes, random: Random) -> tuple[bytes, int]:
    """Damage one line of a file; return the line's number too."""
    at = random.randrange(len(content))
    number = content.count(b"\n", 0, at)
    lines = content.split(b"\n")
    line = lines[number]
    odd = bytes([random.choice(b"\t\"'[]{}:#&*!|>%@`\\,-? ax0\x00\xff\x1b")])
    column = at - sum(len(before) + 1 for before in lines[:number])
    lines[number : number + 1] = random.choice(
        (
            [line[:column] + odd + line[column:]],
            [line[:column] + line[column + 1 :]],
            [line[:column] + odd + line[column + 1 :]],
            [line, line],
            [b" " * random.randint(1, 3) + line],
            [line[random.randint(1, 4) :]],
        )
    )
    return b"\n".join(lines), number + 1


def test_a_damage_is_told_within_a_line_of_where_it_is() -> None:
    """In at least 95 of 100 files; the damages are always the same, so that chance decides nothing here."""
    random = Random(1)
    near: list[bool] = []
    while len(near) < 500:
        content, line = damaged(random.choice(SAMPLES), random)
        found = outcome([NAMED, SourceFile("e.yaml", "e.yaml", content)])
        if not isinstance(found, Declared):
            near.append(any(one.place is not None and abs(one.place.line - line) <= 1 for one in found))
    assert sum(near) >= 0.95 * len(near)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound a process's memory")
def test_no_heavy_input_takes_much_memory_or_never_ends() -> None:
    """A time that grows with the square of an input's size would exceed the time limit of the tests."""
    command = [sys.executable, "-m", "tests.fuzz.heavy"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
