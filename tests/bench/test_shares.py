"""The shares are those of a run that ends as it should."""

import sys
from pathlib import Path
from types import FrameType

import pytest

from tests.bench.processes import Program, python
from tests.bench.shares import room


def frame_of(module: str, file: str) -> FrameType:
    """Return a frame of code as it would run in a module."""
    names = {"__name__": module, "sys": sys}
    exec(compile("frame = sys._getframe()", file, "exec"), names)  # noqa: S102  (the code is this line)
    frame = names["frame"]
    assert isinstance(frame, FrameType)
    return frame


@pytest.mark.parametrize(
    ("module", "file", "place"),
    [
        ("reconciler.planning.diff", "diff.py", "reconciler/planning"),
        ("reconciler.declarations.yaml.events", "events.py", "reconciler/declarations/yaml"),
        ("reconciler.event", "event.py", "reconciler/event"),
        ("yaml.cyaml", str(Path("lib", "site-packages", "yaml", "cyaml.py")), "yaml"),
    ],
)
def test_time_goes_to_a_room_or_a_library(module: str, file: str, place: str) -> None:
    assert room(frame_of(module, file)) == place


def test_a_sampled_run_is_a_run() -> None:
    Program(python("-m", "tests.bench.shares", "plan", "20"), proof="`plan` of 20 events, exit code 0").run()
