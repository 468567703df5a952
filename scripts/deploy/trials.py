"""What one check found, and how it is run."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check; `wrong` says what is missing, `untried` why it could not be run."""

    name: str
    wrong: str = ""
    untried: str = ""


class Wrong(Exception):
    """A failed check; the message says why."""


def tried(name: str, trial: Callable[[], object], *errors: type[Exception]) -> Finding:
    """Return the result of one check; of unexpected errors only the class, since texts may quote secrets."""
    try:
        trial()
    except Wrong as wrong:
        return Finding(name, str(wrong))
    except errors as error:
        return Finding(name, type(error).__name__)
    return Finding(name)
