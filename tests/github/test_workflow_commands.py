"""The runner reads our annotations, masks and outputs from a log and an output file, and nothing else."""

import re
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.errors import ReconcilerError
from reconciler.github.workflow_commands import (
    MOST_CHARACTERS,
    MOST_OF_A_KIND,
    Annotation,
    Level,
    annotations,
    masks,
    output,
)
from tests.github.runner_parser import WHITE_SPACE, Command, NoOutput, commands, outputs
from tests.hostile import anything


@st.composite
def some_annotations(draw: st.DrawFn) -> Annotation:
    return Annotation(
        draw(st.sampled_from(Level)),
        draw(anything),
        draw(anything),
        draw(st.one_of(st.none(), st.text(min_size=1))),
        draw(st.one_of(st.none(), st.integers(1, 10**6))),
        draw(st.one_of(st.none(), st.integers(1, 10**6))),
    )


def as_read(one: Annotation) -> Command:
    """Return an annotation as the runner reads it: it trims, and drops leading equals signs."""
    given = {"file": one.file, "line": one.line, "col": one.column, "title": one.title.strip()}
    told = {name: str(value).lstrip("=") for name, value in given.items() if value}
    return Command(one.kind.value, one.message, {name: value for name, value in told.items() if value})


def trimmed(read: Command) -> dict[str, str]:
    """Return a command's properties without white space at their ends, where the last one may have lost it."""
    cut = {name: value.rstrip(WHITE_SPACE) for name, value in read.properties.items()}
    return {name: value for name, value in cut.items() if value}


@given(some_annotations())
def test_the_runner_reads_an_annotation_as_it_was_meant(one: Annotation) -> None:
    (line,) = annotations([one])
    (read,) = commands(line)
    expected = as_read(one)
    assert (read.name, read.data) == (expected.name, expected.data)
    assert trimmed(read) == trimmed(expected)


def test_an_annotation_is_one_line() -> None:
    found = Annotation(Level.ERROR, "100 %: a, b", "one\r\ntwo: 5 %", "events/a.yaml", 3, 7)
    assert annotations([found]) == (
        "::error file=events/a.yaml,line=3,col=7,title=100 %25%3A a%2C b::one%0D%0Atwo: 5 %25",
    )


def test_an_annotation_without_a_place_or_a_title_is_its_message() -> None:
    assert annotations([Annotation(Level.WARNING, " ", "hm")]) == ("::warning::hm",)


@pytest.mark.parametrize("many", [1, MOST_OF_A_KIND, MOST_OF_A_KIND + 1, 1000])
def test_there_are_ten_annotations_of_a_kind_at_most_and_none_goes_unsaid(many: int) -> None:
    found = [Annotation(kind, "t", f"{n}") for n in range(many) for kind in Level]
    read = commands("\n".join(annotations(found)))
    for kind in Level:
        mine = [one.data for one in read if one.name == kind.value]
        assert len(mine) == min(many, MOST_OF_A_KIND)
        more = re.match(r"… and (\d+) more", mine[-1])
        assert many == (len(mine) - 1 + int(more[1]) if more else len(mine))


def test_a_long_message_is_cut() -> None:
    (read,) = commands(annotations([Annotation(Level.NOTICE, "t", "%" * 5000)])[0])
    assert read.data == "%" * (MOST_CHARACTERS - 1) + "…"
    (read,) = commands(annotations([Annotation(Level.NOTICE, "t", "%" * MOST_CHARACTERS)])[0])
    assert read.data == "%" * MOST_CHARACTERS


@given(anything)
@example("one\ntwo\r\n \nthree")
def test_each_line_of_a_secret_is_masked(secret: str) -> None:
    read = commands("\n".join(masks(secret)))
    assert {one.name for one in read} <= {"add-mask"}
    assert [one.data for one in read] == [line for line in re.split(r"[\r\n]", secret) if line.strip()]


@given(st.lists(anything, max_size=4))
def test_outputs_are_read_as_they_were_written(values: list[str]) -> None:
    written = "".join(output(f"name-{n}", value, uuid4().hex) for n, value in enumerate(values))
    assert outputs(written) == {f"name-{n}": value for n, value in enumerate(values)}


def test_a_value_that_holds_its_delimiter_is_refused() -> None:
    delimiter = "d" * 16
    with pytest.raises(ReconcilerError, match="the output digest contains its own delimiter"):
        output("digest", f"x\n{delimiter}\nevil=1", delimiter)


@pytest.mark.parametrize(("name", "delimiter"), [("", "d" * 16), ("a=b", "d" * 16), ("a\nb", "d" * 16), ("a", "EOF")])
def test_a_name_or_a_delimiter_that_could_break_out_is_an_error(name: str, delimiter: str) -> None:
    with pytest.raises(ValueError, match="cannot name an output"):
        output(name, "", delimiter)


@pytest.mark.parametrize("content", ["<<x\n1\nx\n", "a<<\n1\n", "a<<x\n1\n", "a"])
def test_the_runner_fails_a_step_whose_output_file_is_malformed(content: str) -> None:
    with pytest.raises(NoOutput):
        outputs(content)


def test_the_runner_knows_a_short_form_of_outputs() -> None:
    assert outputs("a=b<<c\n\nd=\n") == {"a": "b<<c", "d": ""}
