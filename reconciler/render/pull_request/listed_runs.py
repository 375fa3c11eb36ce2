"""The list of runs, read back from the comment that holds it."""

import re
from datetime import UTC, datetime

from reconciler.render.pull_request.runs import TIME_OF_A_RUN, TITLE_OF_RUNS, RunEntry, Runs

_ENTRY = re.compile(
    r"- (\d{4}-\d\d-\d\d \d\d:\d\d) UTC, "
    r"\[?run (\d{1,18}), attempt (\d{1,9})(?:\]\(<[^<>\n]*>\))?: "
    r"([a-z0-9 ,:;-]{1,120})"
)
"""Whoever may push a branch can have Actions write a comment, so only such plain words are taken over from one."""
_EARLIER = re.compile(r"- (\d{1,9}) earlier runs?")


def runs_in(comment: str) -> Runs:
    """Return the runs that a comment of ours lists."""
    _, title, listed = comment.replace("\r\n", "\n").rpartition(f"\n{TITLE_OF_RUNS}\n")
    lines = listed.split("\n") if title else []
    earlier = next((int(found[1]) for found in map(_EARLIER.fullmatch, lines) if found), 0)
    found = (_ENTRY.fullmatch(line) for line in lines)
    return Runs(tuple(entry for each in found if each and (entry := _entry(*each.groups()))), earlier)


def _entry(when: str, run: str, attempt: str, did: str) -> RunEntry | None:
    try:
        return RunEntry(datetime.strptime(when, TIME_OF_A_RUN).replace(tzinfo=UTC), int(run), int(attempt), did)
    except ValueError:  # no such day: not written by us
        return None
