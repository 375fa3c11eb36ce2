"""Inside Actions, no failure of HubSpot or GitHub puts a token into the log, the comment, the summary or an output."""

from collections.abc import Callable

import pytest

from tests.github.conftest import OpenWorkshop
from tests.github.workshop import Step, Workshop, event
from tests.github.world import TOKEN, Answer, Trouble
from tests.hubspot.scripted import answer, serving
from tests.security.forms import telling
from tests.story.world import live_json

CANARY = "sandbox-1987654321"
SETTINGS = "portal: 7\nexternalAccountId: acme\nappId: 1987654321\n"


@pytest.fixture
def shop(open_workshop: OpenWorkshop) -> Workshop:
    """Return a workshop whose pull request no. 1 was planned and merged."""
    made = open_workshop(live_json("fair", app=1987654321), settings=SETTINGS, fair=event("fair"))
    number = made.propose("change", fair=event("fair", eventType="FAIR"))
    assert made.plan(number, token=CANARY).code == 0
    made.merge(number)
    return made


def plan(shop: Workshop, **environ: str) -> Step:
    return shop.plan(shop.propose("other", more=event("more")), "--verbose", "--timeout", "5", token=CANARY, **environ)


def apply(shop: Workshop, **environ: str) -> Step:
    return shop.apply("--verbose", "--timeout", "5", **{"HUBSPOT_ACCESS_TOKEN": CANARY, **environ})


def drift(shop: Workshop, **environ: str) -> Step:
    return shop.drift("--verbose", "--timeout", "5", **{"HUBSPOT_ACCESS_TOKEN": CANARY, **environ})


Run = Callable[..., Step]


def told(shop: Workshop, step: Step) -> list[str]:
    """Return every place that shows a token, except the lines that ask the runner to mask it."""
    log = "\n".join(line for line in step.printed.splitlines() if not line.startswith("::add-mask::"))
    texts = {f"comment {one.id}": one.body for one in shop.github.comments.values()}
    texts |= {f"issue {one.number}": f"{one.title} {one.body}" for one in shop.github.issues.values()}
    texts |= {"log": log, "summary": step.summary, **{f"output {name}": text for name, text in step.outputs.items()}}
    return [place for secret in (CANARY, TOKEN) for place in telling(secret, texts, step.temp)]


RUNS = pytest.mark.parametrize("run", [plan, apply, drift])


@RUNS
@pytest.mark.parametrize("status", [400, 403])
def test_what_hubspot_repeats_of_a_token_is_not_told(shop: Workshop, run: Run, status: int) -> None:
    echo = {"message": f"Bearer {CANARY} is odd", "errors": [{"context": {"requiredGranularScopes": [CANARY]}}]}
    with serving(answer(status, echo)) as hubspot:
        step = run(shop, HUBSPOT_BASE_URL=hubspot.base_url)
    assert hubspot.received
    assert step.code != 0
    assert told(shop, step) == []


@RUNS
@pytest.mark.parametrize("status", [401])
def test_what_github_repeats_of_a_token_is_not_told(shop: Workshop, run: Run, status: int) -> None:
    echo = Trouble(Answer(status, {"message": f"Bearer {TOKEN}", "errors": [TOKEN, {"message": TOKEN}]}))
    for method in ("GET", "POST", "PATCH"):
        shop.github.trouble(method, "*", echo, times=100)
    before = len(shop.github.requests)
    step = run(shop)
    assert len(shop.github.requests) > before
    assert told(shop, step) == []


@RUNS
def test_what_goes_well_tells_no_token(shop: Workshop, run: Run) -> None:
    step = run(shop)
    assert step.code == 0
    assert told(shop, step) == []
    assert {one.headers["authorization"] for one in shop.github.requests} == {f"Bearer {TOKEN}"}
