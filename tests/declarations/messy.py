"""Declarations as people write them: in any order and form, with comments everywhere."""

import json

from hypothesis import strategies as st

from reconciler.safe_text import FORBIDDEN

COMMENTS = st.sampled_from(
    ["# a note", "#", "# - no item", "# eventName: old", "# reconciler: silence at-night", "# é 😀"]
)
GAPS = st.lists(
    st.sampled_from(["", "", "  "]) | st.tuples(st.sampled_from(["", "  ", "    ", "      "]), COMMENTS).map("".join),
    max_size=2,
)
BESIDE = st.sampled_from(["", "", "", "  "]) | COMMENTS.map(lambda comment: f"  {comment}")
WORDS = st.sampled_from(
    ["a", "One: two", "it's", '"so"', "x # y", "- a", "null", "~", "true", "2027", "é", "a  b", "[a]", "@b"]
)
LINES = st.lists(WORDS | st.sampled_from(["", "  in", "# no comment", "end "]), min_size=2, max_size=4)


def in_single_quotes(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def in_double_quotes(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def folded_quotes(text: str) -> str:
    return in_double_quotes(text).replace(" ", "\n      ", 1)


def block(lines: list[str], mark: str, indent: int) -> str:
    return mark + "".join(f"\n{' ' * indent if line else ''}{line}" for line in lines)


QUOTED = st.builds(
    lambda write, text: write(text), st.sampled_from([in_single_quotes, in_double_quotes, folded_quotes]), WORDS
) | st.just(in_double_quotes("One.\n\nTwo."))
PLAIN = st.sampled_from(
    ["a", "no", "two words", "2027", "https://a.example/#b", "word\n      wrapped", "word\n\n      below", "it's: not"]
).filter(lambda text: ": " not in text)
BLOCKS = st.builds(
    block,
    LINES.filter(lambda lines: bool(lines[0].strip()) and not lines[0].startswith(" ")),
    st.sampled_from(["|", "|-", "|+", ">", "| # beside"]),
    st.sampled_from([7, 8, 11]),
)
TEXTS = st.one_of(QUOTED, PLAIN, BLOCKS)
FILLED = st.one_of(PLAIN, QUOTED.filter(lambda text: "null" not in text and "~" not in text), BLOCKS)
TIMES = st.builds(
    lambda day, between, clock, offset, quote: f"{quote}{day}{between}{clock}{offset}{quote}",
    st.sampled_from(["2027-04-15", "2027-12-01"]),
    st.sampled_from(["T", " "]),
    st.sampled_from(["17:00", "17:00:00", "17:00:30", "17:00:00.000", "17:00:30.500"]),
    st.sampled_from(["Z", "+02:00", "", "-00:30"]),
    st.sampled_from(["", "'", '"']),
)


@st.composite
def pairs(
    draw: st.DrawFn, values: dict[str, st.SearchStrategy[str]], indent: int, *, dashed: bool = False
) -> list[str]:
    """Return the lines of a mapping, the first behind a dash if it is an item."""
    lines: list[str] = []
    for key, value in values.items():
        gap = draw(GAPS)
        lines += [] if dashed and not lines else gap
        written = draw(st.sampled_from([key, key, f"'{key}'", f'"{key}"']))
        first, *more = draw(value).split("\n")
        space = draw(st.sampled_from([" ", " ", "   "])) if first else ""
        beside = "" if more and not more[0].strip().startswith("#") and first[:1] not in ("", '"') else draw(BESIDE)
        lines.append(f"{' ' * indent}{written}:{space}{first}{'' if more else beside}")
        lines += [f"{' ' * indent}{line}" if line else "" for line in more]
    if dashed:
        lines[0] = lines[0][: indent - 2] + "- " + lines[0][indent:]
    return lines


PROPERTIES = st.lists(st.sampled_from(["b_b", "a", "eventUrl", "c-d"]), min_size=1, max_size=3, unique=True)


@st.composite
def properties(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        return draw(st.sampled_from(["{a: b,\n    'c': \"d\"}", "{}", "{  }"]))
    indent = draw(st.sampled_from([1, 2, 4]))
    return "\n".join(["", *draw(pairs(dict.fromkeys(draw(PROPERTIES), TEXTS), indent)), *draw(options(indent))])


@st.composite
def options(draw: st.DrawFn, indent: int) -> list[str]:
    """Return the lines of a property that is a list."""
    items = draw(st.lists(st.sampled_from(["x", "'y'", '"z: z"', "|\n            w"]), max_size=3, unique=True))
    before = " " * (indent + draw(st.sampled_from([0, 2, 4])))
    lines = [line for item in items for line in (*draw(GAPS), f"{before}-{draw(st.sampled_from([' ', '   ']))}{item}")]
    return [f"{' ' * indent}many:", *"\n".join(lines).split("\n")] if items else []


@st.composite
def events(draw: st.DrawFn, name: str, indent: int, *, dashed: bool = False) -> list[str]:
    fields = {
        "eventName": FILLED,
        "eventOrganizer": FILLED,
        "eventType": TEXTS,
        "eventDescription": TEXTS,
        "startDateTime": TIMES,
        "timezone": st.sampled_from(["Europe/Berlin", "'UTC'"]),
        "eventCancelled": st.sampled_from(["true", "false"]),
        "customProperties": properties(),
        "protect": st.just("true"),
    }
    kept = draw(st.lists(st.sampled_from(sorted(fields)), unique=True))
    values = {key: fields[key] for key in kept} | {"timezone": fields["timezone"]}
    values |= {"externalEventId": st.just(f"'{name}'"), "eventName": FILLED, "eventOrganizer": FILLED}
    order = draw(st.permutations(sorted(values)))
    return draw(pairs({key: values[key] for key in order}, indent, dashed=dashed))


@st.composite
def files(draw: st.DrawFn) -> str:
    """Return a file of one event, several documents, or a list."""
    number = draw(st.integers(1, 3))
    if draw(st.booleans()):
        documents = [draw(events(f"e-{each}", draw(st.sampled_from([0, 0, 2])))) for each in range(number)]
        lines = [line for each in documents for line in (*draw(GAPS), "---", *each, *draw(GAPS))]
    else:
        indent = draw(st.sampled_from([2, 4, 5]))
        items = [draw(events(f"e-{each}", indent, dashed=True)) for each in range(number)]
        lines = ["events:", *(line for each in items for line in (*draw(GAPS), *each)), *draw(GAPS)]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join(lines) + draw(st.sampled_from(["", end, end * 3]))


MESSY = files().filter(lambda text: not FORBIDDEN.search(text))
