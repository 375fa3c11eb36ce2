"""Addresses without https."""

from collections.abc import Iterator, Sequence

from reconciler.advice.subject import Found, Subject, found_in


def not_https(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find event URLs that begin with `http:`."""
    for subject in subjects:
        if subject.text("eventUrl")[4:5] == ":":  # the reader accepts no other scheme than these two
            message = "eventUrl begins with http: instead of https:"
            yield found_in(subject, "eventUrl", message, "write https:, and check that the page opens")
