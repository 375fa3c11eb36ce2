"""The number of changes of a declaration, from any history."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reconciler.declarations.events.revisions import FileCommit, Revision, Revisions

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FILES = ("a.yaml", "b.yaml", "x/a.yaml", "x/y/b.yaml")
names = st.sampled_from([*FILES, "_defaults.yaml", "x/_defaults.yaml", "x/y/_defaults.yaml", "reconciler.yaml"])
commits = st.builds(
    FileCommit,
    st.integers(0, 999).map(lambda hours: BEGIN + timedelta(hours=hours)),
    st.frozensets(names, max_size=4),
    st.dictionaries(st.sampled_from(FILES), st.sampled_from(FILES), max_size=2),
)

commits_without_renames = commits.map(lambda commit: commit._replace(renamed={}))


def of(history: list[FileCommit], file: str, *differing: str) -> Revision:
    return Revisions(history, differing=frozenset(differing), now=NOW).of(file)


@given(st.lists(commits, max_size=6), commits, st.sampled_from(FILES))
def test_one_more_commit_never_lowers_the_number(history: list[FileCommit], last: FileCommit, file: str) -> None:
    before, after = of(history, file).changes or 0, of([*history, last], file).changes or 0
    assert after >= before + (file in last.changed)


@given(st.lists(commits_without_renames, max_size=6), st.sampled_from(FILES), names)
def test_what_is_not_committed_counts_as_much_as_a_commit(history: list[FileCommit], file: str, name: str) -> None:
    now = of(history, file, name)
    then = of([*history, FileCommit(NOW, frozenset([name]), {})], file)
    assert now.changes == (None if of(history, file).changes is None else then.changes)


@given(st.lists(commits, max_size=6), st.sampled_from(FILES))
def test_the_last_change_is_that_of_a_commit_or_now(history: list[FileCommit], file: str) -> None:
    revision = of(history, file)
    assert revision.at in ([NOW] if revision.changes is None else [commit.at for commit in history])


def test_the_latest_commit_says_when() -> None:
    later, earlier = (FileCommit(BEGIN + timedelta(hours=hours), frozenset(["a.yaml"]), {}) for hours in (2, 1))
    assert of([later, earlier], "a.yaml") == of([earlier, later], "a.yaml") == Revision(later.at, 2)


def test_defaults_beside_or_below_the_folder_are_of_no_concern() -> None:
    aside = FileCommit(BEGIN, frozenset(["x/_defaults.yaml", "x/y/_defaults.yaml", "z/_defaults.yaml"]), {})
    assert of([FileCommit(BEGIN, frozenset(["a.yaml"]), {}), aside], "a.yaml").changes == 1
    assert of([FileCommit(BEGIN, frozenset(["a.yaml"]), {})], "a.yaml", "x/_defaults.yaml").changes == 1


def test_the_revision_of_a_file_is_found_once() -> None:
    revisions = Revisions([FileCommit(BEGIN, frozenset(["a.yaml"]), {})], differing=frozenset(), now=NOW)
    assert revisions.of("a.yaml") is revisions.of("a.yaml")
