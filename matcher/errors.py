"""Errors of the matcher."""


class BadImage(Exception):
    """A file that is not a usable picture.

    `reason` is too_many_bytes, too_many_pixels, not_an_image or truncated.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MatcherUnavailable(Exception):
    """The matcher service gave no valid answer."""


class UnknownBackground(Exception):
    """The requested background is not in this matcher's memory."""


class WrongWeights(Exception):
    """A weight file is missing or its SHA-256 is not listed in weights.toml."""
