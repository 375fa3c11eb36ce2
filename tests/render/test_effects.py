"""What a change does to its event."""

import pytest

from reconciler.change import Change, FieldChange
from reconciler.render.effects import Effect, effects
from reconciler.render.timing import ShownChange, shown_whole
from tests.render.series import CANCELLED, COMPLETED, END, HOUR, LINK, START, changed, deleted, moved, new, starts

TIME = starts(1).isoformat()


@pytest.mark.parametrize(
    ("change", "done"),
    [
        (new(1), [Effect.NEW]),
        (new(1, {"eventCancelled": True}), [Effect.NEW, Effect.CANCELLED]),
        (new(1, {"eventCompleted": True, "eventCancelled": False}), [Effect.NEW, Effect.COMPLETED]),
        (deleted(1), [Effect.DELETED]),
        (changed(1, LINK), [Effect.CHANGED]),
        (moved(1, HOUR), [Effect.MOVED]),
        (changed(1, CANCELLED), [Effect.CANCELLED]),
        (changed(1, COMPLETED), [Effect.COMPLETED]),
        (changed(1, FieldChange("eventCancelled", before=True, after=False)), [Effect.CHANGED]),
        (changed(1, FieldChange(END, TIME, starts(2).isoformat())), [Effect.CHANGED]),
        (changed(1, FieldChange(START, None, TIME)), [Effect.CHANGED]),
        (
            changed(1, CANCELLED, LINK, *moved(1, HOUR).fields),
            [Effect.CANCELLED, Effect.MOVED, Effect.CHANGED],
        ),
    ],
)
def test_the_first_effect_is_the_one_that_an_event_is_counted_by(change: Change, done: list[Effect]) -> None:
    assert list(effects(shown_whole(change))) == done


def test_an_update_of_which_nothing_is_shown_is_a_change() -> None:
    assert effects(ShownChange(changed(1, LINK), ())) == (Effect.CHANGED,)
