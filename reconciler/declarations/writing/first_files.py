"""The files that a new repository of declarations begins with."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.declarations.values.zones import is_zone
from reconciler.declarations.yaml.scalars import on_one_line

IGNORED = "/.reconciler/"
"""The line of `.gitignore` for the folder of the local HubSpot."""

GITIGNORE = f"# The local HubSpot of --sandbox, and what else reconciler keeps on this computer\n{IGNORED}\n"

_IGNORING = frozenset({".reconciler", ".reconciler/", "/.reconciler", IGNORED, "**/.reconciler/"})


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a portal before any settings are."""

    portal: int
    kind: str
    """What kind of account it is, in words; empty if HubSpot does not say."""
    account_id: str
    app_id: int | None
    """The app that the token belongs to; None if HubSpot does not say."""
    may_write: bool
    """Whether the token may write, so that its app is the one whose events are ours."""
    timezone: str | None
    api_version: str | None
    """None for the usual one."""
    year: int
    """The year of the example."""
    head: str = ""
    """The lines at the head of the file."""


def settings_text(beginning: Beginning) -> str:
    """Return the text of `reconciler.yaml`, with a comment that explains each line and an example of an event."""
    lines = list(_lines(beginning))
    width = max(len(line) for line, _ in lines) + 2
    body = "".join(f"{line:<{width}}# {why}\n" for line, why in lines)
    return f"{beginning.head}{_TITLE}{body}\n{_example(beginning)}"


_TITLE = "# Settings. The folder of this file is the root: every .yaml file in it and below it declares events.\n"


def _lines(beginning: Beginning) -> Iterator[tuple[str, str]]:
    kind = f" ({beginning.kind})" if beginning.kind else ""
    yield f"portal: {beginning.portal}", f"HubSpot's account number{kind}: a token for any other portal is refused"
    yield _app(beginning), "the app whose events are yours: that of the token that writes"
    account_id = on_one_line(beginning.account_id)
    yield f"externalAccountId: {account_id}", "stands for you in HubSpot, with each event's own id: never change it"
    yield _timezone(beginning.timezone), "for times without an offset, unless an event names its own time zone"
    yield "orphans: report", "an event of yours that no file declares is reported, and left alone"
    if beginning.api_version is not None:
        yield f'apiVersion: "{beginning.api_version}"', "the version of HubSpot's API"


def _app(beginning: Beginning) -> str:
    if beginning.app_id is None:
        return "# appId: 1234567"
    return f"appId: {beginning.app_id}" if beginning.may_write else f"# appId: {beginning.app_id}"


def _timezone(name: str | None) -> str:
    return f"timezone: {name}" if name is not None and is_zone(name) else "# timezone: Europe/Berlin"


def _example(beginning: Beginning) -> str:
    year = beginning.year
    return f"""\
# An event is a file of its own. To begin with this example, save its lines without the first "# " of each
# as {year}/spring-launch.yaml in this folder, and change what they say:
#
# externalEventId: spring-launch-{year}    # your own id for the event; never change it
# eventName: Spring launch webinar
# eventOrganizer: Acme Field Marketing
# eventType: WEBINAR
# startDateTime: {year}-04-15 17:00        # local time in the time zone below
# endDateTime: {year}-04-15 18:00
# timezone: Europe/Berlin
# eventUrl: https://acme.example/spring-launch
"""


def pre_commit_text(path: str) -> str:
    """Return the text of `.pre-commit-config.yaml`, whose hooks check the declarations at a path before each commit."""
    entry = on_one_line(path)
    return f"""\
# Checks the declarations before each commit: https://pre-commit.com
repos:
  - repo: local
    hooks:
      - id: reconciler-validate
        name: reconciler validate
        entry: reconciler validate
        args: [{entry}]
        language: system
        pass_filenames: false
        files: \\.ya?ml$
      - id: reconciler-fmt
        name: reconciler fmt
        entry: reconciler fmt
        args: [{entry}]
        language: system
        pass_filenames: false
        files: \\.ya?ml$
"""


def ignores(gitignore: str) -> bool:
    """Return whether a `.gitignore` names the folder of the local HubSpot."""
    return not _IGNORING.isdisjoint(line.strip() for line in gitignore.splitlines())
