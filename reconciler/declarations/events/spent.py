"""What all series together may take: a short line makes hundreds of events, and the same text for each of them."""

from dataclasses import dataclass

MOST_OF_ALL_SERIES = 20_000
"""The most events that all series may make together, give or take one series."""

MOST_TEXT_OF_ALL_SERIES = 16 * 1024 * 1024
"""The most characters that the texts of all series may come to, each counted once for each date."""


@dataclass(slots=True)
class Spent:
    """What the series that were read so far have taken."""

    occurrences: int = 0
    """Their dates; as many as one series may have for one with a mistake, and at least one for each year of a rule."""
    text: int = 0
    """The characters of their texts, once for each date."""
