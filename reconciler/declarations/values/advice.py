"""The codes of advice: warnings that the settings can silence."""

CUT_BY_COMMENT = "cut-by-comment"

CODES = (
    "almost-same-name",
    "at-night",
    CUT_BY_COMMENT,
    "date-in-text",
    "far-away",
    "hubspot-name",
    "html-in-text",
    "in-the-past",
    "no-date",
    "not-https",
    "overlap",
    "quotes-in-text",
    "very-long",
)
"""Every code that `silence:` may name. It may name codes that are not checked for yet, so that the settings stay valid
when they are."""
