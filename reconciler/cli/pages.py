"""Pages of events, with the option for their links; what renders them is slow to load, and few runs need it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from reconciler.errors import UsageError
from reconciler.github.actions import load_actions
from reconciler.json_values import Json

if TYPE_CHECKING:
    from reconciler.event import Declared
    from reconciler.planning.plan import Plan, Untouched
    from reconciler.render.page.file_links import FileLinks


def plan_html(plan: "Plan", untouched: Sequence["Untouched"], link: str | None) -> str:
    """Return the page of a plan, with the events that it leaves as they are, if they are known."""
    from reconciler.render.page.document import html_page  # noqa: PLC0415  (slow to load)
    from reconciler.render.page.planned import plan_page  # noqa: PLC0415  (slow to load)

    return html_page(plan_page(plan, untouched), _links(link))


def calendar_html(declared: "Declared", timezone: str | None, link: str | None) -> str:
    """Return the page of what is declared; `timezone` is that of the settings."""
    from reconciler.render.page.calendars import declared_page  # noqa: PLC0415  (slow to load)
    from reconciler.render.page.document import html_page  # noqa: PLC0415  (slow to load)

    return html_page(declared_page(declared, timezone), _links(link))


def sandbox_html(portal: int, timezone: str, events: Sequence[Json]) -> str:
    """Return the page of what a local HubSpot holds: events in the form of HubSpot's list, with their account ids."""
    from reconciler.hubspot.wire import as_page  # noqa: PLC0415  (slow to load)
    from reconciler.render.page.calendars import live_page  # noqa: PLC0415  (slow to load)
    from reconciler.render.page.document import html_page  # noqa: PLC0415  (slow to load)

    held = as_page({"results": events}).events
    accounts = [event.get("externalAccountId") for event in events if isinstance(event, dict)]
    known = (
        event.known_as(replace(event.identity, external_account_id=account))
        for event, account in zip(held, accounts, strict=True)
    )
    return html_page(live_page(f"Local HubSpot, portal {portal}", known, timezone))


def page_policy() -> str:
    """Return the content security policy of every page."""
    from reconciler.render.page.document import POLICY  # noqa: PLC0415  (slow to load)

    return POLICY


def _links(link: str | None) -> "FileLinks | None":
    """Return the links to files: those that were asked for, or in Actions those of the commit."""
    from reconciler.render.page.file_links import FileLinks  # noqa: PLC0415  (slow to load)

    template = link or load_actions().file_link
    return FileLinks(template) if template else None


def _checked(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    from reconciler.render.page.file_links import why_no_file_link  # noqa: PLC0415  (slow to load)

    if (why := why_no_file_link(value)) is not None:
        raise click.BadParameter(why, ctx, parameter)
    return value


def check_link(link: str | None, *, to_a_page: bool) -> None:
    """Raise `UsageError` for an address for the links of a page where no page is asked for."""
    if link is not None and not to_a_page:
        raise UsageError("--link is for the links of a page, and no page is asked for", hint="add --html FILE")


link_option = click.option(
    "--link",
    metavar="URL",
    callback=_checked,
    help="In a page, link each event to its line: https://…/{file}#L{line}. In GitHub Actions this is done by itself.",
)
