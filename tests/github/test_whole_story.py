"""From an empty repository to a much later edit in HubSpot, through everything that is in between."""

from dataclasses import replace
from pathlib import Path

from tests.command_line import Screen, declare
from tests.github.conftest import OpenWorkshop
from tests.github.hosted import Finished, Hosted, python_without_pip
from tests.github.pushing import OUR_BRANCH, Pushing
from tests.github.workshop import READING, Workshop, as_a_process, event
from tests.github.world import REPOSITORY
from tests.hubspot.connecting import CERTIFICATE
from tests.story.world import live_json


def typed(shop: Workshop, *arguments: str) -> Screen:
    """Run a command as somebody does at a terminal, with a token that reads."""
    environ = {
        "HUBSPOT_ACCESS_TOKEN": READING,
        "HUBSPOT_BASE_URL": shop.portal.base_url,
        "SSL_CERT_FILE": str(CERTIFICATE),
    }
    screen = as_a_process(arguments, environ, shop.repository.folder)
    assert screen.code == 0, screen.err
    return screen


def check_green(job: Finished, **outputs: str) -> None:
    told = job.ended.outputs
    assert (job.ended.code, {name: told[name] for name in outputs}) == (0, outputs), job.ended.log


def reviewed(hosted: Hosted, number: int, **outputs: str) -> None:
    """Plan a pull request, approve it after its plan, and merge it."""
    check_green(hosted.plan(number), **outputs)
    hosted.shop.github.review(number)
    hosted.shop.merge(number)


def test_a_portal_moves_into_a_repository_and_its_edits_come_back(open_workshop: OpenWorkshop, tmp_path: Path) -> None:
    shop = open_workshop(live_json("fair", eventName="Fair"), live_json("expo", eventName="Expo"))
    hosted = Hosted(shop, python_without_pip(tmp_path))
    proposing, pushing = replace(hosted, inputs={"propose": "true"}), Pushing.into(tmp_path / "github", shop.repository)

    # Moving in: settings from the token, files from the portal. Their merge has nothing to do, and asks nobody.
    shop.repository.git("checkout", "--quiet", "-b", "moving-in")
    shop.repository.git("rm", "--quiet", "events/reconciler.yaml")
    typed(shop, "init", "--account-id", "acme")
    typed(shop, "import")
    shop.github.push("moving-in", shop.repository.commit())
    moving_in = shop.github.open_pull("moving-in")
    reviewed(hosted, moving_in, changes="false")
    check_green(hosted.apply(), to_apply="false")
    assert not shop.portal.writes()

    # A change: planned, reviewed, merged, shown once more, approved, made.
    files = {path.stem: path.read_text() for path in shop.repository.folder.glob("events/undated/*.yaml")}
    assert files.keys() == {"fair", "expo"}
    shop.repository.git("checkout", "--quiet", "-b", "launch", "main")
    declare(shop.repository.folder / "events", launch=event("launch"))
    shop.github.push("launch", shop.repository.commit())
    number = shop.github.open_pull("launch")
    reviewed(hosted, number, to_create="1")
    check_green(hosted.apply(), to_create="1")
    assert shop.names() == {"fair", "expo", "launch"}
    assert "✅ **Applied and verified.**" in shop.comments(number)[0]

    # Somebody edits in HubSpot: an issue says so, and a branch proposes their value.
    shop.portal.edit(shop.held("expo"), eventName="Great expo")
    looked = proposing.drift()
    check_green(looked, proposed="true")
    (issue,) = shop.github.issues.values()
    assert "Great expo" in issue.body
    pushed = hosted.push_proposal(looked, pushing)
    assert pushed is not None
    assert pushed.outputs["outcome"] == "pushed", pushed.log
    shop.repository.git("fetch", "--quiet", f"{pushing.server}/{REPOSITORY}", OUR_BRANCH)
    taken = shop.github.open_pull(OUR_BRANCH, sha=shop.repository.git("rev-parse", "FETCH_HEAD"))
    reviewed(hosted, taken, changes="false")
    check_green(hosted.apply(), to_apply="false")
    check_green(proposing.drift(), proposed="false")
    assert (issue.state, shop.held("expo")["eventName"]) == ("closed", "Great expo")


def test_a_year_in_the_life_of_an_event(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("fair", eventName="Fair"), start=as_a_process, fair=event("fair"))

    number = shop.propose("launch", launch=event("launch"))
    assert shop.plan(number).code == 0
    assert "Planned" in shop.comments(number)[0]
    assert shop.names() == {"fair"}

    shop.push_again(number, launch=event("launch", eventType="WEBINAR"))
    assert shop.plan(number).code == 0
    shop.squash(number)
    assert shop.apply().code == 0
    assert shop.held("launch")["eventType"] == "WEBINAR"
    assert [body.count("Applied and verified") for body in shop.comments(number)] == [1]

    shop.portal.edit(shop.held("launch"), eventType="EXPO")
    assert shop.drift().code == 0
    assert [issue.state for issue in shop.github.issues.values()] == ["open"]

    takeover = shop.propose("takeover", launch=event("launch", eventType="EXPO"))
    step = shop.plan(takeover)
    assert (step.code, step.outputs["changes"]) == (0, "false")
    shop.merge(takeover)
    assert shop.apply().code == 0
    assert shop.drift().code == 0
    assert [issue.state for issue in shop.github.issues.values()] == ["closed"]
