"""The workflows as `init --github` fills them in, against those to copy and what reads them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageError
from reconciler.github.workflow_files import PinnedAction, pinned_action, workflows
from tests.github.runner import TO_COPY, TOP, read_yaml

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HERE = PinnedAction("acme/reconciler", COMMIT)
COMMANDS = ("apply", "drift", "plan")


def parsed(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  (this loader makes only texts)


def steps_of(text: str) -> list[Any]:
    return [step for job in parsed(text)["jobs"].values() for step in job["steps"]]


def inputs_of(text: str) -> list[dict[str, str]]:
    """Return the inputs of each step that runs the action."""
    return [step["with"] for step in steps_of(text) if step.get("uses", "").startswith("acme/")]


@pytest.mark.parametrize("name", ["acme/reconciler", "a/b", "Acme-1/.github", "a/Re_con.ciler-2"])
def test_a_repository_and_a_full_hash_name_an_action(name: str) -> None:
    assert pinned_action(f"{name}@{COMMIT}") == PinnedAction(name, COMMIT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme/reconciler",
        f"reconciler@{COMMIT}",
        "acme/reconciler@v0.2.0",
        "acme/reconciler@main",
        f"acme/reconciler@{COMMIT[:-1]}",
        f"acme/reconciler@{COMMIT}0",
        f"acme/reconciler@{COMMIT.upper()}",
        f"acme/reconciler@{COMMIT}\n",
        f"acme/reconciler/sub@{COMMIT}",
        f"acme/..@{COMMIT}",
        f"acme/.@{COMMIT}",
        f"-acme/reconciler@{COMMIT}",
        f"acme/recon ciler@{COMMIT}",
        f"acme/reconciler@{COMMIT} # v1",
        f"https://github.com/acme/reconciler@{COMMIT}",
        f"./.github@{COMMIT}",
        f"acme/${{{{x}}}}@{COMMIT}",
    ],
)
def test_anything_but_a_full_hash_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="is not OWNER/REPO@COMMIT") as refused:
        pinned_action(text)
    assert refused.value.hint is not None
    assert "full hash" in refused.value.hint


@pytest.mark.parametrize("name", [path.name for path in sorted(TO_COPY.iterdir())])
def test_a_workflow_is_the_one_to_copy_with_the_action_filled_in(name: str) -> None:
    expected = read_yaml(TO_COPY / name)
    for job in expected["jobs"].values():
        for step in job["steps"]:
            step["uses"] = re.sub("^OWNER/REPOSITORY(.+)@COMMIT$", rf"acme/reconciler\1@{COMMIT}", step["uses"])
    assert parsed(workflows(HERE, "events", None)[name]) == expected


def test_these_are_written_and_nothing_is_left_to_fill_in() -> None:
    texts = workflows(HERE, "events", None)
    assert list(texts) == [f"{name}.yml" for name in COMMANDS]
    for text in texts.values():
        assert not [word for word in ("OWNER", "REPOSITORY", "COMMIT", "vN", "To copy") if word in text]
        assert "# Written by `reconciler init --github`; acme/reconciler explains it in docs/github.md.\n" in text


def test_the_usual_folder_needs_no_input() -> None:
    for name in COMMANDS:
        inputs = inputs_of(workflows(HERE, "events", None)[f"{name}.yml"])
        assert inputs
        assert not [one for one in inputs if {"path", "environment"} & one.keys()]


def test_another_folder_and_an_environment_become_inputs_of_each_command() -> None:
    for name in COMMANDS:
        inputs = inputs_of(workflows(HERE, "marketing/my events", "staging")[f"{name}.yml"])
        assert name in {one["command"] for one in inputs if "command" in one}
        assert {(one["path"], one["environment"]) for one in inputs} == {("marketing/my events", "staging")}


@given(st.text(min_size=1, max_size=40))
def test_a_workflow_names_any_folder_or_refuses(path: str) -> None:
    try:
        text = workflows(HERE, path, None)["plan.yml"]
    except UsageError:
        return
    assert inputs_of(text) == [{"command": "plan"} | ({} if path == "events" else {"path": path})]


@pytest.mark.parametrize("path", ["a${{ secrets.X }}", "a\nb", "a\x1bb", "a\udcffb", "a\u202eb"])
def test_a_folder_that_github_would_misread_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="no workflow can name the folder"):
        workflows(HERE, path, None)


@pytest.mark.parametrize(("path", "environment"), [("events", None), ("a 'b' \"c\": #", "staging")])
def test_what_is_written_passes_the_checks_of_those_to_copy(tmp_path: Path, path: str, environment: str | None) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name, text in workflows(HERE, path, environment).items():
        (folder / name).write_text(text, encoding="utf-8")
    beside = Path(sys.executable).parent
    zizmor = [beside / "zizmor", "--quiet", "--offline", "--persona", "auditor", tmp_path]
    schema = [beside / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *folder.iterdir()]
    for command in (zizmor, schema):
        checked = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout


def blocks(page: str) -> list[str]:
    text = (TOP / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_the_example_by_which_dependabot_raises_the_action_is_valid(tmp_path: Path) -> None:
    (example,) = [block for block in blocks("upgrading.md") if "updates:" in block]
    (one,) = parsed(example)["updates"]
    assert (one["package-ecosystem"], one["directory"]) == ("github-actions", "/")
    file = tmp_path / "dependabot.yml"
    file.write_text(example, encoding="utf-8")
    checker = Path(sys.executable).with_name("check-jsonschema")
    subprocess.run([checker, "--builtin-schema", "vendor.dependabot", file], check=True)


def test_the_example_of_hooks_names_those_there_are() -> None:
    (example,) = [block for block in blocks("upgrading.md") if "repos:" in block]
    (repository,) = parsed(example)["repos"]
    hooks = read_yaml(TOP / ".pre-commit-hooks.yaml")
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in hooks]
