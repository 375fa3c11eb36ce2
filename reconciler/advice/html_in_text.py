"""Texts with HTML tags, which HubSpot stores as they are."""

import re
from collections.abc import Iterator, Sequence

from reconciler.advice.subject import Found, Subject, found_in
from reconciler.safe_text import cut

_CLEAR = (
    "b|blockquote|body|div|em|font|h[1-6]|html|i|iframe|img|li|ol|p|pre|script|span|strong|style|sub|sup|table|tbody|"
    "td|th|thead|tr|u|ul"
)
"""Names of tags that are no words which people put between angle brackets, as in `<link>` or `<code>`."""
_ALL = f"{_CLEAR}|a|button|center|code|dd|dl|dt|footer|form|head|header|input|label|link|main|nav|s|section|small|svg"
_TAG = re.compile(
    rf"<(?=[a-z/])(?:(?<!\w<)(?:{_CLEAR})[ ]?/?>|[bh]r[ ]?/?>|(?:{_ALL})[ \t\n][^<>=]*=[^<>]*>|/(?:{_ALL})[ ]?>)",
    re.IGNORECASE,
)
"""A tag that is clearly one, a line break or a rule, one with an attribute, or one that closes."""


def html_in_text(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find tags of HTML in names and descriptions; `a < b`, `<name>` and `List<a>` are none."""
    for subject in subjects:
        for field in ("eventName", "eventDescription"):
            text = subject.text(field)
            if "<" in text and (tag := _TAG.search(text)):
                message = f"{field} contains the HTML tag {cut(tag[0])}, which HubSpot stores as it is"
                yield found_in(subject, field, message, "write it without HTML")
