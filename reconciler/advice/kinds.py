"""Every kind of advice that is found in declared events, by its code."""

from collections.abc import Mapping

from reconciler.advice.almost_same_name import almost_same_name
from reconciler.advice.at_night import at_night
from reconciler.advice.date_in_text import date_in_text
from reconciler.advice.far_away import far_away
from reconciler.advice.html_in_text import html_in_text
from reconciler.advice.hubspot_name import hubspot_name
from reconciler.advice.in_the_past import in_the_past
from reconciler.advice.no_date import no_date
from reconciler.advice.not_https import not_https
from reconciler.advice.overlap import overlap
from reconciler.advice.quotes_in_text import quotes_in_text
from reconciler.advice.subject import Check
from reconciler.advice.very_long import very_long

OF_ANY: Mapping[str, Check] = {
    "almost-same-name": almost_same_name,
    "at-night": at_night,
    "date-in-text": date_in_text,
    "hubspot-name": hubspot_name,
    "html-in-text": html_in_text,
    "not-https": not_https,
    "overlap": overlap,
    "quotes-in-text": quotes_in_text,
}
"""What looks at every event that is not over."""

OF_NEW: Mapping[str, Check] = {
    "far-away": far_away,
    "no-date": no_date,
    "very-long": very_long,
}
"""What looks at events that are not over, and that HubSpot does not hold yet."""

OF_NEW_BUT_OVER: Mapping[str, Check] = {
    "in-the-past": in_the_past,
}
"""What looks at events that are over, and that HubSpot does not hold yet."""
