"""`--base REF`: a pull request as a repository holds it, planned and applied."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.cli.conftest import LAUNCH, SETTINGS, Seed, seed_event
from tests.command_line import CommandLine, Screen, declare
from tests.repository import Repository

TYPED = LAUNCH + "eventType: {}\n"
SANDBOX = ("--sandbox", "--sandbox-db", "portal.sqlite", "--sandbox-seed", "seed.json")


@pytest.fixture
def repository(tmp_path: Path, folder: Path, seed: Seed) -> Repository:
    """Return a repository whose `main` declares two events, of which somebody has changed one in the portal."""
    made = Repository.at(tmp_path)
    fair = TYPED.replace("launch", "fair").replace("Launch", "Fair").format("FAIR")
    declare(folder, launch=TYPED.format("WEBINAR"), fair=fair)
    made.commit()
    edited = {"eventName": "Fair", "eventType": "EDITED"}
    seed(seed_event("1", "launch", eventType="WEBINAR"), seed_event("2", "fair", **edited))
    made.git("switch", "--quiet", "--create", "change")
    declare(folder, launch=TYPED.format("CONFERENCE"))
    made.commit()
    return made


def planned(reconciler: CommandLine, *arguments: str) -> Screen:
    return reconciler("plan", *SANDBOX, *arguments)


EXPECTED = """\
    HubSpot portal 77 (standard), times in Europe/Berlin

    What the files change

    Update 1 event

      ~ Launch · 0 registered
        acme/launch (object 1) · events/launch.yaml:1
          type          WEBINAR → CONFERENCE

    Drift: changed in HubSpot, and an apply puts back what the files declare

    Update 1 event

      ~ Fair · 0 registered
        acme/fair (object 2) · events/fair.yaml:1
          type          EDITED → FAIR

    Plan: 0 to create, 2 to update, 0 to delete; 0 unchanged, 0 orphaned.
    Digest: {digest}
    """


def test_a_plan_shows_the_pull_request_apart_from_the_drift(reconciler: CommandLine, repository: Repository) -> None:
    screen = planned(reconciler, "--base", "main")
    assert screen.code == 0
    digest = screen.last_lines[1].removeprefix("Digest: ")
    assert screen.out == dedent(EXPECTED).format(digest=digest)


def test_without_a_base_the_plan_is_the_same_with_no_word_of_origins(
    reconciler: CommandLine, repository: Repository
) -> None:
    with_base, without = planned(reconciler, "--base", "main"), planned(reconciler)
    assert with_base.last_lines == without.last_lines
    assert "Drift" not in without.out
    assert "Update 2 events" in without.out


def test_the_origins_are_in_the_json_and_survive_in_a_saved_plan(
    reconciler: CommandLine, repository: Repository
) -> None:
    screen = planned(reconciler, "--base", "main", "--format", "json", "--out", "plan.json")
    found = {change["identity"]["external_event_id"]: change for change in screen.json["changes"]}
    assert {name: change["origin"] for name, change in found.items()} == {"launch": "files", "fair": "hubspot"}
    assert [field["origin"] for field in found["fair"]["fields"]] == ["hubspot"]
    for form in ("text", "markdown"):
        assert (
            reconciler("show", "plan.json", "--format", form).out
            == planned(reconciler, "--base", "main", "--format", form).out
        )


def test_an_apply_shows_the_same_and_takes_what_was_approved_without_a_base(
    reconciler: CommandLine, repository: Repository
) -> None:
    digest = planned(reconciler).last_lines[1].removeprefix("Digest: ")
    refused = reconciler("apply", *SANDBOX, "--base", "main")
    assert refused.code == 5
    assert refused.out.rstrip("\n") + "\n" == dedent(EXPECTED).format(digest=digest)
    applied = reconciler("apply", *SANDBOX, "--base", "main", "--expect", digest)
    assert applied.code == 0
    assert applied.last_lines == ["Applied: 0 created, 2 updated, 0 deleted.", "Verified: 0 differences."]


def test_protection_outlives_the_file_where_the_base_shows_it(reconciler: CommandLine, repository: Repository) -> None:
    events = Path("events")
    declare(
        events, reconciler=SETTINGS + "orphans: cancel\n", fair=LAUNCH.replace("launch", "fair") + "protect: true\n"
    )
    repository.commit()
    Path("seed.json").write_text(
        Path("seed.json").read_text().replace('"EDITED"', '"FAIR", "startDateTime": "2027-04-15T15:00:00Z"')
    )
    (events / "fair.yaml").unlink()
    assert planned(reconciler, "--base", "HEAD", "--format", "json").json["orphans"][0]["why"] == "it is protected"
    assert planned(reconciler, "--base", "main", "--format", "json").json["orphans"][0]["will"] == "cancel"
    assert planned(reconciler, "--format", "json").json["orphans"][0]["will"] == "cancel"


def test_a_base_that_is_wrong_is_a_warning(reconciler: CommandLine, repository: Repository) -> None:
    declare(Path("events"), fair="colour: red\n")
    repository.commit()
    declare(Path("events"), fair=LAUNCH.replace("launch", "fair"))
    screen = planned(reconciler, "--base", "HEAD", "--format", "json")
    assert screen.code == 0
    (found,) = [one for one in screen.json["diagnostics"] if one["code"] == "base-invalid"]
    assert found["severity"] == "warning"
    assert {change["origin"] for change in screen.json["changes"]} == {"unknown"}


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
def test_a_ref_that_is_not_there_is_wrong_usage(
    reconciler: CommandLine, repository: Repository, command: tuple[str, ...]
) -> None:
    screen = reconciler(*command, *SANDBOX, "--base", "nowhere")
    assert (screen.code, screen.out) == (64, "")
    assert screen.err == (
        "Error: there is no commit 'nowhere' in this clone "
        "(name a branch, a tag or a commit that this clone has, or fetch it first)\n"
    )


def test_a_shallow_clone_is_wrong_usage_with_the_remedy(
    reconciler: CommandLine, repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clone = repository.clone(tmp_path / "clone", "--depth=1")
    monkeypatch.chdir(clone.folder)
    screen = planned(reconciler, "--base", "HEAD~1")
    assert (screen.code, screen.out) == (64, "")
    assert "`git fetch --unshallow`" in screen.err
    assert "`fetch-depth: 0`" in screen.err


def test_outside_a_repository_is_wrong_usage(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    seed()
    screen = planned(reconciler, "--base", "main")
    assert screen.code == 64
    assert "is not in a git work tree" in screen.err


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_the_help_names_the_option(reconciler: CommandLine, command: str) -> None:
    assert "--base REF" in reconciler(command, "--help").out
