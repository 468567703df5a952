"""What the matcher cannot do."""


class BadImage(Exception):
    """A file that is not a usable picture.

    `reason` is too_many_bytes, too_many_pixels, not_an_image or truncated.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MatcherUnavailable(Exception):
    """No answer, or none that can be believed."""


class WrongWeights(Exception):
    """A weight file is missing or is not the one that was measured."""
