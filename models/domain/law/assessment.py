"""Impact assessments (PIPL, articles 55–56): what faces are processed for, and for how long one holds."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict, Invalid

# Renewed yearly, and before anything else is done with faces than it names.
HOLDS = timedelta(days=365)
SHA256 = re.compile(r"[0-9a-f]{64}")


class Purpose(StrEnum):
    """Something that faces are processed for."""

    VERIFICATION = "verification"
    FAMILY = "family"
    BACKGROUND = "background"
    STRANGERS = "strangers"
    ABUSE = "abuse"
    MIGRATION = "migration"


# What every installation does: the check itself, telling relatives apart, the background of scores.
ALWAYS = frozenset({Purpose.VERIFICATION, Purpose.FAMILY, Purpose.BACKGROUND})


def written(document_sha256: str, purposes: Iterable[str]) -> list[Purpose]:
    """Return the purposes of a new record in the order of the list, each once.

    Raises Invalid for what is no SHA-256, an unknown purpose, or one of ALWAYS left out.
    """
    given = set(purposes)
    if not SHA256.fullmatch(document_sha256):
        raise Invalid("the SHA-256 of the document is 64 lower-case hexadecimal digits")
    if unknown := given - set(Purpose):
        raise Invalid(f"no such purpose: {', '.join(sorted(unknown))}")
    if missing := ALWAYS - given:
        raise Invalid(f"the document must also assess: {', '.join(sorted(missing))}")
    return [purpose for purpose in Purpose if purpose in given]


def holds(at: datetime, now: datetime) -> bool:
    """Tell whether an assessment of `at` is in force: from then on, for a year."""
    return at <= now < at + HOLDS


def not_assessed(purpose: Purpose) -> Conflict:
    """Return the refusal of something that no impact assessment in force names."""
    return Conflict(f"no impact assessment in force names this purpose: {purpose}", code="not_assessed")
