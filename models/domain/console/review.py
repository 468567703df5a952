"""Rules for judging appeals: verdicts, who may give one, and when two must agree."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.appeal import AppealState
from models.domain.attempt import Channel
from models.domain.errors import Conflict
from models.domain.provider import Provider

DUE = timedelta(hours=72)
CLAIM = timedelta(minutes=30)
ANSWER = timedelta(hours=72)
TWO_ABOVE_FEN = 20_000
DRAWN_SHARE = 0.05


class Verdict(StrEnum):
    """A reviewer's verdict."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class Wanted(StrEnum):
    """What the insured may be asked to send before the verdict."""

    PHOTO_NOW = "photo_now"
    PHOTO_EARLIER = "photo_earlier"
    STATEMENT = "statement"


class Ground(StrEnum):
    """The ground of a verdict, picked from this list."""

    SAME_PERSON = "same_person"
    REFERENCE_OUTDATED = "reference_outdated"
    CAPTURE_POOR = "capture_poor"
    OTHER_PERSON = "other_person"
    NOT_ALIVE = "not_alive"
    NOT_DECIDABLE = "not_decidable"


GROUNDS: dict[Verdict, tuple[Ground, ...]] = {
    Verdict.UPHELD: (Ground.SAME_PERSON, Ground.REFERENCE_OUTDATED, Ground.CAPTURE_POOR),
    Verdict.REJECTED: (Ground.OTHER_PERSON, Ground.NOT_ALIVE, Ground.NOT_DECIDABLE),
}


def can_ask(channel: Channel, asked: datetime | None) -> bool:
    """Tell whether the insured can be asked for more: once, and only on their own phone."""
    return channel is Channel.PUSH and asked is None


def askable(provider: Provider) -> tuple[Wanted, ...]:
    """Return what the insured may be asked for: no photo where WeChat verifies, whose rules allow none."""
    return (Wanted.STATEMENT,) if provider is Provider.WECHAT else tuple(Wanted)


def may_answer(is_open: bool, asked: datetime | None, now: datetime) -> None:
    """Raise Conflict unless the insured was asked, in time, and no verdict has been given."""
    if not is_open or asked is None or now >= asked + ANSWER:
        raise Conflict("nothing is asked for", code="wrong_state")


def waits(asked: datetime | None, answered: datetime | None, now: datetime) -> bool:
    """Tell whether an appeal awaits the material its sender was asked for."""
    return asked is not None and answered is None and now < asked + ANSWER


def wants_two(amount_fen: int, drawn: bool, near_relative: bool, verdicts: Sequence[Verdict]) -> bool:
    """Tell whether two verdicts are needed.

    Two are needed for an appeal sampled when it was lodged, one where a relative scored above the claimed
    person, and a rejection above 200 yuan.
    """
    costly = amount_fen > TWO_ABOVE_FEN and Verdict.REJECTED in verdicts
    return drawn or near_relative or costly


def outcome(verdicts: Sequence[Verdict], two: bool) -> AppealState | None:
    """Return the outcome of the verdicts, or None while another reviewer is needed.

    Where two are needed and disagree, a third decides.
    """
    if not verdicts:
        return None
    word, most = Counter(verdicts).most_common(1)[0]
    return AppealState(word.value) if most >= (2 if two else 1) else None


def has_lapsed(claimed: datetime, now: datetime) -> bool:
    """Tell whether a claim without a verdict has expired, so that another reviewer may take the appeal."""
    return now >= claimed + CLAIM


def due_at(lodged: datetime) -> datetime:
    """Return the deadline for judging an appeal."""
    return lodged + DUE


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Return Cohen's kappa (1960) of two raters' yes or no, None where undefined.

    It is undefined with fewer than two pairs, or where chance alone makes both always agree.
    """
    if len(pairs) < 2:
        return None
    first, second = (sum(one[rater] for one in pairs) / len(pairs) for rater in (0, 1))
    agreed = sum(a is b for a, b in pairs) / len(pairs)
    chance = first * second + (1 - first) * (1 - second)
    return None if chance >= 1 else (agreed - chance) / (1 - chance)
