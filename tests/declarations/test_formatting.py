"""The canonical form of files: it means the same, keeps every comment, and is its own canonical form."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings

from reconciler.declarations.events.file_names import SourceFile, reading_order
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.writing.formatted_files import format_files
from reconciler.declarations.writing.meaning import meaning
from reconciler.declarations.yaml.formatting import in_canonical_form
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid, ReconcilerError
from reconciler.event import Declared
from tests.declarations.catalogue import FOLDER, TERMS, Case, cases
from tests.declarations.messy import MESSY

CASES = [case for path in sorted(FOLDER.glob("*.txt")) for case in cases(path)]


def listing(files: dict[str, bytes]) -> list[SourceFile | Diagnostic]:
    return [SourceFile(path, path, files[path]) for path in sorted(files, key=reading_order)]


def in_one_form(files: dict[str, bytes]) -> dict[str, bytes]:
    done, _ = format_files(listing(files), TERMS)
    return files | {each.source.path: each.after for each in done}


def declared(files: dict[str, bytes]) -> Declared | None:
    try:
        return read_all(listing(files), TERMS)
    except DeclarationsInvalid:
        return None


def essence(files: dict[str, bytes]) -> object:
    """Return all that the files declare, without positions."""
    read = declared(files)
    if read is None:
        return None
    events = [(e.identity, e.fields, e.protect, e.lists, e.timezone) for e in read.events]
    return events, sorted(found.code for found in read.diagnostics), read.skipped


def comments(text: str) -> Counter[str]:
    """Return the comments that people write in these files; their values hold others."""
    notes = r"# (?:a note|- no item|eventName: old|reconciler: silence at-night|é 😀|beside)|#$"
    return Counter(re.findall(notes, text.replace("\r", ""), re.MULTILINE))


@settings(max_examples=100)
@given(MESSY)
def test_whatever_people_write_means_the_same_in_its_canonical_form(text: str) -> None:
    before = {"e.yaml": text.encode()}
    after = in_one_form(before)
    assert declared(before) is not None
    assert essence(after) == essence(before)
    assert in_one_form(after) == after
    assert comments(after["e.yaml"].decode()) == comments(text)
    assert after["e.yaml"].endswith(b"\n")
    assert not after["e.yaml"].endswith((b"\n\n", b"\n\r\n"))
    assert not re.search(rb"^ *[A-Za-z]+ *: {2,}[^# ]", after["e.yaml"], re.MULTILINE)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_every_case_of_the_catalogue_means_the_same(case: Case) -> None:
    after = in_one_form(case.files)
    assert essence(after) == essence(case.files)
    assert in_one_form(after) == after
    _, problems = format_files(listing(case.files), TERMS)
    wrong = {problem.place.file for problem in problems if problem.place}
    assert {path: after[path] for path in wrong & after.keys()} == {
        path: case.files[path] for path in wrong & after.keys()
    }


WITH_BLANKS = (
    "# about the file \t\n"
    " \n"
    "externalEventId :   a  \n"
    "# about the link \n"
    "eventUrl:   https://a.example   # beside  \n"
    "   # below   \n"
    "eventName:   # of the tour \n"
    "   a   \n"
    "   b  \n"
    "eventOrganizer:   'Acme' \n"
    "eventType:   |  \n"
    "  x\n"
    "eventDescription: |  # beside  \n"
    "  x  \n"
    "  y\n"
    "  \n"
    "customProperties  :   # of ours  \n"
    '  one:   "x  \n'
    '    y"  \n'
    "  two:   [x,   y]  \n"
    "  three:  \n"
    "    -   x  \n"
    "    - y   # beside  \n"
    "--- \n"
    "externalEventId: b\n"
)
WITHOUT_BLANKS = (
    "# about the file\n"
    "\n"
    "externalEventId: a\n"
    "eventName:   # of the tour\n"
    "   a\n"
    "   b\n"
    "eventOrganizer: Acme\n"
    "eventType: |\n"
    "  x\n"
    "# about the link\n"
    "eventUrl: https://a.example   # beside\n"
    "   # below\n"
    "eventDescription: |  # beside\n"
    "  x  \n"
    "  y\n"
    "\n"
    "customProperties:   # of ours\n"
    '  one: "x  \n'
    '    y"\n'
    "  two: [x,   y]\n"
    "  three:\n"
    "    - x\n"
    "    - y   # beside\n"
    "---\n"
    "externalEventId: b\n"
)
FORMS = {
    "one blank stands behind a colon, and none at the end of a line": (WITH_BLANKS, WITHOUT_BLANKS),
    "keys get their order, and what stands above or beside them goes with them": (
        """\
# about the name
eventName: A  # beside the name
eventOrganizer: Acme

# about the id
externalEventId: a
startDateTime: 2027-04-15 17:00Z
  # below the start
""",
        """\
# about the id
externalEventId: a

# about the name
eventName: A  # beside the name
eventOrganizer: Acme
startDateTime: 2027-04-15 17:00Z
  # below the start
""",
    ),
    "what is about the whole file stays at its top": (
        """\
# yaml-language-server: $schema=event.json
# $schema: event.json
# about the name
eventName: A
externalEventId: a
---
# a headline

# about the name
eventName: B
objectId: 1
# the end
""",
        """\
# yaml-language-server: $schema=event.json
# $schema: event.json
externalEventId: a
# about the name
eventName: A
---
# a headline

objectId: 1
# about the name
eventName: B
# the end
""",
    ),
    "quotes stay only where they are needed": (
        """\
"externalEventId": 'a'
eventName: "A: b"
eventOrganizer: 'It''s Acme'
eventType: "null"
eventUrl: "https://a.example" #1
eventDescription: "wrapped
  text"
customProperties: {'a': "b"}
""",
        """\
externalEventId: a
eventName: "A: b"
eventOrganizer: It's Acme
eventType: "null"
eventUrl: "https://a.example" #1
eventDescription: "wrapped
  text"
customProperties: {'a': "b"}
""",
    ),
    "texts of several lines are blocks": (
        """\
externalEventId: a
eventDescription: "One.\\n\\nTwo."  # beside
customProperties:
  folded: >-
      a
      b

      c
  kept: >
      a
      b
  stripped: |-  # beside
      a
        b
  wrapped: a

    b
  blanks: "a \\nb"
  commented: "a\\nb"
      # below
""",
        """\
externalEventId: a
eventDescription: |  # beside
  One.

  Two.
customProperties:
  folded: |
    a b
    c
  kept: >
      a
      b
  stripped: |  # beside
    a
      b
  wrapped: |
    a
    b
  blanks: "a \\nb"
  commented: "a\\nb"
      # below
""",
    ),
    "a comment below a block stands above the next key": (
        """\
externalEventId: a
eventType: |-
     x
   # below
customProperties:
    a: |
        b
      # below, too
    # the end
""",
        """\
externalEventId: a
eventType: |
  x
# below
customProperties:
  a: |
    b
  # below, too
  # the end
""",
    ),
    "times have one form, and dates stay as they are": (
        """\
externalEventId: a
startDateTime: 2027-04-15T17:00:00.000+02:00
endDateTime: '2027-04-15T17:00:30.500Z'
customProperties:
  startDateTime: 2027-04-15T17:00
---
externalEventId: b
startDateTime: "2027-04-15"
endDateTime: 2027-04-15 # one day
hours: "09:00-17:00"
""",
        """\
externalEventId: a
startDateTime: 2027-04-15 17:00+02:00
endDateTime: 2027-04-15 17:00:30.500Z
customProperties:
  startDateTime: 2027-04-15T17:00
---
externalEventId: b
startDateTime: 2027-04-15
endDateTime: 2027-04-15 # one day
hours: 09:00-17:00
""",
    ),
    "lines are indented by two": (
        """\
events:
# about the first
-   # about its name
    eventName: A

    # about its id
    externalEventId: a
    customProperties:
        # about a
            # further in
        a:
        - "x"
        # about y
        -   y
            # below y
        # the end of a
        b: x
            # below b
      # the end
-

  externalEventId: b
""",
        """\
events:
  # about the first
  # about its name
  # about its id
  - externalEventId: a

    eventName: A
    customProperties:
      # about a
      # further in
      a:
        - x
        # about y
        - y
            # below y
      # the end of a
      b: x
          # below b
      # the end
  - externalEventId: b
""",
    ),
    "what is written once and referred to keeps its anchor and its order": (
        """\
defaults:
    customProperties: &shared
        a: 'x'
        many: &many  # - these
        # - no item
        - &one 'y'
        - z
    eventUrl: &url 'https://a.example'
events:
    - &first
      eventName: A
      externalEventId: a
      customProperties: *shared
    - eventName: &b 'B'
      eventUrl: *url
      externalEventId: *b
    - customProperties: {a: *url, b: *many, c: *one, d: *first}
      externalEventId: c
""",
        """\
defaults:
  customProperties: &shared
    a: x
    many: &many  # - these
      # - no item
      - &one 'y'
      - z
  eventUrl: &url 'https://a.example'
events:
  - &first
    externalEventId: a
    eventName: A
    customProperties: *shared
  - eventName: &b 'B'
    eventUrl: *url
    externalEventId: *b
  - externalEventId: c
    customProperties: {a: *url, b: *many, c: *one, d: *first}
""",
    ),
    "line ends stay, and there is one at the end": (
        "eventName: A\r\nexternalEventId: 'a'\r\neventDescription: \"a\\nb\"\r\n\r\n\r\n",
        "externalEventId: a\r\neventName: A\r\neventDescription: |\r\n  a\r\n  b\r\n",
    ),
    "a last line without an end gets one": ("objectId: 1\neventName: A", "objectId: 1\neventName: A\n"),
    "a mapping in brackets stays": ("{eventName: A, externalEventId: a}", "{eventName: A, externalEventId: a}\n"),
    "what is further in has its order too": (
        """\
objectId: 1
initial:
  eventUrl: x
  eventType: y
repeat:
  overrides:
    2027-04-15:
      startDateTime: 2027-04-15T17:00:00
      eventName: A
""",
        """\
objectId: 1
initial:
  eventType: y
  eventUrl: x
repeat:
  overrides:
    2027-04-15:
      eventName: A
      startDateTime: 2027-04-15 17:00
""",
    ),
    "a series has its rule first, and its dates in order, each with its comments": (
        """\
repeat:
    overrides:
        # the third
        2027-04-29: {eventName: "B"}

        # the second
        '2027-04-22':   # a Thursday
            startDateTime: 2027-04-23T17:00
    skip: ["2027-04-15"]
    # every week
    rule: "FREQ=WEEKLY;COUNT=3"
objectId: 1
""",
        """\
objectId: 1
repeat:
  # every week
  rule: FREQ=WEEKLY;COUNT=3
  skip: ["2027-04-15"]
  overrides:
    # the second
    2027-04-22:   # a Thursday
      startDateTime: 2027-04-23 17:00

    # the third
    2027-04-29: {eventName: "B"}
""",
    ),
    "a block keeps what cannot be seen in it": (
        "objectId: 1\neventDescription: |2-\n      a\tb\n     c \n      \neventType: A\n",
        "objectId: 1\neventType: A\neventDescription: |2-\n      a\tb\n     c \n      \n",
    ),
    "documents may end with dots": (
        "a: 'b'\n...\n# about the next\n---\nb: 'c'\n",
        "a: b\n...\n# about the next\n---\nb: c\n",
    ),
    "nothing at all stays nothing": ("", ""),
    "comments alone stay": ("# nothing yet\n\n", "# nothing yet\n"),
}


@pytest.mark.parametrize(("before", "after"), [pytest.param(*form, id=name) for name, form in FORMS.items()])
def test_files_have_one_form(before: str, after: str) -> None:
    assert in_canonical_form(before) == after
    assert in_canonical_form(after) == after


@pytest.mark.parametrize(
    "text",
    [
        "? eventName\n: A\nobjectId: '1'\n",
        "? |\n  eventName\n: A\n",
        "customProperties:\n  &a\n  b: 'c'\n",
        "a:\n  -\n    'x'\n",
        "a:\n  - - 'x'\n",
    ],
)
def test_what_is_written_in_a_rare_way_stays_as_it_is(text: str) -> None:
    assert in_canonical_form(text) == text


def test_a_file_that_would_mean_something_else_is_an_error_that_names_it() -> None:
    """A time and the text of a custom property can be written once, and only the time has another form."""
    text = b"defaults: &d\n  startDateTime: 2027-04-15T17:00Z\nevents:\n  - objectId: 1\n    customProperties: *d\n"
    with pytest.raises(ReconcilerError, match=r"e\.yaml would mean something else in the canonical form") as raised:
        format_files(listing({"e.yaml": text}), TERMS)
    assert raised.value.exit_code == 1


def test_what_a_file_means_is_told_from_its_values_and_their_problems() -> None:
    def means(text: str, path: str = "e.yaml") -> object:
        return meaning(SourceFile(path, path, text.encode()))

    assert means("objectId: 1\nstartDateTime: 2027-04-15T17:00Z") == means(
        'startDateTime: "2027-04-15 17:00:00Z"\nobjectId: 1'
    )
    assert means("customProperties: {startDateTime: 2027-04-15T17:00Z}") != means(
        "customProperties: {startDateTime: 2027-04-15 17:00Z}"
    )
    assert means("objectId: {startDateTime: 1}") != means("objectId: {startDateTime: 2}")
    assert means("eventType: null") == means('eventType: ""') != means('eventType: "null"')
    assert means("customProperties: {a: [x]}") != means("customProperties: {a: x}")
    assert means("a: 1") != means("a: 1\n---\na: 1")
    assert means("eventType: a #b") != means("eventType: a # b")
    assert means("eventType: a #b", "_defaults.yaml") != means("eventType: a # b", "_defaults.yaml")


def test_a_byte_order_mark_stays() -> None:
    (done,), _ = format_files(listing({"e.yaml": b"\xef\xbb\xbfobjectId: '1'"}), TERMS)
    assert done.after == b"\xef\xbb\xbfobjectId: 1\n"


def test_a_file_with_a_problem_is_left_as_it_is_and_the_others_are_not() -> None:
    unread = error("unreadable", "this cannot be read", Place("b.yaml"))
    files = [*listing({"a.yaml": b"objectId: '1'\neventNme: A"}), unread, *listing({"c.yaml": b"objectId: '2'"})]
    done, problems = format_files(files, TERMS)
    assert [(each.source.path, each.after) for each in done] == [("c.yaml", b"objectId: 2\n")]
    assert [(problem.code, str(problem.place)) for problem in problems] == [
        ("unknown-key", "a.yaml:2:1"),
        ("unreadable", "b.yaml:1:1"),
    ]
