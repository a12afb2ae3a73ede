"""What may fail for a while, and may be asked again."""


class Unavailable(Exception):  # noqa: N818 - the state, not the mistake
    """Something that we need (a database) does not answer now: nothing is half done, and it may be asked again."""

    def __init__(self, what: str, retry_after_seconds: int = 5) -> None:
        super().__init__(what, retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return str(self.args[0])


class Overloaded(Exception):  # noqa: N818 - the state, not the mistake
    """There is no room for more work now: it was not begun, or lost, and may be asked again."""

    def __init__(self, what: str, retry_after_seconds: int = 1) -> None:
        super().__init__(what, retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return str(self.args[0])


class TooOften(Exception):  # noqa: N818 - the state, not the mistake
    """Whoever asks has asked for as much as they may for now: nothing was begun."""

    def __init__(self, what: str, retry_after_seconds: int) -> None:
        super().__init__(what, retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return str(self.args[0])


class TooSlow(Overloaded):
    """This very work was begun, and took longer than any may: it was stopped."""
