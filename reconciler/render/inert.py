"""Text in which nothing acts, wherever it is printed: at a terminal, or in the log of a workflow.

The runner of GitHub Actions takes its commands out of whatever a step prints, in two forms: `::name properties::data`
at the start of a line, after white space of any kind, and `##[name properties]data` anywhere in a line
(actions/runner, ActionCommand).
"""

import re

from reconciler.render.words import visible

LEFT_OUT = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u200c\u200d\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff"
)
"""Characters nobody sees, though they stand in a visible text: a comparison or a decoder may leave them out."""
_AT_START = re.compile(rf"\A([\s{LEFT_OUT}]*+)(?=:[{LEFT_OUT}]*+:)")
_ANYWHERE = re.compile(rf"(#[{LEFT_OUT}]*+#[{LEFT_OUT}]*+)(?=\[)")


def inert(text: str) -> str:
    """Write a text so that nothing in it acts or hides; all else stays as it is, its line breaks too."""
    return "\n".join(map(inert_line, text.split("\n")))


def inert_line(text: str) -> str:
    r"""Write a text like `inert`, on one line: a line break is shown as its code.

    A backslash before their marks makes commands to the runner plain text: `\::error::`, `##\[error]`.
    """
    return _ANYWHERE.sub(r"\1\\", _AT_START.sub(r"\1\\", visible(text)))
