"""The sandbox of a probe."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.probing import Laboratory, laboratory


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Laboratory]:
    """Run a developer test account that holds events of others."""
    with laboratory(tmp_path) as running:
        yield running
