"""`reconciler init --github` as people see it."""

import re
import subprocess
from pathlib import Path

import pytest

from reconciler.cli.github.hubspot import READING, WRITING
from tests.command_line import CommandLine, declare
from tests.github.runner import TO_COPY, read_yaml

ACTION = "acme/reconciler@0123456789abcdef0123456789abcdef01234567"
CHOSEN = ("--account-id", "acme")
NAMES = [f".github/workflows/{name}.yml" for name in ("apply", "drift", "plan")]


def inputs(file: Path) -> dict[str, str]:
    """Return the inputs of each step that runs one of the actions, taken together."""
    steps = [step for job in read_yaml(file)["jobs"].values() for step in job["steps"]]
    used = [step["with"] for step in steps if step.get("uses", "").startswith("acme/reconciler/")]
    assert used
    assert file.stem in {one.get("command") for one in used}
    assert len({(one.get("path"), one.get("environment")) for one in used}) == 1
    return {name: value for one in used for name, value in one.items()}


def git(*arguments: str | Path) -> None:
    subprocess.run(["git", *arguments], check=True)


def test_it_writes_settings_and_the_three_workflows(reconciler: CommandLine, portal: str) -> None:
    screen = reconciler("init", *CHOSEN, "--github", ACTION)
    assert (screen.code, screen.err) == (0, "")
    assert screen.out.splitlines()[:7] == [
        "wrote events/reconciler.yaml",
        "wrote schema/settings.json",
        "wrote schema/declarations.json",
        "wrote .gitignore",
        *(f"wrote {name}" for name in NAMES),
    ]
    assert {str(path) for path in Path(".github").rglob("*.*")} == set(NAMES)
    assert "init --github OWNER" not in screen.out
    assert reconciler("validate").code == 0


def test_what_is_left_to_do_can_be_ticked(reconciler: CommandLine) -> None:
    declare(Path("events"), reconciler="portal: 77\n")
    lines = reconciler("init", "--github", ACTION).out.splitlines()
    assert lines == [
        *(f"wrote {name}" for name in NAMES),
        "",
        "On GitHub, an admin of the repository sets up (acme/reconciler explains it in docs/github.md):",
        "- [ ] the secret HUBSPOT_READ_TOKEN, under Settings → Secrets and variables → Actions:",
        "      a HubSpot token with the scope crm.objects.marketing_events.read",
        "- [ ] the environment hubspot, under Settings → Environments: only the default branch may use it;",
        "      required reviewers, no self-review, no bypass for administrators",
        "- [ ] the secret HUBSPOT_WRITE_TOKEN, in that environment alone:",
        "      a HubSpot token of the app that appId names, with the scopes crm.objects.marketing_events.read",
        "      and crm.objects.marketing_events.write",
        "- [ ] a ruleset for the default branch, under Settings → Rules → Rulesets: a pull request with an approval,",
        "      stale approvals dismissed, approval of the last push; the status check plan, with branches up to date;",
        "      no force pushes, no bypass",
        "- [ ] Actions may not approve pull requests, under Settings → Actions → General",
        "- [ ] owners of /.github/ and /events/reconciler.yaml in CODEOWNERS, whose review the ruleset requires",
        "- [ ] if the default branch is not main: its name in .github/workflows/apply.yml",
        "- [ ] Dependabot, which proposes new versions of the action: docs/upgrading.md has the file",
    ]


def test_the_list_names_what_the_workflows_have(reconciler: CommandLine) -> None:
    declare(Path("events"), reconciler="portal: 77\n")
    told = reconciler("init", "--github", ACTION).out
    text = "".join(path.read_text(encoding="utf-8") for path in TO_COPY.iterdir())
    assert set(re.findall(r"secrets\.(\w+)", text)) == {READING.name, WRITING.name}
    assert re.findall(r"^    environment:\n      name: (\w+)", text, re.MULTILINE) == ["hubspot"]
    assert all(f"the secret {name}" in told for name in (READING.name, WRITING.name))
    assert "the environment hubspot" in told
    (check,) = read_yaml(TO_COPY / "plan.yml")["jobs"]
    assert f"the status check {check}" in told
    assert read_yaml(TO_COPY / "apply.yml")["on"]["push"]["branches"] == ["main"]


def test_settings_that_are_there_are_left_and_need_no_token(reconciler: CommandLine) -> None:
    declare(Path("events"), reconciler="portal: 77\n")
    assert reconciler("init", "--github", ACTION).code == 0
    assert Path("events/reconciler.yaml").read_text(encoding="utf-8") == "portal: 77\n"
    assert not Path(".gitignore").exists()


def test_hooks_are_written_beside_the_workflows(reconciler: CommandLine) -> None:
    declare(Path("events"), reconciler="portal: 77\n")
    assert "wrote .pre-commit-config.yaml\n" in reconciler("init", "--pre-commit", "--github", ACTION).out


def test_an_account_id_asks_for_settings_that_are_not_there_yet(reconciler: CommandLine) -> None:
    declare(Path("events"), reconciler="portal: 77\n")
    screen = reconciler("init", *CHOSEN, "--github", ACTION)
    assert (screen.code, screen.err.splitlines()[0].partition(":")[0]) == (5, "events/reconciler.yaml")
    assert not Path(".github").exists()


def test_wrong_settings_are_told_and_nothing_is_written(reconciler: CommandLine) -> None:
    declare(Path("events"), reconciler="portall: 77\n")
    assert reconciler("init", "--github", ACTION).code == 3
    assert not Path(".github").exists()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("begun", [True, False])
def test_a_workflow_that_is_there_is_never_changed(
    reconciler: CommandLine,
    portal: str,
    name: str,
    begun: bool,  # noqa: FBT001  (pytest hands it over by name)
) -> None:
    if begun:
        declare(Path("events"), reconciler="portal: 77\n")
    Path(name).parent.mkdir(parents=True)
    Path(name).write_text("mine\n")
    screen = reconciler("init", "--github", ACTION)
    assert screen.code == 5
    assert screen.err.splitlines() == [
        f"{name}:1:1: this file is there already (change it by hand, or move it away) [file-exists]",
        "Error: nothing was written",
    ]
    assert Path(name).read_text() == "mine\n"
    assert [str(path) for path in Path(".github").rglob("*.*")] == [name]
    assert Path("events").exists() is begun


@pytest.mark.parametrize("commit", ["v0.2.0", "main", "0123456", "0123456789ABCDEF0123456789ABCDEF01234567", ""])
def test_a_commit_that_is_no_full_hash_is_wrong_usage(reconciler: CommandLine, portal: str, commit: str) -> None:
    screen = reconciler("init", "--github", f"acme/reconciler@{commit}")
    assert screen.code == 64
    assert "name the commit of a release by its full hash" in screen.err
    assert not Path("events").exists()
    assert not Path(".github").exists()


def test_they_are_written_at_the_top_of_the_work_tree(
    reconciler: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "--quiet")
    declare(Path("team/my events"), reconciler="portal: 77\n")
    monkeypatch.chdir("team")
    screen = reconciler("init", "my events", "--github", ACTION)
    assert screen.out.splitlines()[:3] == [f"wrote ../{name}" for name in NAMES]
    assert "/team/my events/reconciler.yaml in CODEOWNERS" in screen.out
    assert inputs(tmp_path / NAMES[2]) == {"command": "plan", "path": "team/my events"}


def test_settings_above_the_folder_are_those_that_are_named(reconciler: CommandLine) -> None:
    git("init", "--quiet")
    declare(Path(), reconciler="portal: 77\n")
    Path("webinars").mkdir()
    assert "/.github/ and /reconciler.yaml in CODEOWNERS" in reconciler("init", "webinars", "--github", ACTION).out
    assert inputs(Path(NAMES[0]))["path"] == "webinars"


def test_an_environment_of_the_settings_becomes_an_input(reconciler: CommandLine) -> None:
    declare(Path("events"), reconciler="portal: 77\nenvironments:\n  staging: {portal: 78}\n")
    assert reconciler("init", "--env", "nowhere", "--github", ACTION).code == 64
    assert reconciler("init", "--env", "staging", "--github", ACTION).code == 0
    assert [inputs(Path(name))["environment"] for name in NAMES] == ["staging"] * 3


def test_a_folder_that_no_workflow_can_name_is_wrong_usage(reconciler: CommandLine) -> None:
    screen = reconciler("init", "a${{ secrets.X }}", "--github", ACTION)
    assert (screen.code, "no workflow can name the folder" in screen.err) == (64, True)


def test_no_link_leads_the_workflows_elsewhere(reconciler: CommandLine, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    declare(Path("events"), reconciler="portal: 77\n")
    Path(".github").symlink_to(outside)
    assert reconciler("init", "--github", ACTION).code == 5
    assert list(outside.iterdir()) == []
