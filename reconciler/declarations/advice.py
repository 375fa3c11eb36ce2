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
"""Every code that can stand under `silence:`. What is not looked for yet is silent without it, so a settings file that
names it says what is true, now and later."""
