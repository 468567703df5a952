"""Message credits of a WeChat user, folded from facts.

WeChat holds the true count and does not publish it. Facts about it come from several sources, repeated, late
and out of order, so they are stored and folded by the time they happened.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# Contents of a message, by the names used in YIBAO_WECHAT_TEMPLATE_KEYS.
CARRIED = ("matter", "institution", "amount", "time", "person", "order", "state", "note")
KEY = re.compile(r"[a-z_]{1,32}[0-9]{1,3}")
DEFAULT_KEYS = "matter=thing1,institution=thing2,amount=amount3,time=time4"


class TemplateKind(StrEnum):
    """How long one 允许 is valid: for one message, or until revoked."""

    ONE_TIME = "one_time"
    LONG_TERM = "long_term"


class FactKind(StrEnum):
    """Kinds of facts about a user and a template."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    SWITCHED_OFF = "switched_off"
    TAKEN = "taken"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"


class Answer(StrEnum):
    """The user's last answer."""

    NEVER_ASKED = "never_asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SWITCHED_OFF = "switched_off"


F = FactKind

SENDS = frozenset({F.TAKEN, F.DELIVERED, F.FAILED})
_ANSWERS = {
    F.ACCEPTED: Answer.ACCEPTED,
    F.DECLINED: Answer.DECLINED,
    F.SWITCHED_OFF: Answer.SWITCHED_OFF,
}
# WeChat's times are whole seconds. Within one second the optimistic order is assumed: a credit too many costs
# one refused message, which corrects it; a credit too few would keep the counter from pushing.
_WITHIN_A_SECOND = {
    F.REFUSED: 0,
    F.SWITCHED_OFF: 1,
    F.DECLINED: 2,
    F.ACCEPTED: 3,
    F.TAKEN: 4,
    F.DELIVERED: 4,
    F.FAILED: 4,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; `msg_id` names the message of a send, so that its two reports count as one."""

    kind: FactKind
    at: datetime
    msg_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many messages WeChat would accept, as far as known, and the user's last answer."""

    credits: int = 0
    answer: Answer = Answer.NEVER_ASKED

    @property
    def ready(self) -> bool:
        """Tell whether a message is expected to arrive."""
        return self.credits > 0


def fold(facts: Iterable[Fact], kind: TemplateKind) -> Ledger:
    """Return the ledger of the facts; order and repetitions do not matter."""
    ledger = Ledger()
    for fact in sorted(set(_one_for_each_send(facts)), key=_order):
        answer = _ANSWERS.get(fact.kind, ledger.answer)
        ledger = Ledger(_credits(ledger.credits, fact.kind, kind), answer)
    return ledger


def _credits(before: int, fact: FactKind, kind: TemplateKind) -> int:
    """Return the credits after one fact; a successful send without a known credit leaves none."""
    if kind is TemplateKind.LONG_TERM:
        return {F.ACCEPTED: 1, F.SWITCHED_OFF: 0, F.REFUSED: 0}.get(fact, before)
    if fact is F.ACCEPTED:
        return before + 1
    if fact in SENDS:
        return max(0, before - 1)
    return before if fact is F.DECLINED else 0


def _one_for_each_send(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts with one send per message: its earliest report."""
    sends: dict[str, Fact] = {}
    others = []
    for fact in facts:
        if fact.kind not in SENDS or fact.msg_id is None:
            others.append(fact)
        elif fact.msg_id not in sends or _order(fact) < _order(sends[fact.msg_id]):
            sends[fact.msg_id] = fact
    return [*others, *sends.values()]


def _order(fact: Fact) -> tuple[datetime, int, str, str]:
    """Return the sort key of a fact: its second, then the optimistic order, then a fixed one."""
    return fact.at.replace(microsecond=0), _WITHIN_A_SECOND[fact.kind], fact.kind, fact.msg_id or ""


def keys_of(text: str) -> dict[str, str]:
    """Return a template's keys by content (`matter=thing1,…`); raises ValueError."""
    pairs = [one.strip().partition("=") for one in text.split(",") if one.strip()]
    keys = {name.strip(): key.strip() for name, _, key in pairs}
    if not keys or len(keys) != len(pairs) or len(set(keys.values())) != len(keys):
        raise ValueError("a name or a key is there twice, or none at all")
    if not all(name in CARRIED and KEY.fullmatch(key) for name, key in keys.items()):
        raise ValueError(f"names are {', '.join(CARRIED)}; keys are like thing1")
    return keys
