"""The sandbox's invented persons, and each one's outcome."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.domain.attempt import AttemptEvent, AttemptState, Channel
from models.domain.identity.idnumber import check_character

ID_PREFIX = "sandbox_"


class Outcome(StrEnum):
    """Outcome of a magic number."""

    PASSED = "passed"
    FAILED = "failed"
    APPEALED = "appealed"
    UPHELD = "upheld"
    REJECTED = "rejected"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNDELIVERABLE = "undeliverable"
    MATCHER_DOWN = "matcher_down"
    CHILD = "child"
    MINOR = "minor"
    NOT_ENROLLED = "not_enrolled"


@dataclass(frozen=True, slots=True)
class MagicPerson:
    """A person who exists only in the sandbox."""

    outcome: Outcome
    name: str
    number: str
    birth: date

    @property
    def person_id(self) -> str:
        """Return the id; its prefix is used by no real person's id."""
        return ID_PREFIX + self.outcome

    @property
    def sex(self) -> str:
        """Return the sex in the number."""
        return "male" if int(self.number[16]) % 2 else "female"


def _person(outcome: Outcome, name: str, birth: date, order: int) -> MagicPerson:
    """Return a person of region 330099, which is no real county."""
    first = f"330099{birth:%Y%m%d}{order:03}"
    return MagicPerson(outcome, name, first + check_character(first), birth)


_ELDERLY, _SMALL, _HALF_GROWN = date(1960, 1, 1), date(2020, 6, 1), date(2012, 6, 1)
CAST = (
    _person(Outcome.PASSED, "沙箱通过", _ELDERLY, 1),
    _person(Outcome.FAILED, "沙箱不符", _ELDERLY, 2),
    _person(Outcome.APPEALED, "沙箱申诉", _ELDERLY, 3),
    _person(Outcome.UPHELD, "沙箱维持", _ELDERLY, 4),
    _person(Outcome.REJECTED, "沙箱驳回", _ELDERLY, 5),
    _person(Outcome.DECLINED, "沙箱拒绝", _ELDERLY, 6),
    _person(Outcome.EXPIRED, "沙箱超时", _ELDERLY, 7),
    _person(Outcome.UNDELIVERABLE, "沙箱未达", _ELDERLY, 8),
    _person(Outcome.MATCHER_DOWN, "沙箱故障", _ELDERLY, 9),
    _person(Outcome.CHILD, "沙箱儿童", _SMALL, 10),
    _person(Outcome.NOT_ENROLLED, "沙箱无照", _ELDERLY, 11),
    _person(Outcome.MINOR, "沙箱少年", _HALF_GROWN, 12),
)
BY_ID = {person.person_id: person for person in CAST}

S, E = AttemptState, AttemptEvent
_FILMED = {S.OPENED: E.CONSENT, S.CONSENTED: E.CHALLENGE, S.CHALLENGED: E.CAPTURE}
_ANSWER = {Outcome.MATCHER_DOWN: E.AGAIN, Outcome.PASSED: E.PASS, Outcome.UNDELIVERABLE: E.PASS}
# One person who declines, and some who cannot be chosen.
_NOT_FILMED = {Outcome.DECLINED: E.DECLINE} | dict.fromkeys(
    (Outcome.CHILD, Outcome.MINOR, Outcome.NOT_ENROLLED)
)
_REVIEWED = frozenset({Outcome.UPHELD, Outcome.REJECTED})
_APPEALING = _REVIEWED | {Outcome.APPEALED}


def next_event(
    outcome: Outcome, channel: Channel, state: AttemptState, *, tried: bool
) -> AttemptEvent | None:
    """Return the next event of an attempt, or None when there is none.

    `tried`: the matcher has already failed to answer once. A QR code reaches persons whom no message reaches.
    """
    if state is S.WAITING:
        if outcome is Outcome.UNDELIVERABLE and channel is Channel.PUSH:
            return E.UNDELIVERABLE
        return None if outcome is Outcome.EXPIRED else E.OPEN
    if state is S.OPENED and outcome in _NOT_FILMED:
        return _NOT_FILMED[outcome]
    if state is S.CONSENTED and tried:
        return None
    if state is S.CAPTURED:
        return _ANSWER.get(outcome, E.FAIL)
    if state is S.FAILED and outcome in _APPEALING:
        return E.APPEAL
    return _FILMED.get(state)


def review(outcome: Outcome) -> str | None:
    """Return the sandbox reviewer's verdict on an appeal, or None while it stays lodged."""
    return outcome.value if outcome in _REVIEWED else None
