"""The codes of advice, by which `silence:` and comments turn it off."""

CUT_BY_COMMENT = "cut-by-comment"
"""The only kind that the reader of YAML finds: nobody else sees comments."""

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
