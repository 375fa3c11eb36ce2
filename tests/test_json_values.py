"""JSON read as promised types, with the place of each value that has another type."""

import pytest

from reconciler.json_values import Json, Malformed, as_kind, as_list, as_mapping, optional


@pytest.mark.parametrize(("kind", "value"), [(str, "a"), (str, ""), (int, 0), (bool, False)])
def test_a_value_of_the_promised_kind_is_returned(kind: type[object], value: Json) -> None:
    assert as_kind(kind, value, "id") is value
    assert optional(kind, value, "id") is value


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (str, 1, "id is not a text"),
        (str, None, "id is not a text"),
        (int, "1", "id is not a number"),
        (int, True, "id is not a number"),
        (int, 1.0, "id is not a number"),
        (bool, 1, "id is not true or false"),
    ],
)
def test_a_value_of_another_kind_is_told_by_its_place(kind: type[object], value: Json, message: str) -> None:
    with pytest.raises(Malformed, match=f"^{message}$") as raised:
        as_kind(kind, value, "id")
    assert raised.value.held is value


def test_an_error_in_a_part_is_told_by_the_place_of_the_part() -> None:
    inside = Malformed("id is not a text", 7).inside("results[0]")
    assert (str(inside), inside.held) == ("results[0].id is not a text", 7)


def test_a_value_that_may_be_missing_is_none_without_one() -> None:
    assert optional(str, None, "id") is None
    with pytest.raises(Malformed, match=r"^id is not a text$"):
        optional(str, 1, "id")


def test_an_object_and_a_list_are_told_apart() -> None:
    assert as_mapping({"a": 1}, "") == {"a": 1}
    assert as_list([1], "results") == [1]
    with pytest.raises(Malformed, match=r"^the answer is not an object$"):
        as_mapping([], "")
    with pytest.raises(Malformed, match=r"^results is not a list$"):
        as_list({}, "results")
