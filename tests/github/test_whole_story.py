"""From a proposal to a much later edit in HubSpot, with every step in a process of its own."""

from tests.github.conftest import OpenWorkshop
from tests.github.workshop import as_a_process, event
from tests.story.world import live_json


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
