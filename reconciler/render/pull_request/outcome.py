"""The first lines of a comment on an apply that has ended."""

from collections.abc import Iterator

from reconciler.applying.receipt import Conclusion, Outcome, Receipt
from reconciler.render import words
from reconciler.render.markdown import brief
from reconciler.render.phrases import count

_LONGEST = 300
_ASIDE = {Conclusion.SET_ASIDE, Conclusion.SET_ASIDE_IN_PART}


def outcome_lines(receipt: Receipt) -> Iterator[str]:
    """Yield how an apply ended, and what fell short."""
    yield _success(receipt) if receipt.conclusion is Conclusion.FULFILLED else _shortfall(receipt)
    if receipt.cause is not None:
        yield f"What ended the run: {brief(receipt.cause.message, _LONGEST)}"
    yield from words.shortfall(receipt)


def _success(receipt: Receipt) -> str:
    done, total = receipt.count(Outcome.DONE), len(receipt.results)
    if not total:
        return "✅ **Applied and verified**: nothing was left to do."
    if done == total:
        return "✅ **Applied and verified.** A second reading found no difference."
    part = f"{done} of {count(total, 'change')}"
    return f"✅ **Applied and verified**: {part}; the rows say why the others were left."


def _shortfall(receipt: Receipt) -> str:
    done, total = receipt.count(Outcome.DONE), len(receipt.results)
    if done and done == total and receipt.conclusion in _ASIDE and receipt.verified == ():
        return f"⚠️ **Applied and verified**, except for {count(len(receipt.set_aside), 'event')} set aside."
    if done == total and not receipt.is_invalid:
        return "⚠️ **Applied, but not verified.**"
    if done:
        return f"❌ **Applied in part**: {done} of {count(total, 'change')}."
    if unsure := receipt.count(Outcome.UNSURE):
        return f"❓ **Not certain**: what became of {count(unsure, 'change')} was not found out."
    return "❌ **Not applied.**"
