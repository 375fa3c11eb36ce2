"""Rules of reading YAML that the catalogue cannot show."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Self, SupportsIndex, cast

import pytest
import yaml

from reconciler.declarations.yaml.characters import REPORTED_AT_MOST
from reconciler.declarations.yaml.events import events_of
from reconciler.declarations.yaml.nodes import Mapping, Scalar
from reconciler.declarations.yaml.strict_yaml import REPEATED, _Tree, read
from reconciler.errors import DeclarationsInvalid, Interrupted

SCRIPT = """
from reconciler.declarations.yaml.strict_yaml import read
from reconciler.errors import ReconcilerError
try:
    read(b"a: b", "a.yaml")
except ReconcilerError as refused:
    print(refused.message)
"""


def codes(content: str) -> list[str]:
    return [problem.code for problem in read(content.encode(), "a.yaml").problems]


def test_without_libyaml_nothing_is_read(tmp_path: Path) -> None:
    """PyYAML's own parser recurses, and reads some files differently."""
    installed = Path(yaml.__file__).parent
    shutil.copytree(installed, tmp_path / "yaml", ignore=shutil.ignore_patterns("*.so", "*.pyd"))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    ended = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout == "this installation of PyYAML lacks libyaml, which is needed to read the files\n"


def test_whatever_the_parser_raises_is_a_problem() -> None:
    """No text that gets this far makes libyaml's reader fail, as far as anybody knows."""
    with pytest.raises(DeclarationsInvalid) as raised:
        list(events_of("\ufffe", "a.yaml"))
    (problem,) = raised.value.diagnostics
    assert (str(problem.place), problem.code) == ("a.yaml:1:1", "yaml-syntax")


def test_a_signal_while_a_file_is_parsed_is_no_problem_of_the_file() -> None:
    parsing = cast("Generator[yaml.Event]", events_of("a: b", "a.yaml"))
    next(parsing)
    with pytest.raises(Interrupted):
        parsing.throw(Interrupted(signal.SIGTERM))


def test_a_binary_file_is_not_a_million_problems() -> None:
    assert codes("\0" * 1_000_000) == ["control-character"] * REPORTED_AT_MOST
    assert codes('"' + "\\0" * 300_000 + '"') == ["control-character"] * REPORTED_AT_MOST


def test_references_may_repeat_up_to_the_bound() -> None:
    """A list of nine texts counts as ten values, and so does each reference to it."""
    items = "- " + "\n- ".join(["*nine"] * (REPEATED // 10))
    assert codes(f"- &nine [1, 2, 3, 4, 5, 6, 7, 8, 9]\n{items}\n") == []
    assert codes(f"- &nine [1, 2, 3, 4, 5, 6, 7, 8, 9]\n{items}\n- *nine\n") == ["too-many-aliases"]


@pytest.mark.parametrize(
    "content",
    [
        "[" * 500_000,
        "- " * 250_000,
        "{a: " * 125_000,
        "? " * 250_000,
        "- a\n" * 125_000,
        "a: b\n" * 100_000,
        "".join(f"- &a{number} x\n" for number in range(40_000)),
        "- &x y\n" + "- *x\n" * 100_000,
        "- *x\n" * 100_000,
        '- "\\0"\n' * 60_000,
        "'" * 500_000,
        "a" * 500_000 + ": b",
        "---\n" * 125_000,
        "!" * 500_000,
        "|\n" + " \n" * 250_000,
    ],
    ids=lambda content: content[:12],
)
def test_no_large_file_takes_long(content: str) -> None:
    """A time that grows with the square of a file's size would exceed the time limit of the tests."""
    read(content.encode(), "a.yaml")


class Counting(str):
    """A text that counts how much of it is copied."""

    __slots__ = ("copied",)
    copied: int

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.copied = 0
        return made

    def __getitem__(self, place: SupportsIndex | slice) -> str:
        part = super().__getitem__(place)
        self.copied += len(part)
        return part


@pytest.mark.parametrize("line", ["a:\n", "- {a, b, c: d}\n", '- "\\0"\n', "-\n", "&a b: *c\n", "? [a]\n: b\n"])
def test_what_is_told_of_one_line_takes_a_look_at_that_line_alone(line: str) -> None:
    text = line * 1000
    tree = _Tree(text, "a.yaml", [])
    tree.text = Counting(text)
    list(tree.documents())
    assert tree.problems
    assert isinstance(tree.text, Counting)
    assert tree.text.copied < 500 * 1000


def test_nodes_tell_where_they_stand_and_whether_they_are_plain() -> None:
    reading = read(b"a: 'b'\n---\n- {c: d}\n", "a.yaml")
    first, second = reading.documents
    assert first == Mapping(
        keys={"a": Scalar("a", plain=True, line=1, column=1)},
        values={"a": Scalar("b", plain=False, line=1, column=4)},
        whole=True,
        line=1,
        column=1,
    )
    assert (second.line, second.column) == (3, 1)
