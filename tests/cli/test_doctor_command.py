"""`reconciler doctor` as people see it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH, SETTINGS, Seed, seed_event
from tests.command_line import CommandLine, Screen, declare
from tests.hubspot.forwarding import Instead, Passing, Treatment, all_pass, forwarding, meeting
from tests.hubspot.scripted import unused_address

DETAILS = "/get/access-token-info"


def screen_of(screen: Screen) -> str:
    """Return the screen without the number of requests that the sandbox has left."""
    return "\n".join(line.partition("; 624,")[0] for line in screen.out.splitlines())


FINE = """\
ok         declarations  1 event in 1 file
ok         token         HubSpot accepts it
ok         scopes        crm.objects.marketing_events.read for plan, crm.objects.marketing_events.write for apply
ok         portal        HubSpot portal 77 (standard), times in Europe/Berlin, as the settings declare
ok         app           the token belongs to app 1001, whose events are ours
ok         events        1 not there yet
ok         properties    no custom property is declared
ok         API version   HubSpot supports API version 2026-03 until 30 September 2027
ok         rate limit    10,000 requests in 10 seconds

Nothing is wrong."""


def fine_but(**lines: str) -> str:
    """Return the screen of a doctor that finds nothing wrong, with these lines and this end instead of the usual."""
    end = lines.pop("end", "Nothing is wrong.")
    kept = [lines.get(line[11:25].strip().replace(" ", "_"), line) for line in FINE.splitlines()[:-1]]
    return "\n".join([*kept, end])


def test_all_is_fine(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("doctor")
    assert screen_of(screen) == FINE
    assert (screen.code, screen.err) == (0, "")


def test_the_sandbox_inside_is_looked_at_too(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    screen = reconciler("doctor", "--sandbox", "--sandbox-seed", seed(seed_event("1", "launch")))
    assert "ok         events        1 live, made by app 1001" in screen.out
    assert screen.code == 0


def test_nothing_is_written_and_the_token_is_never_told(reconciler: CommandLine, folder: Path, portal: str) -> None:
    with forwarding(portal, all_pass) as way:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("HUBSPOT_BASE_URL", way.base_url)
            screen = reconciler("doctor", "--verbose")
        assert {one.path for one in way.sent if one.method != "GET"} == {f"/oauth/v2/private-apps{DETAILS}"}
    assert "GET /marketing/marketing-events/2026-03: 200" in screen.err.splitlines()
    assert "sandbox-1001" not in screen.out + screen.err


def test_a_token_that_only_reads_is_warned_of(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001-read")
    screen = reconciler("doctor")
    assert screen_of(screen) == fine_but(
        scopes="warning    scopes        enough for plan; apply needs crm.objects.marketing_events.write too\n"
        "                         → right for a token that only plans; otherwise give its app the scope",
        end="Nothing is wrong, 1 warning.",
    )
    assert screen.code == 0


def test_a_token_of_another_app_is_warned_of(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(folder, reconciler=f"{SETTINGS}appId: 1001\n")
    reconciler("apply", "--yes")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-2002")
    screen = reconciler("doctor")
    assert screen_of(screen) == fine_but(
        app="warning    app           the token belongs to app 2002, "
        "but the settings say that our events are those of app 1001\n"
        "                         → right for a token that only plans; "
        "apply needs one of app 1001, or another appId in reconciler.yaml",
        events="ok         events        1 live, made by app 1001",
        end="Nothing is wrong, 1 warning.",
    )
    assert screen.code == 0


def test_doctor_warns_of_ids_that_another_app_uses(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconciler("apply", "--yes")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-2002")
    screen = reconciler("doctor")
    assert "warning    events        1 not there yet, under ids that another app uses" in screen.out.splitlines()


def test_another_portal_than_the_declared_one_is_wrong(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, reconciler="portal: 78\nexternalAccountId: acme\n")
    screen = reconciler("doctor")
    assert screen_of(screen) == fine_but(
        portal="wrong      portal        the token opens portal 77, but reconciler.yaml declares portal 78\n"
        "                         → use a token of the declared portal, or correct the settings",
        end="1 thing wrong.",
    )
    assert screen.code == 5


def test_without_a_token_the_rest_is_not_known(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUBSPOT_ACCESS_TOKEN")
    screen = reconciler("doctor")
    open_ones = {
        name: f"not known  {name.replace('_', ' '):<13} for the same reason"
        for name in ("scopes", "portal", "app", "events", "rate_limit")
    }
    assert screen_of(screen) == fine_but(
        token="wrong      token         HUBSPOT_ACCESS_TOKEN is not set\n"
        "                         → put the access token of the HubSpot app into it",
        **open_ones,
        end="1 thing wrong, 5 not known.",
    )
    assert screen.code == 4


def test_a_token_that_hubspot_does_not_know_is_wrong(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-na1-unknown")
    screen = reconciler("doctor")
    assert "wrong      token         HubSpot does not accept the token: " in screen.out
    assert "not known  portal        for the same reason" in screen.out.splitlines()
    assert "pat-na1-unknown" not in screen.out + screen.err
    assert screen.code == 4


def test_a_network_that_is_cut_is_told_once(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base_url = unused_address()
    monkeypatch.setenv("HUBSPOT_BASE_URL", base_url)
    screen = reconciler("doctor", "--timeout", "60")
    assert screen.out.splitlines() == [
        "ok         declarations  1 event in 1 file",
        f"wrong      HubSpot       {base_url.removeprefix('http://')} cannot be reached: Connection refused",
        "                         → check the network, the proxy and HUBSPOT_BASE_URL",
        *(f"not known  {name:<13} for the same reason" for name in ("token", "scopes", "portal", "app", "events")),
        "ok         properties    no custom property is declared",
        "ok         API version   HubSpot supports API version 2026-03 until 30 September 2027",
        "not known  rate limit    for the same reason",
        "",
        "1 thing wrong, 6 not known.",
    ]
    assert screen.code == 7


def test_an_api_version_near_its_end_is_warned_of(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("doctor", "--api-version", "2025-09")
    assert screen_of(screen) == fine_but(
        API_version="warning    API version   HubSpot supports API version 2025-09 until March 2027\n"
        '                         → set apiVersion: "2026-09" in reconciler.yaml',
        end="Nothing is wrong, 1 warning.",
    )
    assert screen.code == 0


def test_broken_declarations_are_wrong_while_the_rest_is_looked_at(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, launch=LAUNCH.replace("eventName", "eventNam"))
    screen = reconciler("doctor")
    first, *_ = screen.out.splitlines()
    assert first.startswith("wrong      declarations  2 problems in the declarations; the first: events/launch.yaml:")
    assert screen.out.splitlines()[-1] == "1 thing wrong, 2 not known."
    assert "ok         portal        HubSpot portal 77" in screen.out
    assert screen.code == 3


def test_a_custom_property_that_the_portal_does_not_define_is_wrong(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, launch=LAUNCH + "customProperties:\n  region: EMEA\n")
    screen = reconciler("doctor")
    assert screen_of(screen) == fine_but(
        properties="wrong      properties    1 problem; the first: events/launch.yaml:5:3: "
        "customProperties.region: the portal defines no such property "
        "(define it in HubSpot first: HubSpot drops what it does not know) [custom-property-unknown]\n"
        "                         → reconciler plan shows them all",
        end="1 thing wrong.",
    )
    assert screen.code == 3


def test_broken_settings_end_it_because_nothing_can_be_judged_by_them(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, reconciler="portl: 77\n")
    screen = reconciler("doctor")
    assert (screen.code, screen.out) == (3, "")
    assert "events/reconciler.yaml:1:1: " in screen.err


@pytest.mark.parametrize(
    ("status", "said", "code"), [(403, "the token may not do this: not today", 4), (501, "status 501", 7)]
)
def test_what_no_plan_can_do_without_is_wrong_and_the_rest_is_told(
    reconciler: CommandLine,
    folder: Path,
    portal: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    status: int,
    said: str,
    code: int,
) -> None:
    refusal = Instead(status, json.dumps({"message": "not today"}).encode())
    with forwarding(portal, meeting("GET", "/details", refusal)) as way:
        monkeypatch.setenv("HUBSPOT_BASE_URL", way.base_url)
        screen = reconciler("doctor")
    (told,) = [line for line in screen.out.splitlines() if line[11:].startswith("portal ")]
    assert told.startswith("wrong      portal")
    assert said in told
    assert "ok         token         HubSpot accepts it" in screen.out.splitlines()
    assert "ok         events        1 not there yet" in screen.out.splitlines()
    assert screen.code == code


def test_a_token_that_may_not_read_lacks_a_scope(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = {"message": "no", "errors": [{"context": {"requiredGranularScopes": ["a.read"]}}]}

    def decide(passing: Passing) -> Treatment:
        if passing.path.endswith("/marketing-events/2026-03"):
            return Instead(403, json.dumps(lacking).encode())
        return all_pass(passing)

    with forwarding(portal, decide) as way:
        monkeypatch.setenv("HUBSPOT_BASE_URL", way.base_url)
        screen = reconciler("doctor")
    assert "wrong      scopes        the token may not do this: no" in screen.out.splitlines()
    assert "                         → give the token's app the scopes it lacks: a.read" in screen.out.splitlines()
    assert screen.code == 4


def test_a_path_that_is_not_there_is_wrong_usage(reconciler: CommandLine) -> None:
    assert reconciler("doctor", "nowhere").code == 64
