"""Declarations as of a commit: the same as in a checkout, or an error."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import chdir
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from reconciler.connections import git_environment
from reconciler.declarations.as_of import load_base, read_as_of
from reconciler.declarations.base import Base
from reconciler.declarations.files.committed import MOST_FOLDERS, Committed
from reconciler.declarations.files.disk import LARGEST, Disk
from reconciler.declarations.files.git import Commit, open_commit
from reconciler.declarations.files.trees import EntryKind
from reconciler.declarations.load import load_from
from reconciler.declarations.settings import Settings, load_settings
from reconciler.diagnostics import Diagnostic
from reconciler.errors import DeclarationsInvalid, UsageError
from reconciler.event import Declared
from tests.repository import Repository

EVENT = "externalEventId: {}\neventName: A name\neventOrganizer: Acme\n"
SETTINGS = "externalAccountId: acme\n"

Outcome = tuple[Settings, Declared] | tuple[Diagnostic, ...]


def outcome(read: Callable[[], tuple[Settings, Declared]]) -> Outcome:
    try:
        return read()
    except DeclarationsInvalid as invalid:
        return invalid.diagnostics


def on_disk(path: str = "events") -> tuple[Settings, Declared]:
    settings = load_settings(Path(path), environment=None, api_version=None)
    return settings, load_from(Disk(), settings)  # `load` also warns of settings above, which a base never does


def as_of(ref: str, path: str = "events") -> tuple[Settings, Declared]:
    top = Path.cwd()
    with open_commit(top, ref, git_environment()) as commit:
        return read_as_of(Committed(commit, top), here(path), top)


def here(path: str = "events", environment: str | None = None) -> Settings:
    return load_settings(Path(path), environment=environment, api_version=None)


def base(ref: str = "HEAD", path: str = "events", environment: str | None = None) -> Base:
    return load_base(here(path, environment), ref, git_environment())


def ids(found: Base) -> list[str]:
    return [str(event.identity) for event in found.events]


def put(path: str | Path, content: str | bytes = "") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def empty() -> None:
    """Remove everything from the work tree that could be read in place of the commit."""
    for path in Path.cwd().iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    Path("events").mkdir()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Stand in a new work tree whose folder `events` holds settings."""
    made = Repository.at(tmp_path / "work")
    monkeypatch.chdir(made.folder)
    put("events/reconciler.yaml", SETTINGS)
    return made


# The law

SUBMODULE, TOO_LARGE = "a submodule", "a file past the bound"
_NAMES = st.sampled_from(
    [
        *("a.yaml", "b.yml", "_defaults.yaml", "_defaults.yml", "reconciler.yaml", "reconciler.yml", "c.YAML"),
        *("note.txt", ".hidden.yaml", ".folder", "in", "x.yaml", "A.yaml", os.fsdecode(b"\xe9.yaml"), "e\x1b.yaml"),
    ]
)
_TARGETS = st.sampled_from(
    [
        *(".", "..", "../..", "in", "in/..", "../in", "x.yaml", "a.yaml", "a.yaml/..", "a.yaml/.", "loop", "nowhere"),
        *(".git", "../.git", "../.git/refs", "/", "/dev/null", "../../work/events", "../../../nowhere", "//", "./in/."),
    ]
)


def _leaves() -> SearchStrategy[object]:
    texts = st.sampled_from(
        [
            *map(EVENT.format, "abc"),
            *(SETTINGS, "eventType: WEBINAR\n", "broken: [", "", "timezone: Europe/Berlin\n", "portal: x\n"),
            *("externalEventId: d\r\neventName: |\r\n  D\r\neventOrganizer: x\r\n", "\xe9"),
        ]
    ).map(lambda text: text.encode("latin-1"))
    return texts | _TARGETS | st.sampled_from([SUBMODULE, TOO_LARGE])


_TREES: SearchStrategy[Mapping[str, object]] = st.recursive(
    st.dictionaries(_NAMES, _leaves(), max_size=4),
    lambda trees: st.dictionaries(_NAMES, trees | _leaves(), max_size=4),
    max_leaves=8,
)


def lay_out(folder: Path, tree: Mapping[str, object]) -> None:
    """Write a tree to the disk; git keeps no folder that is empty."""
    put(folder / ".keep")
    for name, thing in tree.items():
        path = folder / name
        match thing:
            case bytes():
                path.write_bytes(thing)
                path.chmod(0o755 if len(thing) % 2 else 0o644)
            case Mapping():
                lay_out(path, thing)
            case "a submodule":
                Repository.at(path).commit()
            case "a file past the bound":
                path.write_bytes(b"#" * (LARGEST + 1))
            case _:
                path.symlink_to(str(thing))


@example({"reconciler.yaml": b""}, {"reconciler.yaml": SETTINGS.encode()})
@given(_TREES, _TREES)
def test_a_commit_reads_as_its_checkout_would(above: Mapping[str, object], tree: Mapping[str, object]) -> None:
    with TemporaryDirectory() as scratch:
        repository = Repository.at(Path(scratch).resolve() / "work")
        lay_out(repository.folder, above)
        lay_out(repository.folder / "events", tree)
        with chdir(repository.folder):
            repository.commit()
            seen = outcome(on_disk)
            empty()
            assert outcome(lambda: as_of("HEAD")) == seen


def test_links_lead_where_the_system_follows_them(repository: Repository, tmp_path: Path) -> None:
    put("events/in/a.yaml")
    put("events/b.yaml")
    put(tmp_path / "outside/in/c.yaml")
    (tmp_path / "outside/link").symlink_to("in")
    (tmp_path / "outside/back").symlink_to(repository.folder / "events")
    targets = [
        *(
            ".",
            "in",
            "in/",
            "./in/.",
            "in/..",
            "../events",
            "in/../in/../..",
            "b.yaml",
            "b.yaml/.",
            "b.yaml/..",
            "in/x",
        ),
        *("gone", "gone/..", "in/a.yaml", "/", "/..", "//", "/dev/null", "/dev/null/..", "../.git", "../.git/objects"),
        *("../../outside", "../../outside/link", "../../outside/gone", "../../outside/in/c.yaml", "../../outside/back"),
        *("../../outside/back/in", "../../outside/back/b.yaml", "../../work", "../../work/events/in", "12", "x" * 4000),
        *(str(repository.folder / "events/in"), str(repository.folder), f"{tmp_path}/outside/link/..", "../../work2"),
    ]
    for number, target in enumerate([*targets, "round", "chain-9", "chain-99"]):
        Path(f"events/{number}").symlink_to(target)
    Path("events/round").symlink_to("round")
    Path("events/chain-0").symlink_to("in")
    for number in range(1, 100):
        Path(f"events/chain-{number}").symlink_to(f"chain-{number - 1}")
    repository.commit()
    folder = str(repository.folder / "events")
    on_disk = dict(Disk().entries(folder))
    empty()
    with open_commit(repository.folder, "HEAD", git_environment()) as commit:
        assert dict(Committed(commit, repository.folder).entries(folder)) == on_disk
    assert {EntryKind.FILE, EntryKind.FOLDER, EntryKind.LINK, EntryKind.LINK_TO_FOLDER} == set(on_disk.values())


# What a commit says


def test_the_commit_is_read_by_its_own_settings_and_defaults(repository: Repository) -> None:
    put("events/reconciler.yaml", SETTINGS + "timezone: Europe/Berlin\n")
    put("events/_defaults.yaml", "eventType: WEBINAR\nprotect: true\n")
    put("events/a.yaml", EVENT.format("a") + "startDateTime: 2027-04-15 17:00\n")
    repository.commit()
    empty()
    put("events/reconciler.yaml", "externalAccountId: other\n")
    found = base()
    (event,) = found.events
    assert (str(event.identity), event.protect) == ("acme/a", True)
    assert event.fields["eventType"] == "WEBINAR"
    assert event.fields["startDateTime"] == "2027-04-15T15:00:00Z"
    assert found.policy.external_account_id == "acme"


@pytest.mark.parametrize("ref", ["HEAD~1", "main~1", "old", "annotated", "branch/with/slashes", "HEAD@{1}"])
def test_a_ref_is_whatever_git_takes_for_a_commit(repository: Repository, ref: str) -> None:
    put("events/a.yaml", EVENT.format("a"))
    repository.commit()
    for command in ("tag old", "branch branch/with/slashes", "tag --annotate --message=x annotated"):
        repository.git(*command.split())
    put("events/a.yaml", EVENT.format("b"))
    commit = repository.commit()
    assert ids(base(ref)) == ["acme/a"]
    assert ids(base(commit)) == ["acme/b"]


def test_a_branch_may_be_called_like_an_option(repository: Repository) -> None:
    put("events/a.yaml", EVENT.format("a"))
    repository.git("update-ref", "refs/heads/--all", repository.commit())
    assert ids(base("--all")) == ["acme/a"]


def test_a_narrowed_run_reads_the_whole_root_of_the_commit(repository: Repository) -> None:
    put("events/old/a.yaml", EVENT.format("a"))
    repository.commit()
    repository.git("mv", "events/old", "events/new")
    repository.commit()
    assert ids(base("HEAD~1", "events/new")) == ["acme/a"]


def test_settings_may_have_moved_since_the_commit(repository: Repository) -> None:
    put("events/a.yaml", EVENT.format("a"))
    repository.git("mv", "-k", "events/reconciler.yaml", "reconciler.yaml")
    shutil.move("events/reconciler.yaml", "reconciler.yaml")
    repository.commit()
    empty()
    put("events/reconciler.yaml", "externalAccountId: other\n")
    assert ids(base()) == ["acme/a"]


def test_a_folder_that_was_not_there_declared_nothing(repository: Repository) -> None:
    empty()
    put("reconciler.yaml", SETTINGS)
    repository.commit()
    put("events/2027/reconciler.yaml", "externalAccountId: other\n")
    found = base(path="events/2027")
    assert (found.events, found.policy.external_account_id, found.known) == ((), "acme", True)


def test_where_a_file_stood_nothing_was_declared(repository: Repository) -> None:
    empty()
    Path("events").rmdir()
    put("events", "a file")
    repository.commit()
    empty()
    assert base() == Base()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [(None, []), ("staging", ["object 5"]), ("later", [])],
)
def test_the_environment_is_chosen_where_the_commit_has_it(
    repository: Repository, environment: str | None, expected: list[str]
) -> None:
    put("events/reconciler.yaml", "environments: {staging: {externalAccountId: staged}}\n")
    put("events/a.yaml", "objectId: {staging: 5}\neventName: A\n")
    repository.commit()
    put("events/reconciler.yaml", "environments: {staging: {}, later: {}}\n")
    found = base(environment=environment)
    assert ids(found) == expected
    assert found.policy.external_account_id == ("staged" if environment == "staging" else None)


@pytest.mark.parametrize(
    ("then", "environment", "known"),
    [
        ("portal: 77\nexternalAccountId: acme\n", "staging", False),
        ("portal: 78\nexternalAccountId: acme\n", "staging", False),
        ("portal: 78\nexternalAccountId: acme\nenvironments: {staging: {}}\n", "staging", True),
        ("portal: 77\nexternalAccountId: acme\n", None, True),
        ("externalAccountId: before\n", None, True),
        ("portal: 1\nexternalAccountId: acme\n", None, False),
        ("externalAccountId: staged\n", "staging", True),
    ],
)
def test_what_was_declared_for_another_portal_or_account_is_no_base(
    repository: Repository, then: str, environment: str | None, *, known: bool
) -> None:
    now = "portal: 77\nexternalAccountId: acme\nenvironments: {staging: {portal: 78, externalAccountId: staged}}\n"
    put("events/reconciler.yaml", then)
    put("events/a.yaml", EVENT.format("a"))
    commit = repository.commit()
    put("events/reconciler.yaml", now)
    found = base(environment=environment)
    place = "this portal" if environment is None else "the environment 'staging'"
    assert found.known == known
    said = (
        f"as of 'HEAD' (commit {commit[:10]}) nothing was declared for {place}, "
        "so the origin of each difference is unknown"
    )
    assert [problem.message for problem in found.diagnostics] == ([] if known else [said])


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_link_is_no_root(repository: Repository, target: str) -> None:
    empty()
    Path("events").rmdir()
    put("elsewhere/2027/a.yaml", EVENT.format("a"))
    Path("events").symlink_to(target)
    repository.commit()
    empty()
    put("events/2027/a.yaml")
    for path in ("events", "events/2027"):
        (found,) = base(path=path).diagnostics
        assert found.code == "base-invalid"


def test_a_commit_that_is_wrong_tells_nothing_and_ends_no_run(repository: Repository) -> None:
    put("events/a.yaml", EVENT.format("a"))
    put("events/b.yaml", "colour: red\n")
    put("events/c.yaml", EVENT.format("a"))
    commit = repository.commit()
    found = base("main")
    assert not found.known
    assert found.events == ()
    (problem,) = found.diagnostics
    assert (problem.severity, problem.code, problem.place) == ("warning", "base-invalid", None)
    assert problem.message == (
        f"the declarations as of 'main' (commit {commit[:10]}) have 3 problems, so the origin of each difference "
        "and the events protected there are unknown"
    )


def test_one_problem_in_the_settings_of_the_commit_is_one_problem(repository: Repository) -> None:
    put("events/reconciler.yaml", "colour: red\n")
    repository.commit()
    put("events/reconciler.yaml", SETTINGS)
    (problem,) = base().diagnostics
    assert " have 1 problem, so " in problem.message


def test_a_commit_of_sha256_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository.at(tmp_path / "work", "--object-format=sha256")
    monkeypatch.chdir(repository.folder)
    put("events/reconciler.yaml", SETTINGS)
    put("events/in/a.yaml", EVENT.format("a"))
    assert len(repository.commit()) == 64
    assert ids(base()) == ["acme/a"]


def test_a_linked_work_tree_reads_the_same(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    put("events/a.yaml", EVENT.format("a"))
    repository.commit()
    repository.git("worktree", "add", "--quiet", "../second")
    monkeypatch.chdir("../second")
    assert ids(base()) == ["acme/a"]


@pytest.mark.parametrize(("size", "known"), [(LARGEST, True), (LARGEST + 1, False), (LARGEST * 20, False)])
def test_a_file_has_the_bound_that_it_has_on_disk(repository: Repository, size: int, known: bool) -> None:  # noqa: FBT001  (pytest passes it by name)
    content = EVENT.format("a")
    put("events/a.yaml", content + "#" * (size - len(content)))
    put("events/b.yaml", EVENT.format("b"))
    repository.commit()
    assert base().known is known
    if not known:
        assert outcome(lambda: as_of("HEAD")) == outcome(on_disk)


def test_a_link_is_no_file(repository: Repository) -> None:
    put("note.txt", EVENT.format("a"))
    Path("events/a.yaml").symlink_to("../note.txt")
    repository.commit()
    seen = outcome(on_disk)
    empty()
    assert outcome(lambda: as_of("HEAD")) == seen


# Commits that no checkout could hold


def committed_as(repository: Repository, tree: str) -> str:
    """Commit a tree that stands under `events`."""
    top = made(repository, [f"040000 tree {tree}\tevents"])
    return repository.git("commit-tree", "-m", "A commit", top)


def made(repository: Repository, lines: list[str]) -> str:
    return repository.git("mktree", "--missing", feed="\n".join(lines))


def events_of(repository: Repository, *names: str) -> list[str]:
    blob = repository.git("hash-object", "-w", "--stdin", feed=EVENT.format("a") + SETTINGS)
    return [f"100644 blob {blob}\t{name}" for name in names]


def problems(repository: Repository, tree: str) -> list[str]:
    commit = committed_as(repository, tree)
    with pytest.raises(DeclarationsInvalid) as raised:
        as_of(commit)
    return [f"{found.code}: {found.message}" for found in raised.value.diagnostics]


def test_modes_are_taken_as_git_takes_them(repository: Repository) -> None:
    """Old versions of git kept more permissions; what is no mode at all becomes a submodule's folder."""
    blob = events_of(repository, "a.yaml")[0].split()[2]
    tree = repository.git(
        "hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=b"100664 a.yaml\0" + bytes.fromhex(blob)
        + b"70000 b.yaml\0" + bytes.fromhex(blob),
    )  # fmt: skip
    _, declared = as_of(committed_as(repository, tree))
    assert [str(event.identity) for event in declared.events] == ["acme/a"]


def test_folders_that_never_end_are_refused(repository: Repository) -> None:
    tree = made(repository, events_of(repository, "note.txt"))
    for _ in range(5):
        tree = made(repository, [f"040000 tree {tree}\t{number}" for number in range(10)])
    assert problems(repository, tree) == [f"too-many-folders: there are more than {MOST_FOLDERS:,} folders to read"]


def test_a_path_that_no_disk_could_hold_is_a_problem(repository: Repository) -> None:
    tree = made(repository, events_of(repository, "a.yaml"))
    for _ in range(30):
        tree = made(repository, [f"040000 tree {tree}\t{'x' * 200}"])
    assert problems(repository, tree) == ["unreadable: this cannot be read: File name too long"]


def test_a_file_whose_path_no_disk_could_hold_is_a_problem(repository: Repository) -> None:
    tree = made(repository, events_of(repository, f"{'x' * 250}.yaml"))
    depth = (4000 - len(os.fsencode(Path.cwd()))) // 201
    for _ in range(depth):
        tree = made(repository, [f"040000 tree {tree}\t{'x' * 200}"])
    assert problems(repository, tree) == ["unreadable: this cannot be read: File name too long"]


def test_a_folder_that_is_too_large_is_not_read(repository: Repository) -> None:
    tree = made(repository, events_of(repository, *(f"{number:0>250}.txt" for number in range(31_000))))
    with pytest.raises(UsageError, match=r"a folder in commit [0-9a-f]{10} is too large to be read"):
        as_of(committed_as(repository, tree))


@pytest.mark.parametrize(
    "record",
    [
        b"x",
        b"100644 a.yaml",
        b"100644a.yaml\0" + b"i" * 20,
        b"100644 a.yaml\0" + b"i" * 19,
        b"-1 a.yaml\0" + b"i" * 20,
        b"40000 /\0" + b"i" * 20,
        b"40000 ../events\0" + b"i" * 20,
        b"777777777777 a.yaml\0" + b"i" * 20,
        b"100644 a.yaml\0" + b"i" * 20 + b"rest",
    ],
)
def test_a_folder_that_is_damaged_says_so(repository: Repository, record: bytes) -> None:
    """Git accepts any bytes as a tree, and returns them as they are."""
    tree = repository.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=record)
    with pytest.raises(UsageError, match=r"^a folder in commit [0-9a-f]{10} is damaged$"):
        as_of(committed_as(repository, tree))


@pytest.mark.parametrize("kind", ["100644", "040000"])
def test_a_file_that_is_listed_as_a_folder_or_the_other_way_round_is_a_problem(
    repository: Repository, kind: str
) -> None:
    blob, tree = events_of(repository, "a.yaml")[0].split()[2], made(repository, events_of(repository, "b.yaml"))
    swapped = bytes.fromhex(tree if kind == "100644" else blob)
    record = f"{kind} c.yaml\0".encode() + swapped
    outer = repository.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=record)
    with pytest.raises((UsageError, DeclarationsInvalid)):
        as_of(committed_as(repository, outer))


@pytest.mark.parametrize("told", [b"a" * 40 + b" tree 9", b"a" * 40 + b" tree 9\n", b"a" * 40 + b" tree 2\nab"])
def test_a_git_that_ends_in_the_middle_has_told_nothing(told: bytes) -> None:
    """What it has told of a file by then could pass for the whole file."""
    with pytest.raises(UsageError, match=r"^(parts of|git stopped before all of) commit aaaaaaaaaa"):
        Commit("a" * 40, BytesIO(), BytesIO(told)).top()


def test_a_tree_answers_for_what_is_not_there(repository: Repository) -> None:
    repository.commit()
    top = repository.folder
    with open_commit(top, "HEAD", git_environment()) as commit:
        tree = Committed(commit, top)
        assert tree.kind(str(top)) is EntryKind.FOLDER
        assert tree.kind(str(top / "nothing/below")) is None
        with pytest.raises(DeclarationsInvalid) as raised:
            tree.read(str(top / "nothing.yaml"), "nothing.yaml")
    assert [found.message for found in raised.value.diagnostics] == ["this cannot be read: No such file or directory"]


# Git itself


def refusal(ref: str = "HEAD") -> tuple[str, str | None]:
    with pytest.raises(UsageError) as raised:
        base(ref)
    return raised.value.message, raised.value.hint


@pytest.mark.parametrize(
    "ref",
    [
        "gone",
        "",
        " ",
        "--help",
        "--all",
        "-h",
        "--output=x",
        "HEAD..HEAD",
        "^HEAD",
        "HEAD:events",
        "0" * 40,
        "a\nb",
        "\x1b[31m",
    ],
)
def test_what_is_no_commit_is_never_anything_else(repository: Repository, ref: str) -> None:
    repository.commit()
    message, hint = refusal(ref)
    assert message.startswith("there is no commit '")
    assert message.isprintable()
    assert hint == "name a branch, a tag or a commit that this clone has, or fetch it first"


def test_a_shallow_clone_names_the_remedy(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository.commit()
    repository.commit()
    clone = repository.clone(tmp_path / "clone", "--depth=1")
    monkeypatch.chdir(clone.folder)
    for ref in (commit, "HEAD~1"):
        message, hint = refusal(ref)
        assert message == f"there is no commit '{ref}' in this clone"
        assert (
            hint == "this clone is shallow: run `git fetch --unshallow`, or set `fetch-depth: 0` for actions/checkout"
        )
    assert base("HEAD").known
    clone.git("fetch", "--quiet", "--unshallow")
    assert base(commit).known


@pytest.mark.parametrize("filtered", ["blob:none", "tree:0"])
def test_a_clone_that_left_something_out_names_the_remedy_and_fetches_nothing(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filtered: str
) -> None:
    put("events/a.yaml", EVENT.format("a"))
    commit = repository.commit()
    put("events/reconciler.yaml", "externalAccountId: other\n")
    repository.commit()
    for name in ("allowFilter", "allowAnySHA1InWant"):
        repository.git("config", f"uploadpack.{name}", "true")
    clone = repository.clone(tmp_path / "clone", f"--filter={filtered}")
    clone.git("config", "protocol.file.allow", "always")
    monkeypatch.chdir(clone.folder)
    message, hint = refusal(commit)
    assert message == f"parts of commit {commit[:10]} are missing in this clone"
    assert hint is not None
    assert "`git fetch --refetch --no-filter`" in hint
    clone.git("fetch", "--quiet", "--refetch", "--no-filter")
    assert ids(base(commit)) == ["acme/a"]


def test_a_sparse_work_tree_hides_nothing_of_the_commit(repository: Repository) -> None:
    put("events/in/a.yaml", EVENT.format("a"))
    repository.commit()
    repository.git("sparse-checkout", "set", "--cone", "elsewhere")
    put("events/b.yaml", EVENT.format("b"))
    assert ids(base()) == ["acme/a"]


def test_outside_a_work_tree_there_is_nothing_to_compare_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put("events/a.yaml", EVENT.format("a"))
    message, hint = refusal()
    assert message.endswith("is not in a git work tree, so there is nothing to compare with")
    assert hint is not None
    assert hint.startswith("git says: fatal: not a git repository")


def test_a_repository_of_another_user_is_read_once_git_is_told_to_trust_it(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """So it is in a container in which a checkout is mounted."""
    put("events/a.yaml", EVENT.format("a"))
    repository.commit()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    message, hint = refusal()
    assert message.startswith("git does not trust '")
    assert message.endswith("because the folder belongs to another user")
    assert hint is not None
    subprocess.run(shlex.split(hint.split("`")[1]), check=True)
    assert ids(base()) == ["acme/a"]


def test_a_folder_that_only_looks_like_a_work_tree_is_none(repository: Repository) -> None:
    put("events/in/.git/HEAD", "nothing")
    repository.commit()
    with pytest.raises(UsageError, match="is not in a git work tree") as raised:
        base(path="events/in")
    assert raised.value.hint == "leave --base out"


def test_a_repository_that_lies_in_the_work_tree_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody could add one in a pull request, with settings that start programs."""
    Repository.at(tmp_path / "work", "--bare")
    monkeypatch.chdir(tmp_path / "work")
    put("events/a.yaml", EVENT.format("a"))
    message, hint = refusal()
    assert "is not in a git work tree" in message
    assert hint is not None
    assert hint.startswith("git says: fatal: cannot use bare repository")


def test_git_may_not_be_installed(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit()
    monkeypatch.setenv("PATH", str(repository.folder))
    assert refusal() == ("git is needed and cannot be started: No such file or directory", "install git")


def test_the_environment_leads_git_nowhere_else(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("events/a.yaml", EVENT.format("a"))
    repository.commit()
    other = Repository.at(tmp_path / "other")
    other.commit()
    for name, value in {"DIR": ".git", "WORK_TREE": ".", "OBJECT_DIRECTORY": ".git/objects", "INDEX_FILE": "x"}.items():
        monkeypatch.setenv(f"GIT_{name}", str(other.folder / value))
    assert ids(base()) == ["acme/a"]


def test_git_is_given_no_token_and_no_network() -> None:
    secrets = dict.fromkeys(("HUBSPOT_ACCESS_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"), "secret")
    given_to_git = git_environment({**secrets, "PATH": "/bin", "GIT_DIR": "x", "GIT_TRACE": "0"})
    assert given_to_git == {
        "PATH": "/bin",
        "GIT_TRACE": "0",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }


@pytest.mark.parametrize("kind", ["HEAD:events/a.yaml", "HEAD:events", "HEAD"])
def test_a_commit_cannot_be_replaced_by_another(repository: Repository, kind: str) -> None:
    """Anybody who can push refs could otherwise show a base that nobody has ever committed."""
    put("events/a.yaml", EVENT.format("a"))
    commit = repository.commit()
    honest = repository.git("rev-parse", kind)
    put("events/a.yaml", EVENT.format("b"))
    repository.commit()
    forged = repository.git("rev-parse", kind)
    repository.git("replace", honest, forged)
    assert repository.git("cat-file", "-p", f"{commit}:events/a.yaml").startswith("externalEventId: b")
    assert ids(base(commit)) == ["acme/a"]


def test_no_hook_no_alias_and_no_other_program_is_started(repository: Repository) -> None:
    put("events/a.yaml", EVENT.format("a"))
    commit = repository.commit()
    program = put("program", f"#!/bin/sh\ntouch '{repository.folder}/started'\n")
    program.chmod(0o755)
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
        shutil.copy(program, put(f".git/hooks/{hook}"))
    for name in ("core.alternateRefsCommand", "core.sshCommand", "core.editor", "credential.helper", "core.askPass"):
        repository.git("config", name, str(program))
    for name in ("alias.rev-parse", "alias.cat-file"):
        repository.git("config", name, f"!{program}")
    assert ids(base(commit)) == ["acme/a"]
    assert not Path("started").exists()


def test_reading_writes_nothing_and_starts_nothing(repository: Repository) -> None:
    put("events/a.yaml", EVENT.format("a"))
    put(".gitattributes", "*.yaml filter=bad diff=bad\n")
    commit = repository.commit()
    for name in ("core.fsmonitor", "filter.bad.smudge", "filter.bad.clean", "diff.bad.textconv", "core.pager"):
        repository.git("config", name, f"touch {repository.folder}/started;")
    before = everything()
    assert ids(base(commit)) == ["acme/a"]
    assert everything() == before


def everything() -> dict[str, tuple[float, bytes]]:
    files = (path for path in Path.cwd().rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime, path.read_bytes()) for path in files}
