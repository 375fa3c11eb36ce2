"""What the writes of a probe show, also where HubSpot does what the sandbox never does."""

from collections.abc import Mapping

import pytest

from reconciler.doctor.deletions import observations_of_deletions
from reconciler.doctor.experiments import observations_of_edits
from reconciler.doctor.observations import NOT_KNOWN, REFUSED
from reconciler.doctor.sightings import sightings, token_details, token_of
from reconciler.errors import AccessDenied, Rejected, Unavailable
from reconciler.event import Value
from reconciler.portal import Hit, Token
from tests.doctor.pretending import Pretended, bench_of
from tests.doctor.probing import SPECIMEN

REFUSAL = Rejected("HubSpot refuses the request (status 400): no")


def edits(portal: Pretended) -> Mapping[str, tuple[str, str]]:
    """Make the event, carry out the edits, return each answer with what showed it."""
    portal.upsert(SPECIMEN.whole("made"))
    observed = observations_of_edits(bench_of(portal), SPECIMEN)
    return {one.name: (one.answer, one.shown_by) for one in observed}


def test_each_write_is_known_to_have_arrived_before_it_is_judged() -> None:
    class Late(Pretended):
        """A portal whose reads show the state before the latest write twice."""

        def __init__(self) -> None:
            super().__init__()
            self.late: list[dict[str, Value] | None] = []

        def edit(self, fields: Mapping[str, Value]) -> None:
            self.late = [self.held, self.held]
            super().edit(fields)

        def find(self):  # type: ignore[no-untyped-def]  # (as `Pretended` has it)
            now, self.held = self.held, self.late.pop() if self.late else self.held
            found = super().find()
            self.held = now
            return found

    answers = edits(Late())
    assert answers["empty-text"][0] == "clears"
    assert answers["uncancel"][0] == "works"


def test_a_write_that_reads_never_show_leaves_its_question_open() -> None:
    class Deaf(Pretended):
        def edit_with_null(self, fields: Mapping[str, Value], empty: str) -> None:
            """Accept it, and do nothing."""

    answer, shown_by = edits(Deaf())["null-text"]
    assert answer == NOT_KNOWN
    assert shown_by == "POST …/batch/update with eventUrl null: it was accepted, but reads did not show it"


def test_an_event_that_cannot_be_made_whole_leaves_questions_open() -> None:
    class Frozen(Pretended):
        def edit(self, fields: Mapping[str, Value]) -> None:
            """Accept it, and do nothing."""

    answers = edits(Frozen())
    assert {answer for answer, _ in answers.values()} == {NOT_KNOWN}
    assert answers["upsert"][1].endswith(": reads did not show what comes before")


def test_what_is_refused_before_a_question_is_not_its_answer() -> None:
    class Closed(Pretended):
        def edit(self, _: Mapping[str, Value]) -> None:
            raise REFUSAL

    answer, shown_by = edits(Closed())["upsert"]
    assert answer == NOT_KNOWN
    assert shown_by.endswith(": HubSpot refused what comes before: HubSpot refuses the request (status 400): no")


def test_a_refused_write_is_an_answer_in_hubspots_words() -> None:
    class Strict(Pretended):
        def edit_with_null(self, _: Mapping[str, Value], __: str) -> None:
            raise REFUSAL

    assert edits(Strict())["null-date"] == (
        REFUSED,
        "POST …/batch/update with endDateTime null: HubSpot refuses the request (status 400): no",
    )


def test_a_value_that_becomes_another_one_is_told() -> None:
    class Odd(Pretended):
        def edit_with_null(self, fields: Mapping[str, Value], empty: str) -> None:
            self.edit({**fields, empty: "null"})

    assert edits(Odd())["null-text"][0] == "becomes 'null'"


class Forgetful(Pretended):
    """A portal that stores some fields never."""

    stores_no: tuple[str, ...] = ()

    def edit(self, fields: Mapping[str, Value]) -> None:
        super().edit({name: value for name, value in fields.items() if name not in self.stores_no})


def test_a_field_that_was_never_held_cannot_be_emptied() -> None:
    portal = Forgetful()
    portal.stores_no = ("eventUrl",)
    portal.upsert({})
    answers = {one.name: one.answer for one in observations_of_edits(bench_of(portal), SPECIMEN)}
    assert (answers["empty-text"], answers["empty-date"]) == (NOT_KNOWN, "clears")


def test_a_cancellation_that_was_not_taken_cannot_be_taken_back() -> None:
    portal = Forgetful()
    portal.stores_no = ("eventCancelled", "eventCompleted")
    answers = edits(portal)
    assert (answers["uncancel"][0], answers["patch-flags"][0]) == (NOT_KNOWN, NOT_KNOWN)


def test_a_cancellation_that_stays_is_told() -> None:
    class Final(Pretended):
        def edit(self, fields: Mapping[str, Value]) -> None:
            stays = {"eventCancelled": True} if (self.held or {}).get("eventCancelled") else {}
            super().edit({**fields, **stays})

    assert edits(Final())["uncancel"][0] == "ignored"


def test_an_upsert_that_empties_some_fields_is_told_field_by_field() -> None:
    class Partly(Pretended):
        def upsert(self, fields: Mapping[str, Value]) -> bool:
            kept = {"eventType": (self.held or {}).get("eventType")}
            return super().upsert({**kept, **fields})

    assert edits(Partly())["upsert"][0] == (
        "eventType: keep, eventDescription: replace, eventUrl: replace, startDateTime: replace, endDateTime: replace"
    )


def test_an_unknown_property_that_is_stored_is_told() -> None:
    assert edits(Pretended())["unknown-property"][0] == "stored"


def test_an_event_that_cannot_be_completed_shows_its_other_flag() -> None:
    class Incomplete(Pretended):
        def patch(self, fields: Mapping[str, Value]) -> None:
            if "eventCompleted" in fields:
                raise REFUSAL
            super().patch(fields)

    answer, shown_by = edits(Incomplete())["patch-flags"]
    assert answer == "keep"
    assert "of which eventCancelled was true" in shown_by


def test_flags_that_differ_are_told_one_by_one() -> None:
    class Half(Pretended):
        def patch(self, fields: Mapping[str, Value]) -> None:
            super().patch({"eventCancelled": False, **fields})

    assert edits(Half())["patch-flags"][0] == "eventCancelled: reset, eventCompleted: keep"


# What reads show


def seen(portal: Pretended, token: Token | None = None) -> Mapping[str, str]:
    portal.upsert(SPECIMEN.whole("made"))
    made = portal.find()
    assert made is not None
    observed = sightings(bench_of(portal), SPECIMEN, made, 0.0, token or Token(1001, None))
    return {one.name: one.answer for one in observed}


def test_a_text_that_is_neither_kept_nor_trimmed_is_told() -> None:
    class Shouting(Pretended):
        def upsert(self, fields: Mapping[str, Value]) -> bool:
            return super().upsert({**fields, "eventDescription": "LOUD"})

    class Silent(Pretended):
        def upsert(self, fields: Mapping[str, Value]) -> bool:
            return super().upsert({**fields, "eventDescription": None})

    assert seen(Shouting())["text"] == "becomes 'LOUD'"
    assert seen(Silent())["text"] == "not stored"


class Unfinding(Pretended):
    def search(self, _: str) -> Hit | None:
        return None


class Refusing(Pretended):
    def search(self, _: str) -> Hit | None:
        raise REFUSAL


class WholeOnly(Pretended):
    def search(self, text: str) -> Hit | None:
        if text != SPECIMEN.identity.external_event_id:
            raise REFUSAL
        return Hit(2002, SPECIMEN.identity)


@pytest.mark.parametrize(
    ("portal", "lag", "search"),
    [
        (Unfinding(), "more than 60 seconds", NOT_KNOWN),
        (Refusing(), NOT_KNOWN, NOT_KNOWN),
        (WholeOnly(), "0 seconds", REFUSED),
    ],
)
def test_a_search_that_finds_nothing_or_refuses_is_told(portal: Pretended, lag: str, search: str) -> None:
    answers = seen(portal)
    assert (answers["search-lag"], answers["search"]) == (lag, search)


def test_every_app_that_is_named_is_told() -> None:
    assert seen(WholeOnly())["app"] == "1001 or 2002"
    assert seen(Unfinding(app_id=None), Token(None, None))["app"] == NOT_KNOWN
    assert seen(Unfinding(app_id=None), Token(7, None))["app"] == "7"


@pytest.mark.parametrize(
    ("failure", "answer"),
    [
        (REFUSAL, "missing"),
        (AccessDenied("no", status=403), "missing"),
        (Unavailable("HubSpot keeps failing"), NOT_KNOWN),
    ],
)
def test_token_details_that_do_not_come_are_told(failure: Exception, answer: str) -> None:
    class Untold(Pretended):
        def token(self) -> Token:
            raise failure

    assert token_details(token_of(Untold())).answer == answer


def test_token_details_without_an_app_are_told() -> None:
    observation = token_details(token_of(Pretended(app_id=None)))
    assert (observation.answer, observation.shown_by.endswith(", but without the app")) == ("answers", True)


# What deletions show


def deletions(portal: Pretended) -> Mapping[str, str]:
    portal.upsert(SPECIMEN.whole("made"))
    return {one.name: one.answer for one in observations_of_deletions(bench_of(portal), SPECIMEN)}


def test_ids_that_stay_taken_are_told() -> None:
    class Taken(Pretended):
        def upsert(self, fields: Mapping[str, Value]) -> bool:
            if self.number:
                raise REFUSAL
            return super().upsert(fields)

    assert deletions(Taken())["archived-ids"] == REFUSED


def test_an_old_object_that_comes_back_is_told() -> None:
    class Reviving(Pretended):
        def upsert(self, fields: Mapping[str, Value]) -> bool:
            self.number = 0
            return super().upsert(fields)

    answers = deletions(Reviving())
    assert (answers["archived-ids"], answers["bad-item"]) == ("a new event with the same object id", NOT_KNOWN)


def test_a_batch_of_which_one_event_is_gone_is_told() -> None:
    class Whole(Pretended):
        def edit_beside_former(self, _: Mapping[str, Value]) -> bool | None:
            raise REFUSAL

    class Silent(Pretended):
        def edit_beside_former(self, fields: Mapping[str, Value]) -> bool | None:
            self.edit(fields)
            return False

    class Nothing(Pretended):
        def edit_beside_former(self, _: Mapping[str, Value]) -> bool | None:
            return True

    assert deletions(Pretended())["bad-item"] == "the good item is written, the bad item is named"
    assert deletions(Whole())["bad-item"] == "refused as a whole"
    assert deletions(Silent())["bad-item"] == "the good item is written, the bad item is not named"
    assert deletions(Nothing())["bad-item"] == NOT_KNOWN


def test_an_event_that_is_not_made_again_is_told() -> None:
    class Once(Pretended):
        def upsert(self, fields: Mapping[str, Value]) -> bool:
            return bool(self.number) or super().upsert(fields)

    assert deletions(Once())["archived-ids"] == NOT_KNOWN


def test_an_event_that_somebody_else_deleted_is_no_failure() -> None:
    portal = Pretended()
    answers = {one.name: one.answer for one in observations_of_deletions(bench_of(portal), SPECIMEN)}
    assert (answers["archived-ids"], answers["list-lag-deleted"]) == ("a new event with another object id", NOT_KNOWN)


def test_a_second_deletion_that_is_refused_is_told() -> None:
    class Exact(Pretended):
        def archive(self) -> None:
            if self.held is None:
                raise REFUSAL
            super().archive()

    assert deletions(Exact())["archive-again"] == REFUSED


def test_a_list_that_grows_too_long_is_told() -> None:
    class Growing(Pretended):
        def is_listed(self, _: int) -> bool | None:
            return True if self.held is not None else None

    assert deletions(Growing())["list-lag-deleted"] == NOT_KNOWN


def test_an_event_that_cannot_be_deleted_ends_the_probe() -> None:
    class Undying(Pretended):
        def archive(self) -> None:
            """Accept it, and do nothing."""

    with pytest.raises(Unavailable, match="could not be deleted: HubSpot still shows it after it was deleted"):
        deletions(Undying())
