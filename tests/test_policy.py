"""The events that the settings protect."""

import pytest

from reconciler.policy import Policy


@pytest.mark.parametrize(
    ("globs", "event_id", "protected"),
    [
        (("summit-*",), "summit-2027", True),
        (("summit-*",), "summit-", True),
        (("summit-*",), "the-summit-2027", False),
        (("summit-*",), "Summit-2027", False),
        (("summit",), "summit-2027", False),
        (("other", "summit-20?7"), "summit-2027", True),
        (("summit-[0-9]*",), "summit-x", False),
        (("*",), "", True),
        ((), "summit-2027", False),
        (("*",), None, False),
    ],
)
def test_a_glob_protects_the_events_whose_whole_id_it_fits(
    globs: tuple[str, ...], event_id: str | None, *, protected: bool
) -> None:
    assert Policy(protect=globs).protects(event_id) is protected
