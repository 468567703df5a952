"""When a new reference photo must wait for somebody to look at it."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from models.domain.errors import Conflict, Invalid

# Cosines of one picture saved anew, cropped, mirrored or shrunk; two photos of one person stay below.
SAME_PICTURE = 0.93
# The policy's threshold is for one comparison. Against more persons than UNRAISED it rises by PER_DECADE for
# each tenfold number, as strangers' scores do, so that about one photo in a hundred is held by chance.
UNRAISED, PER_DECADE = 450, 0.05
# Strangers under 18 are so alike that only one picture made brighter or darker exceeds this.
MINORS_ALIKE = 0.75


class HeldState(StrEnum):
    """What became of an offered photo; `pending` until its whole import has been read."""

    PENDING = "pending"
    HELD = "held"
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


# Reasons that lie in the rows, not in another photo: many at once have one cause.
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
    """How like a photo is to another person's: the bare cosine, the score, and whether it is the same file.

    `minors` says that both are under 18, of whom less than MINORS_ALIKE tells nothing.
    """

    person_id: str
    cosine: float
    score: float
    same_file: bool
    minors: bool = False

    def speaks(self, alike: float) -> bool:
        """Tell whether this speaks against the photo; one picture is known by the bare cosine."""
        same = self.same_file or self.cosine >= SAME_PICTURE
        return same or self.score >= (max(alike, MINORS_ALIKE) if self.minors else alike)


@dataclass(frozen=True, slots=True)
class Bars:
    """The scores from which two photos are of one person: `own` of a person's, `alike` of any others'."""

    own: float
    alike: float


def alike_from(least: float, persons: int) -> float:
    """Return the least score that counts as a match among `persons` compared; `least` is that for one."""
    return least + PER_DECADE * math.log10(max(1.0, persons / UNRAISED))


def judged(
    own: float | None, others: Collection[Likeness], bars: Bars
) -> tuple[HeldReason, list[str]] | None:
    """Return why a photo is held and like whom it is, or None where it may be used.

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
    """Return what the rows say against a photo, once it has been compared with the person's photos in use.

    One that shows the same face as those is vouched for, whatever its file is called.
    """
    vouched = doubt is HeldReason.UNVOUCHED and earlier is not None and earlier >= bars.own
    return None if vouched else doubt


def may_decide(state: HeldState, by: str, why: str) -> None:
    """Raise unless the photo waits and somebody says who they are and why."""
    if not 1 <= len(by.strip()) <= 64 or not 1 <= len(why.strip()) <= 500:
        raise Invalid("say who decides and why", code="reviewer_missing")
    if state is not HeldState.HELD:
        raise Conflict("this photo does not wait for a decision")


def may_be_twins(reason: HeldReason, others: Collection[str]) -> None:
    """Raise Invalid `not_twins` unless two photos show two persons who look alike."""
    if reason is not HeldReason.ALIKE or not others:
        raise Invalid("one picture cannot show two persons", code="not_twins")
