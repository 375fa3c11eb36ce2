"""Why an apply has sent nothing, in words."""

from reconciler.applying.receipt import Conclusion, Receipt
from reconciler.render.phrases import count


def nothing_went(receipt: Receipt) -> str | None:
    """Return why a completed run sent nothing, or None if it sent something or had nothing to send."""
    match receipt.conclusion:
        case Conclusion.SET_ASIDE:
            return f"{left_out(receipt)}, and {_nothing_else(receipt)}"
        case Conclusion.REFUSED:
            return _ALL_REFUSED
        case _:
            return None


_ALL_REFUSED = "a guard refuses every change, as said above"


def left_out(receipt: Receipt) -> str:
    """Return how many events are set aside, in words."""
    return f"{count(len(receipt.set_aside), 'event')} {'is' if len(receipt.set_aside) == 1 else 'are'} set aside"


def _nothing_else(receipt: Receipt) -> str:
    if not receipt.results:
        return "there was nothing else to write"
    if all(result.guard is not None for result in receipt.results):
        return _ALL_REFUSED
    return "nothing else was written, as said above"
