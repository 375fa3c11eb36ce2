"""The action that pushes what drift proposes: what it commits, what it refuses, whose branch it leaves alone."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.render.file_diff import file_patch
from reconciler.render.pull_request.proposal import drift_branch
from tests.command_line import declare
from tests.github.pushing import BOT_SIGNED, MESSAGE, OUR_BRANCH, Pushing
from tests.github.runner import PROPOSE, TOP, Ended
from tests.github.runner_parser import commands
from tests.repository import Repository

FAIR = "eventName: Fair\n"
OUTSIDE = {
    "reconciler.yaml": "portal: 1\n",
    "_defaults.yaml": "eventType: A\n",
    "notes.txt": "a\n",
    ".hidden.yaml": "a: 1\n",
    ".hidden/deep.yaml": "a: 1\n",
}


@pytest.fixture
def people(tmp_path: Path) -> Repository:
    """Return the work tree of people, with declarations and what is none."""
    repository = Repository.at(tmp_path / "people")
    declare(repository.folder / "events", fair=FAIR, expo=FAIR)
    for name, text in OUTSIDE.items():
        path = repository.folder / "events" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (repository.folder / ".github" / "workflows").mkdir(parents=True)
    (repository.folder / ".github" / "workflows" / "plan.yml").write_text("a: 1\n", encoding="utf-8")
    (repository.folder / "events" / "link.yaml").symlink_to("notes.txt")
    (repository.folder / "elsewhere.yaml").write_text("a: 1\n", encoding="utf-8")
    repository.commit()
    return repository


@pytest.fixture
def job(tmp_path: Path, people: Repository) -> Pushing:
    return Pushing.into(tmp_path, people)


def edit(name: str = "Edited", file: str = "events/fair.yaml", before: str = FAIR) -> str:
    return file_patch(file, before.encode(), f"eventName: {name}\n".encode())


def test_the_branch_holds_the_patch_on_top_of_what_was_compared(job: Pushing) -> None:
    ended = job.propose(edit())
    assert (ended.code, ended.outputs) == (0, {"branch": OUR_BRANCH, "outcome": "pushed"}), ended.log
    assert job.hub.git("show", f"{OUR_BRANCH}:events/fair.yaml") == "eventName: Edited"
    assert job.hub.git("rev-parse", f"{OUR_BRANCH}^") == job.tip("main")
    assert job.hub.git("diff", "--name-only", "main", OUR_BRANCH) == "events/fair.yaml"
    assert job.hub.git("show", "--no-patch", "--format=%an <%ae>|%cn <%ce>", OUR_BRANCH) == f"{BOT_SIGNED}|{BOT_SIGNED}"


def test_the_message_is_always_the_same(job: Pushing) -> None:
    messages = set()
    for name in ("Edited", "Made-By: somebody"):
        job.propose(edit(name))
        messages.add(job.hub.git("show", "--no-patch", "--format=%B", OUR_BRANCH))
    assert messages == {MESSAGE}
    assert MESSAGE.startswith("Take over what was changed in HubSpot\n\n")


def test_other_drift_takes_the_place_of_the_old(job: Pushing) -> None:
    job.propose(edit())
    ended = job.propose(edit("Edited again", "events/expo.yaml"))
    assert ended.outputs["outcome"] == "pushed", ended.log
    assert job.hub.git("diff", "--name-only", "main", OUR_BRANCH) == "events/expo.yaml"


def test_the_same_drift_is_pushed_once(job: Pushing, people: Repository) -> None:
    job.propose(edit())
    tip = job.tip()
    assert job.propose(edit()).outputs["outcome"] == "kept"
    (people.folder / "elsewhere.yaml").write_text("a: 2\n", encoding="utf-8")
    people.commit()
    job.publish(people)
    assert job.propose(edit()).outputs["outcome"] == "kept"
    assert job.tip() == tip


def test_where_the_file_has_changed_the_branch_is_made_anew(job: Pushing, people: Repository) -> None:
    job.propose(edit())
    declare(people.folder / "events", fair="eventName: Great fair\n")
    people.commit()
    job.publish(people)
    ended = job.propose(edit(before="eventName: Great fair\n"))
    assert ended.outputs["outcome"] == "pushed", ended.log
    assert job.hub.git("rev-parse", f"{OUR_BRANCH}^") == job.tip("main")


def test_when_nothing_is_left_to_propose_the_branch_goes(job: Pushing) -> None:
    assert job.nothing_to_propose().outputs["outcome"] == "absent"
    job.propose(edit())
    ended = job.nothing_to_propose()
    assert (ended.code, ended.outputs["outcome"], job.tip()) == (0, "removed", ""), ended.log


def pushed_on_top(people: Repository) -> None:
    people.git("checkout", "--quiet", OUR_BRANCH)
    declare(people.folder / "events", fair="eventName: Mine\n")
    people.commit()


def amended(people: Repository) -> None:
    people.git("checkout", "--quiet", OUR_BRANCH)
    people.git("commit", "--quiet", "--amend", "--no-edit", "--allow-empty")


def signed_by_the_bot(people: Repository, parent: str, message: str) -> None:
    """Put a commit on the branch that has the author of ours."""
    tree, above = people.git("rev-parse", f"{parent}^{{tree}}"), people.git("rev-parse", parent)
    signed = f"author {BOT_SIGNED} 1700000000 +0000\ncommitter {BOT_SIGNED} 1700000000 +0000\n"
    text = f"tree {tree}\nparent {above}\n{signed}\n{message}\n"
    people.git(
        "checkout", "--quiet", "-B", "mine", people.git("hash-object", "-t", "commit", "-w", "--stdin", feed=text)
    )


def put_under_ours(people: Repository) -> None:
    people.git("commit", "--quiet", "--allow-empty", "--message=Mine")
    signed_by_the_bot(people, "HEAD", people.git("show", "--no-patch", "--format=%B", f"origin/{OUR_BRANCH}"))


def put_under_ours_elsewhere(people: Repository) -> None:
    people.git("checkout", "--quiet", "--orphan", "elsewhere")
    put_under_ours(people)


def another_message(people: Repository) -> None:
    """Another workflow, which has the same author."""
    signed_by_the_bot(people, "origin/main", "Format the files")


def merged_into(people: Repository) -> None:
    people.git("checkout", "--quiet", "-b", "other", "origin/main")
    people.git("commit", "--quiet", "--allow-empty", "--message=x")
    people.git("checkout", "--quiet", OUR_BRANCH)
    people.git("merge", "--quiet", "--no-ff", "--message=Merge", "other")


def untouched(job: Pushing, push: Callable[[Repository], None]) -> list[Ended]:
    """Let somebody push to the branch; return the ends of the runs after that, which have left it as it was."""
    job.propose(edit())
    somebody = job.clone()
    push(somebody)
    somebody.git("push", "--quiet", "--force", "origin", f"HEAD:{OUR_BRANCH}")
    tip = job.tip()
    ended = [job.propose(edit("Edited again")), job.nothing_to_propose()]
    assert job.tip() == tip
    return ended


@pytest.mark.parametrize("push", [pushed_on_top, amended, put_under_ours_elsewhere, another_message, merged_into])
def test_a_branch_that_somebody_else_has_pushed_to_is_left_alone(
    job: Pushing, push: Callable[[Repository], None]
) -> None:
    for ended in untouched(job, push):
        assert (ended.code, ended.outputs["outcome"]) == (0, "left"), ended.log
        assert f"::warning title=propose::Somebody else has pushed to the branch {OUR_BRANCH}" in ended.log


def test_our_commit_on_top_of_somebodys_is_left_alone_too(job: Pushing) -> None:
    for ended in untouched(job, put_under_ours):
        assert (ended.code, ended.outputs["outcome"]) == (0, "kept"), ended.log


def test_a_branch_of_that_name_that_people_made_is_left_alone(job: Pushing, people: Repository) -> None:
    people.git("push", "--quiet", f"{job.server}/acme/events", f"main:refs/heads/{OUR_BRANCH}")
    assert job.propose(edit()).outputs["outcome"] == "left"
    assert job.tip() == job.tip("main")


def test_a_branch_whose_name_only_ends_so_is_another(job: Pushing) -> None:
    job.hub.git("update-ref", f"refs/heads/zzz/refs/heads/{OUR_BRANCH}", "main")
    assert job.propose(edit()).outputs["outcome"] == "pushed"


def test_a_run_for_an_older_commit_changes_nothing(job: Pushing, people: Repository) -> None:
    older = job.tip("main")
    people.git("commit", "--quiet", "--allow-empty", "--message=x")
    job.publish(people)
    job.propose(edit())
    tip = job.tip()
    ended = job.run({"proposed": "false"}, {}, GITHUB_SHA=older)
    assert (ended.outputs["outcome"], job.tip()) == ("kept", tip), ended.log


RACE = """#!/bin/sh
"$REAL_GIT" "$@"
code=$?
case "$*" in
  *ls-remote*) [ -e "$MARK" ] || { touch "$MARK"; "$REAL_GIT" -C "$HUB" update-ref "$REF" "$THEIRS"; } ;;
esac
exit $code
"""


@pytest.mark.parametrize("before", ["absent", "ours"])
def test_who_pushes_meanwhile_loses_nothing(job: Pushing, tmp_path: Path, before: str) -> None:
    """The branch changes between the look at it and the push."""
    if before == "ours":
        job.propose(edit())
    somebody = job.clone()
    somebody.git("commit", "--quiet", "--allow-empty", "--message=Mine")
    somebody.git("push", "--quiet", "origin", "HEAD:theirs")
    theirs = job.tip("theirs")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(RACE)
    (tmp_path / "bin" / "git").chmod(0o755)
    real = next(path for each in os.environ["PATH"].split(":") if (path := Path(each) / "git").exists())
    patch = tmp_path / "reconciler-drift.patch"
    patch.write_text(edit("Edited again"))
    ended = job.run(
        {"proposed": "true", "artifact": "a"},
        {"a": patch},
        PATH=f"{tmp_path}/bin:{os.environ['PATH']}",
        REAL_GIT=str(real),
        MARK=str(tmp_path / "mark"),
        HUB=str(job.hub.folder),
        REF=f"refs/heads/{OUR_BRANCH}",
        THEIRS=theirs,
    )
    assert (ended.code, ended.outputs["outcome"]) == (0, "left"), ended.log
    assert job.tip() == theirs


def test_a_push_that_is_refused_fails_the_job(job: Pushing) -> None:
    job.hub.git("update-ref", "refs/heads/reconciler", "main")  # beside it no branch can be called reconciler/drift
    ended = job.propose(edit())
    assert ended.code == 1
    assert "::error title=propose::The branch cannot be pushed" in ended.log


# The patch


def new_file(path: str, mode: str = "100644") -> str:
    head = f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
    return f"{head}@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n"


def changed(path: str, text: str = "a: 1\n") -> str:
    return file_patch(path, text.encode(), b"a: 2\n")


FORBIDDEN = {
    "a workflow": changed(".github/workflows/plan.yml"),
    "another folder": changed("elsewhere.yaml"),
    "a hidden file": changed("events/.hidden.yaml"),
    "a hidden folder": changed("events/.hidden/deep.yaml"),
    "the settings": changed("events/reconciler.yaml", "portal: 1\n"),
    "defaults": changed("events/_defaults.yaml", "eventType: A\n"),
    "another kind of file": changed("events/notes.txt", "a\n"),
    "a new file": new_file("events/new.yaml"),
    "a new workflow": new_file(".github/workflows/new.yml"),
    "a new link": new_file("events/new.yaml", "120000"),
    "a link": (
        "diff --git a/events/link.yaml b/events/link.yaml\nindex 0000000..1111111 120000\n--- a/events/link.yaml\n"
        "+++ b/events/link.yaml\n@@ -1 +1 @@\n-notes.txt\n\\ No newline at end of file\n+/etc/passwd\n"
        "\\ No newline at end of file\n"
    ),
    "a mode": "diff --git a/events/fair.yaml b/events/fair.yaml\nold mode 100644\nnew mode 100755\n",
    "a deletion": (
        "diff --git a/events/fair.yaml b/events/fair.yaml\ndeleted file mode 100644\n--- a/events/fair.yaml\n"
        "+++ /dev/null\n@@ -1 +0,0 @@\n-eventName: Fair\n"
    ),
    "a new name": (
        "diff --git a/events/fair.yaml b/events/other.yaml\nsimilarity index 100%\nrename from events/fair.yaml\n"
        "rename to events/other.yaml\n"
    ),
    "nothing": "",
    "no difference": edit().replace("+eventName: Edited", "+eventName: Fair"),
    "outside": new_file("../outside.yaml"),
    "git's own folder": new_file(".git/hooks/pre-push.yaml"),
    "no patch": "eventName: Edited\n",
    "what the file does not hold": edit(before="eventName: Something else\n"),
}


ALONE = {"nothing", "no difference", "no patch"}
"""What must not stand behind a good patch, where git would overlook it."""


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_patch_that_changes_more_than_declarations_is_refused_whole(job: Pushing, what: str) -> None:
    good = "" if what in ALONE else edit("Edited", "events/expo.yaml")
    ended = job.propose(good + FORBIDDEN[what])
    assert ended.code == 1, ended.log
    assert [line for line in ended.log.splitlines() if line.startswith("::error title=propose::")]
    assert job.tip() == ""


@pytest.mark.parametrize(
    "content", [b"eventName: \xff\n", b"eventName: \0\n", b"\0\1\2\xff"], ids=["bytes", "zero", "binary"]
)
def test_a_patch_that_makes_something_else_than_text_is_refused(job: Pushing, content: bytes) -> None:
    there = job.clone()
    there.git("checkout", "--quiet", "main")
    (there.folder / "events" / "fair.yaml").write_bytes(content)
    there.git("commit", "--quiet", "--all", "--message=x")
    patch = there.folder.parent / "made.patch"
    there.git("diff", "--binary", "--text" if content.endswith(b"\n") else "--no-text", f"--output={patch}", "HEAD^")
    ended = job.propose(patch.read_bytes())
    assert "The patch changes more than the text of declarations." in ended.log
    assert (ended.code, job.tip()) == (1, "")


def hunk(name: str, mode: str = "") -> str:
    return f"diff --git {name} {name}\n{mode}--- {name}\n+++ {name}\n@@ -1 +1 @@\n-a\n+b\n"


@pytest.mark.parametrize(
    "patch",
    [
        hunk("events/##[add-mask]e"),
        hunk("events/###[add-mask]e"),
        hunk('"a/x\\n::set-output name=outcome::pushed\\n.yaml"'),
        hunk('"a/x\\r::set-output name=outcome::pushed\\r.yaml"'),
        hunk("a/x", "old mode 100644\nnew mode ##[error]1\n"),
    ],
)
def test_what_git_says_of_a_patch_is_no_command(job: Pushing, patch: str) -> None:
    ended = job.propose(patch)
    assert ended.code == 1
    assert "\ngit: error: " in ended.log
    assert [(one.name, one.properties) for one in commands(ended.log)] == [
        ("add-mask", {}),
        ("error", {"title": "propose"}),
    ]


HOSTILE = "$(touch harmed)`touch harmed`; touch harmed #\n::error::no\n##[error]no\n--- a/x\n+++ b/.github/x\n"


def test_nothing_acts_of_a_hostile_text_or_name(job: Pushing, people: Repository) -> None:
    names = ["events/$(touch harmed).yaml", "events/`x` ö\"'\\ b.yaml", "events/-n.yaml", "events/a b/c\td.yaml"]
    for name in names:
        path = people.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("a: 1", encoding="utf-8")
    people.commit()
    job.publish(people)
    ended = job.propose("".join(file_patch(name, b"a: 1", HOSTILE.encode()) for name in names))
    assert ended.outputs["outcome"] == "pushed", ended.log
    assert job.hub.git("show", f"{OUR_BRANCH}:{names[1]}") == HOSTILE.strip()
    assert len(job.hub.git("diff", "--name-only", "main", OUR_BRANCH).splitlines()) == len(names)
    assert "harmed" not in ended.log
    assert [line for line in ended.log.splitlines() if line.startswith(("::", "##"))] == [
        line for line in ended.log.splitlines() if line.startswith("::add-mask::")
    ]
    assert not list(job.folder.rglob("harmed"))


def test_line_ends_stay_as_they_are(job: Pushing, people: Repository) -> None:
    (people.folder / "events" / "crlf.yaml").write_bytes(b"a: 1\r\nb: 2")
    people.commit()
    job.publish(people)
    assert job.propose(file_patch("events/crlf.yaml", b"a: 1\r\nb: 2", b"a: 9\r\nb: 2")).code == 0
    assert job.hub.git("cat-file", "-s", f"{OUR_BRANCH}:events/crlf.yaml") == "10"


# Inputs


@pytest.mark.parametrize("path", [".", "./", "./events/", "events", "events/fair.yaml"])
def test_the_folder_may_be_written_in_any_way(job: Pushing, path: str) -> None:
    assert job.propose(edit(), path=path).outputs["outcome"] == "pushed"


def test_each_environment_has_a_branch_of_its_own(job: Pushing) -> None:
    for environment in ("staging", "live.eu_1"):
        ended = job.propose(edit(), environment=environment)
        assert ended.outputs["branch"] == drift_branch(environment)
        assert job.tip(drift_branch(environment))
    assert job.tip() == ""


WRONG = [
    ("proposed", "yes"),
    ("proposed", ""),
    ("environment", "a..b"),
    ("environment", "a.lock"),
    ("environment", "a."),
    ("environment", "../main"),
    ("environment", "a\nb"),
    ("environment", "$(touch harmed)"),
    ("path", ""),
    ("path", "/etc"),
    ("path", "a\nb"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_input_is_refused_without_a_repetition(job: Pushing, name: str, value: str) -> None:
    ended = job.propose(edit(), **{name: value})
    (line,) = [line for line in ended.log.splitlines() if line.startswith("::")]
    assert (ended.code, line.partition(" has to ")[0].partition(" cannot ")[0]) == (
        1,
        f"::error title=propose::The input {name}",
    )
    assert not value or value not in line.partition(name)[2]
    assert job.hub.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_without_the_artifact_nothing_is_pushed(job: Pushing) -> None:
    ended = job.run({"proposed": "true"}, {})
    assert (ended.code, job.tip()) == (1, ""), ended.log
    assert "There is no patch in the artifact." in ended.log


def test_a_shallow_checkout_is_told(job: Pushing, people: Repository) -> None:
    people.git("commit", "--quiet", "--allow-empty", "--message=x")
    job.publish(people)
    ended = replace(job, clone_options=("--depth=1",)).propose(edit())
    assert (ended.code, job.tip()) == (1, "")
    assert "set fetch-depth: 0" in ended.log


def test_the_token_is_in_no_log_and_in_no_argument(job: Pushing) -> None:
    ended = job.propose(edit())
    told = [line for line in ended.log.splitlines() if not line.startswith("::add-mask::")]
    assert "ghs_of-the-job" not in "\n".join(told)
    script = (TOP / PROPOSE / "propose.sh").read_text(encoding="utf-8")
    assert script.count("$GITHUB_TOKEN") == 1
    assert "git -c" not in script
