"""docs/security.md: every threat has its row, every row its proof, and every proof exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proofs import names_in

TOP = Path(__file__).parents[2]
DOCUMENT = (TOP / "docs" / "security.md").read_text(encoding="utf-8")

ROW = re.compile(r"^\| T(?P<number>\d+) \|(?P<cells>.*)\|$", re.MULTILINE)
PROOF = re.compile(r"`tests/(?P<file>[\w/]+\.py)::(?P<name>\w+)`")


def rows() -> dict[int, str]:
    """Return the cells of each threat's row."""
    return {int(found["number"]): found["cells"] for found in ROW.finditer(DOCUMENT)}


def proofs() -> Iterator[tuple[str, str]]:
    return ((found["file"], found["name"]) for found in PROOF.finditer(DOCUMENT))


def test_no_threat_is_missing_or_told_twice() -> None:
    told = [int(found["number"]) for found in ROW.finditer(DOCUMENT)]
    assert sorted(told) == list(range(1, len(told) + 1))
    assert len(told) >= 30


@pytest.mark.parametrize("number", rows())
def test_each_threat_has_what_is_done_a_proof_and_what_is_left_to_the_user(number: int) -> None:
    threat, done, shown, left = rows()[number].split(" | ")
    assert threat.strip()
    assert done.strip()
    assert left.strip()
    assert PROOF.search(shown)


@pytest.mark.parametrize(("file", "name"), sorted(set(proofs())))
def test_each_proof_is_a_test(file: str, name: str) -> None:
    assert (TOP / "tests" / file).is_file()
    assert name in names_in(file)


def test_a_proof_that_does_not_exist_would_be_found() -> None:
    assert "test_no_such_thing" not in names_in("security/test_threat_model.py")
    assert "names_in" not in names_in("security/test_threat_model.py")
    assert "test_each_proof_is_a_test" in names_in("security/test_threat_model.py")


LOCKED = re.compile(r"^([a-z0-9-]+)==", re.MULTILINE)
REVIEWED = re.compile(r"^\| `([a-z0-9-]+)` \|", re.MULTILINE)


def test_every_package_that_the_product_installs_is_reviewed_and_no_other() -> None:
    lock = (TOP / ".github" / "actions" / "reconcile" / "requirements.lock").read_text(encoding="utf-8")
    assert REVIEWED.findall(DOCUMENT) == sorted(LOCKED.findall(lock))


def test_the_guides_lead_to_it() -> None:
    for page in ("README.md", "docs/github.md", ".github/SECURITY.md"):
        assert "security.md" in (TOP / page).read_text(encoding="utf-8")
