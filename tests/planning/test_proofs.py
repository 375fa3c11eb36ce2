"""The searches and direct reads that prove which events of a plan are ours."""

from reconciler.planning.proofs import beginnings


def test_event_ids_that_share_their_first_character_are_searched_together() -> None:
    assert beginnings(["a1", "a2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "bx"]) == ["b", "a"]


def test_the_beginning_that_most_event_ids_share_is_searched_first() -> None:
    assert beginnings(["launch-1", "launch-2", *(f"event-{number}" for number in "12345678")]) == ["event-", "launch-"]
