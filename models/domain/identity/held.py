"""Rules for holding a new reference photo until an operator has reviewed it."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from models.domain.errors import Conflict, Invalid

# Cosine above which two files show one picture (resaved, cropped, mirrored or shrunk); different photos of
# one person stay below.
SAME_PICTURE = 0.93
# The policy's threshold is for one comparison. Against more persons than UNRAISED it rises by PER_DECADE per
# tenfold number, as strangers' maximum scores do, so that about one photo in a hundred is held by chance.
UNRAISED, PER_DECADE = 450, 0.05
# Strangers under 18 resemble each other so much that only the same picture, brightened or darkened, exceeds
# this.
MINORS_ALIKE = 0.75


class HeldState(StrEnum):
    """State of an offered photo; `pending` until its whole import has been read.

    `offered` is a frame of an appeal that waits for the insured's answer.
    """

    PENDING = "pending"
    HELD = "held"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class HeldReason(StrEnum):
    """Why a photo is held."""

    UNLIKE_EARLIER = "unlike_earlier"
    SAME_PHOTO = "same_photo"
    NEAR_DUPLICATE = "near_duplicate"
    ALIKE = "alike"
    NAMED_AFTER_ANOTHER = "named_after_another"
    UNLIKE_ROW = "unlike_row"
    COLUMN_SLIPPED = "column_slipped"
    UNVOUCHED = "unvouched"


# Reasons found in the rows rather than in another photo: many at once have one cause.
BY_ROWS = frozenset(
    {
        HeldReason.UNLIKE_ROW,
        HeldReason.COLUMN_SLIPPED,
        HeldReason.NAMED_AFTER_ANOTHER,
        HeldReason.UNVOUCHED,
    }
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Similarity to another person's photo: cosine, score, and whether the files are identical.

    `minors`: both are under 18, where anything below MINORS_ALIKE means nothing.
    """

    person_id: str
    cosine: float
    score: float
    same_file: bool
    minors: bool = False

    def speaks(self, alike: float) -> bool:
        """Tell whether this is a reason to hold the photo; the cosine recognises identical pictures."""
        same = self.same_file or self.cosine >= SAME_PICTURE
        return same or self.score >= (max(alike, MINORS_ALIKE) if self.minors else alike)


@dataclass(frozen=True, slots=True)
class Bars:
    """Scores from which two photos show one person: `own` for the same person's, `alike` for others'."""

    own: float
    alike: float


def alike_from(least: float, persons: int) -> float:
    """Return the threshold for a match among `persons` persons; `least` is the one for a single person."""
    return least + PER_DECADE * math.log10(max(1.0, persons / UNRAISED))


def judged(
    own: float | None, others: Collection[Likeness], bars: Bars
) -> tuple[HeldReason, list[str]] | None:
    """Return why a photo is held and whom it resembles, or None where it may be used.

    `own` is the score against the person's earlier photos (None: there are none).
    """
    alike = sorted(
        (one for one in others if one.speaks(bars.alike)),
        key=lambda one: (not one.same_file, -one.cosine),
    )
    if alike:
        first = alike[0]
        kind = HeldReason.NEAR_DUPLICATE if first.cosine >= SAME_PICTURE else HeldReason.ALIKE
        kind = HeldReason.SAME_PHOTO if first.same_file else kind
        return kind, list(dict.fromkeys(one.person_id for one in alike))
    if own is not None and own < bars.own:
        return HeldReason.UNLIKE_EARLIER, []
    return None


def still_doubted(doubt: HeldReason | None, earlier: float | None, bars: Bars) -> HeldReason | None:
    """Return the doubt about a photo's row that remains after comparison with the person's references.

    A photo with the same face as those is vouched for, whatever its file name.
    """
    vouched = doubt is HeldReason.UNVOUCHED and earlier is not None and earlier >= bars.own
    return None if vouched else doubt


def may_decide(state: HeldState, by: str, why: str) -> None:
    """Raise unless the photo is held, and operator and reason are named."""
    if not 1 <= len(by.strip()) <= 64 or not 1 <= len(why.strip()) <= 500:
        raise Invalid("say who decides and why", code="reviewer_missing")
    if state is not HeldState.HELD:
        raise Conflict("this photo does not wait for a decision")


def may_be_twins(reason: HeldReason, others: Collection[str]) -> None:
    """Raise Invalid `not_twins` unless the photos belong to two persons who look alike."""
    if reason is not HeldReason.ALIKE or not others:
        raise Invalid("one picture cannot show two persons", code="not_twins")
