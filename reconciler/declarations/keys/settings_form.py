"""The form of the settings, with what each key means."""

from typing import Annotated

from pydantic import with_config
from typing_extensions import TypedDict  # before Python 3.12 pydantic cannot use typing's

from reconciler.declarations.keys.value_types import (
    ENTRIES,
    ITEMS,
    Code,
    EnvironmentName,
    Filled,
    Identifier,
    Number,
    OrphanPolicy,
    Rule,
    Types,
    Version,
    Zone,
    explained,
    strict_form,
)


@with_config(strict_form("Rules"))
class Names(TypedDict, total=False):
    """Regular expressions that ids and names must match."""

    externalEventId: Annotated[Rule, explained("What the whole id of each event must match.", "[a-z0-9-]+")]
    eventName: Annotated[Rule, explained("What the whole name of each event must match.", "[A-Z].*")]


@with_config(strict_form("Environment"))
class Overrides(TypedDict, total=False):
    """The settings that an environment can override."""

    portal: Annotated[
        Number,
        explained("The number of your HubSpot account (Hub ID). A token for any other portal is refused.", 1234567),
    ]
    appId: Annotated[
        Number, explained("The app whose events are yours. Needed where plans use a token of another app.", 5801892)
    ]
    externalAccountId: Annotated[
        Identifier,
        explained(
            "The account that stands for you in HubSpot, for every event that does not set its own. "
            "Choose it once, and never change it.",
            "acme-events",
        ),
    ]
    apiVersion: Annotated[Version, explained("The version of HubSpot's API. Without it, 2026-03.", "2026-03")]
    timezone: Annotated[Zone, explained("The IANA time zone of times without an offset.", "Europe/Berlin")]
    orphans: Annotated[
        OrphanPolicy,
        explained(
            "What happens to your events that no file declares any more. report (the default): a plan lists them. "
            "ignore: it does not. cancel, delete: they are cancelled or deleted, as many as a run allows.",
            "report",
        ),
    ]
    protect: Annotated[
        list[Filled],
        ITEMS,
        explained(
            "Patterns of externalEventId, in which * stands for any text. No run cancels or deletes such an event, "
            "even when its file is gone.",
            ["summit-*"],
        ),
    ]
    besides: Annotated[
        list[Identifier],
        ITEMS,
        explained(
            "Numbers of apps, and account ids, whose events may have the same ids as yours.", [2002, "old-account"]
        ),
    ]
    silence: Annotated[list[Code], ITEMS, explained("Warnings that you do not want, by code.", ["cut-by-comment"])]
    names: Annotated[
        Names,
        ENTRIES,
        explained("House rules: what ids and names must match, as regular expressions.", {"eventName": "[A-Z].*"}),
    ]
    eventTypes: Annotated[Types, ITEMS, explained("The only types that events may have.", ["WEBINAR", "CONFERENCE"])]


@with_config(strict_form("Settings"))
class SettingsFile(Overrides, total=False):
    """The settings, in reconciler.yaml."""

    environments: Annotated[
        dict[EnvironmentName, Annotated[Overrides, ENTRIES]],
        ENTRIES,
        explained("The settings that differ with --env NAME, by that name.", {"staging": {"portal": 7654321}}),
    ]
