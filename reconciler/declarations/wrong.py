"""Why a value is refused."""


class Wrong(ValueError):
    """A value that its key does not allow; whoever knows the key and the place adds them."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
