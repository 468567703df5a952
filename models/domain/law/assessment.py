"""Impact assessments (PIPL, articles 55–56): the purposes of face processing, and their validity."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict, Invalid

# An assessment is renewed yearly, and before any further purpose.
HOLDS = timedelta(days=365)
SHA256 = re.compile(r"[0-9a-f]{64}")


class Purpose(StrEnum):
    """A purpose of face processing."""

    VERIFICATION = "verification"
    FAMILY = "family"
    BACKGROUND = "background"
    STRANGERS = "strangers"
    ABUSE = "abuse"
    MIGRATION = "migration"


# Purposes of every installation: verification, telling relatives apart, the score background.
ALWAYS = frozenset({Purpose.VERIFICATION, Purpose.FAMILY, Purpose.BACKGROUND})


def written(document_sha256: str, purposes: Iterable[str]) -> list[Purpose]:
    """Return the purposes of a new record in list order, without duplicates.

    Raises Invalid for an invalid SHA-256, an unknown purpose, or a missing one of ALWAYS.
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
    """Tell whether an assessment made at `at` is in force: for a year from then."""
    return at <= now < at + HOLDS


def not_assessed(purpose: Purpose) -> Conflict:
    """Return the refusal of a purpose that no assessment in force names."""
    return Conflict(f"no impact assessment in force names this purpose: {purpose}", code="not_assessed")
