"""What a recurrence rule that cannot be read was probably meant to be."""

import re
from collections.abc import Collection

_DAYS = "MO|TU|WE|TH|FR|SA|SU"
_AROUND = re.compile(r"\s*([=;,])\s*")
_BEFORE_A_DAY = re.compile(r"(?<=[A-Z0-9])[;\s]+(?=[+-]?\d{0,2}(?:" + _DAYS + r")(?:[;,\s]|$))")
_EMPTY = re.compile(r";{2,}|,+(?=;|$)")


def repaired_rule(text: str, parts: Collection[str]) -> str:
    """Return a rule with its parts, of which these are the names, separated as the standard has it.

    Only separators and letter case change, so it may be as wrong as before.
    """
    names = "|".join(parts)
    rule = _AROUND.sub(r"\1", text.upper().strip())
    rule = re.sub(rf"\b({names})[:\s]+(?=[^=])", r"\1=", rule)
    rule = re.sub(rf"[\s,;]+(?=(?:{names})=)", ";", rule)
    return _EMPTY.sub(lambda match: match[0][0].strip(","), _BEFORE_A_DAY.sub(",", rule)).strip(";,")
