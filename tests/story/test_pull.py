"""Law: after `pull --all` a plan has no updates but of what was named, whatever HubSpot holds."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.change import Update
from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.writing.pulling import pull_into
from reconciler.event import label_of
from reconciler.pipeline import make_plan
from reconciler.planning.plan import Planned
from reconciler.planning.pulls import pulls_in
from reconciler.sandbox.server import Options, running
from tests.declarations.messy import MESSY
from tests.hostile import anything
from tests.story.world import NOW, POLICY, PORTAL, World, custom, live_json

TERMS = Terms(external_account_id="acme", timezone="Europe/Berlin")
NAMES = ("b_b", "a", "eventUrl", "c-d", "c")
SENT = anything.map(lambda text: text.encode("utf-8", "replace").decode())
TEXTS = st.sampled_from(["", "x", "One.\nTwo.", "a: b #c", "y;x", "x;;x", " x ", "null", "it's\t"]) | SENT
CHOSEN = st.lists(st.sampled_from(["x", "y", "z: z", "w"]), unique=True).map(";".join)
TIMES = st.sampled_from([None, "2027-04-15T15:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:30.500Z"])


@st.composite
def held(draw: st.DrawFn, event_id: str) -> dict[str, Any]:
    fields: dict[str, Any] = {name: draw(TEXTS) for name in ("eventOrganizer", "eventType", "eventDescription")}
    fields |= {"eventName": draw(TEXTS) or "x", "eventCancelled": draw(st.booleans()), "startDateTime": draw(TIMES)}
    properties = custom(**{name: draw(TEXTS) for name in draw(st.sets(st.sampled_from(NAMES)))}, many=draw(CHOSEN))
    return live_json(event_id, **fields, customProperties=properties)


def planned(world: World, content: bytes) -> Planned:
    declared = read_all([SourceFile("e.yaml", "e.yaml", content)], TERMS)
    return make_plan(declared, POLICY, world.portal(), NOW)


def updates(plan: Planned) -> set[str]:
    """Return every difference of a live event, as a warning would name it."""
    changes = (change for change in plan.plan.changes if isinstance(change, Update) and change.source)
    return {
        f"{label_of(field.name)} of {plan.events[change.identity].identity}"
        for change in changes
        for field in change.fields
    }


OPTIONS = [{"label": value, "value": value} for value in ("x", "y", "z: z", "w")]
DEFINITIONS = [
    *({"name": name, "type": "string", "fieldType": "text"} for name in NAMES),
    {"name": "many", "type": "enumeration", "fieldType": "checkbox", "options": OPTIONS},
]


# Each example takes a portal and two plans, so Hypothesis does not shrink a failing one.
@settings(max_examples=15, phases=(Phase.reuse, Phase.generate), suppress_health_check=list(HealthCheck))
@given(MESSY, st.tuples(held("e-0"), held("e-1")))
def test_after_a_pull_nothing_is_left_to_update_but_what_was_named(text: str, events: tuple[Any, Any]) -> None:
    with TemporaryDirectory() as folder:
        seed = Path(folder, "seed.json")
        seed.write_text(json.dumps({"portal": {"id": PORTAL}, "events": list(events), "properties": DEFINITIONS}))
        with running(Options(seed=seed, rate="100000/10")) as server, World(server.base_url) as world:
            before = planned(world, text.encode())
            pulls, left = pulls_in(before, lambda *_: True, by_origin=False)
            done = pull_into([SourceFile("e.yaml", "e.yaml", text.encode())], TERMS, pulls)
            after = next((file.after for file in done.files), text.encode())
            named = {each.message.partition(" is left as it is")[0] for each in (*left, *done.left)}
            assert updates(planned(world, after)) <= named
            assert done.values + len(named) >= len(updates(before))
