"""A recognisable token, used in every command and failure, is in nothing that is left behind."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.sandbox import server
from tests.cli.conftest import LAUNCH, SETTINGS, seed_event
from tests.command_line import CommandLine, Screen, declare, started
from tests.hubspot.connecting import CERTIFICATE
from tests.hubspot.forwarding import Fate, Instead, Reworded, Treatment, forwarding, meeting
from tests.hubspot.scripted import Play, answer, cut, raw, reset, serving, unframed
from tests.security.forms import forms, telling

CANARY = "sandbox-1987654321"
"""The sandbox takes it for the token of app 1987654321; its digits alone are no secret."""


def found(screen: Screen, folder: Path) -> list[str]:
    """Return every place that shows the token."""
    return telling(CANARY, {"standard output": screen.out, "standard error": screen.err}, folder)


def test_every_form_of_a_token_is_found(tmp_path: Path) -> None:
    for form in forms(CANARY):
        assert found(Screen(0, f"x{form}x", ""), tmp_path)
    disguised = base64.b64encode(f"Bearer {CANARY}\n".encode()).decode()
    assert found(Screen(0, "", disguised), tmp_path)
    assert not found(Screen(0, "sandbox-1001 of app 1987654321", ""), tmp_path)
    (tmp_path / "left").write_text(CANARY)
    assert found(Screen(0, "", ""), tmp_path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with two events, one of which differs in HubSpot."""
    declare(tmp_path / "events", reconciler=SETTINGS, launch=LAUNCH, fair=LAUNCH.replace("aunch", "ater"))
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", CANARY)
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    return tmp_path


@contextmanager
def portal(folder: Path) -> Iterator[str]:
    """Run a portal that holds one event of the token's app; return its base URL."""
    held = {**seed_event("864", "Later"), "appInfo": {"id": "1987654321"}, "externalEventId": "later", "eventType": "X"}
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"portal": {"id": 77, "account_type": "SANDBOX"}, "properties": [], "events": [held]}))
    with server.running(server.Options(seed=seed, rate="10000/10")) as running:
        yield running.base_url


COMMANDS = {
    "plan": ("plan", "--format", "json", "--out", "p.json", "--markdown", "p.md"),
    "apply": ("apply", "--yes", "--receipt", "r.json"),
    "doctor": ("doctor",),
    "probe": ("doctor", "--probe"),
    "schema": ("schema", "--portal"),
    "import": ("import", "--properties"),
    "init": ("init", "new", "--account-id", "acme"),
    "pull": ("pull", "--all"),
}
ECHO = {
    "message": f"Bearer {CANARY} is odd",
    "category": CANARY,
    "policyName": CANARY,
    "errors": [{"message": CANARY, "context": {"requiredGranularScopes": [CANARY], "name": [CANARY]}}],
    "errorTokens": {"existingObjectId": [CANARY]},
}
ESCAPED = json.dumps(ECHO).replace(CANARY, "".join(f"\\u{ord(one):04x}" for one in CANARY)).encode()
PLAYS: dict[str, Play] = {
    **{f"status {status}": answer(status, ECHO) for status in (400, 401, 403, 404, 409, 423, 429, 477, 500, 503)},
    **{f"status {status}, escaped": answer(status, ESCAPED) for status in (400, 401, 403, 500)},
    "a redirect": answer(302, b"", Location=f"https://evil.example/{CANARY}"),
    "a page": answer(502, f"<html>{CANARY}</html>".encode()),
    "a page as success": answer(200, f"<html>{CANARY}</html>".encode()),
    "something else": answer(200, [CANARY]),
    "half an answer": unframed(f'{{"portalId": "{CANARY}'.encode()),
    "no HTTP": raw(f"{CANARY}\r\n\r\n".encode()),
    "headers that are none": raw(f"HTTP/1.1 200 {CANARY}\r\n{CANARY}\r\n\r\n".encode()),
    "nothing": cut(),
    "a reset": reset,
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_no_failure_of_a_command_tells_the_token(
    reconciler: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, play: Play, command: tuple[str, ...]
) -> None:
    for seconds in ("0.3", "3", "60"):  # a busy machine may need longer before it sends anything
        with serving(play) as hubspot:
            monkeypatch.setenv("HUBSPOT_BASE_URL", hubspot.base_url)
            screen = reconciler(*command, "--verbose", "--timeout", seconds)
        assert screen.code not in (0, 2)
        assert found(screen, folder) == []
        if any(request.headers["authorization"] == f"Bearer {CANARY}" for request in hubspot.received):
            return
    pytest.fail("the token was never sent")


SAID = json.dumps(ECHO).encode()
TREATMENTS: dict[str, Treatment] = {
    "passed on": Fate.PASSED_ON,
    "answer lost": Fate.ANSWER_LOST,
    **{f"refused with {status}": Instead(status, SAID) for status in (400, 401, 403, 404, 409)},
    **{f"done, and told as {status}": Reworded(status, SAID) for status in (200, 207, 400, 500)},
}


@pytest.mark.parametrize("treatment", TREATMENTS.values(), ids=TREATMENTS)
def test_no_outcome_of_a_write_tells_the_token(
    reconciler: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, treatment: Treatment
) -> None:
    with (
        portal(folder) as base_url,
        forwarding(base_url, meeting("POST", "/upsert", treatment)) as way,
    ):
        monkeypatch.setenv("HUBSPOT_BASE_URL", way.base_url)
        screen = reconciler("apply", "--yes", "--verbose", "--receipt", "r.json", "--timeout", "5")
    assert any(one.path.endswith("/upsert") for one in way.sent)
    assert (folder / "r.json").exists()
    assert found(screen, folder) == []


@pytest.mark.parametrize("treatment", [Instead(400, SAID), Instead(401, SAID), Reworded(400, SAID)])
def test_no_outcome_of_a_probe_tells_the_token(
    reconciler: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, treatment: Treatment
) -> None:
    with (
        portal(folder) as base_url,
        forwarding(base_url, meeting("POST", "/batch/update", treatment)) as way,
    ):
        monkeypatch.setenv("HUBSPOT_BASE_URL", way.base_url)
        screen = reconciler("doctor", "--probe", "--verbose")
    assert "upsert-results: yes" in screen.out.splitlines()
    assert found(screen, folder) == []


def test_a_process_of_its_own_tells_it_neither_with_all_its_logs_on(folder: Path) -> None:
    loud = {"HTTPX_LOG_LEVEL": "trace", "PYTHONDEVMODE": "1", "PYTHONWARNINGS": "default"}
    with portal(folder) as base_url:
        given = {"HUBSPOT_ACCESS_TOKEN": CANARY, "HUBSPOT_BASE_URL": base_url, **loud}
        screen = started("plan", "--verbose", "--out", "p.json", cwd=folder, environment=given)
    assert screen.code == 0
    assert "GET /marketing" in screen.err
    assert found(screen, folder) == []


def test_a_token_on_the_command_line_is_refused_without_a_repetition(reconciler: CommandLine, folder: Path) -> None:
    for arguments in (("plan", f"--token={CANARY}"), ("plan", "--token", CANARY), (f"--token={CANARY}", "plan")):
        screen = reconciler(*arguments)
        assert screen.code == 64
        assert found(screen, folder) == []


@pytest.mark.parametrize(
    "between",
    ["\n", "\r", "\r\n ", "\t", " ", "\x01", "\x1b[31m", "\x7f", "\x85", "é", "\N{ZERO WIDTH SPACE}", "”", "\udcff"],
)
def test_a_token_that_no_header_can_carry_is_not_sent_and_no_part_of_it_is_told(
    reconciler: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", f"sandbox-1987{between}sandbox-1987")
    with serving(answer()) as hubspot:
        monkeypatch.setenv("HUBSPOT_BASE_URL", hubspot.base_url)
        for command in COMMANDS.values():
            screen = reconciler(*command, "--verbose")
            assert screen.code == 4, command
            assert "1987" not in screen.out + screen.err
    assert not hubspot.received


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUBSPOT_BASE_URL", f"https://{CANARY}@api.hubapi.com"),
        ("HUBSPOT_BASE_URL", CANARY),
        ("HUBSPOT_BASE_URL", f"https://api.hubapi.com?key={CANARY}"),
        ("HTTPS_PROXY", f"socks5://{CANARY}"),
        ("HTTPS_PROXY", f"http://{CANARY}:{CANARY}@127.0.0.1:1"),
    ],
)
def test_a_token_in_the_wrong_variable_is_not_told(
    reconciler: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    screen = reconciler("plan", "--verbose", "--timeout", "0.3")
    assert screen.code in (7, 64)
    assert found(screen, folder) == []
