"""What is known of a WeChat user's readiness to receive messages: facts, folded into credits.

WeChat keeps the true count and does not publish it. Facts about it come from several sides, repeated, late
and out of order, so facts are stored and folded by the time they happened, whenever they arrive.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# What can be carried, by the names that YIBAO_WECHAT_TEMPLATE_KEYS uses.
CARRIED = ("matter", "institution", "amount", "time", "person", "order", "state", "note")
KEY = re.compile(r"[a-z_]{1,32}[0-9]{1,3}")
DEFAULT_KEYS = "matter=thing1,institution=thing2,amount=amount3,time=time4"


class TemplateKind(StrEnum):
    """How long one 允许 lasts: for one message, or until it is taken back."""

    ONE_TIME = "one_time"
    LONG_TERM = "long_term"


class FactKind(StrEnum):
    """What can be learned of a user and a template."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    SWITCHED_OFF = "switched_off"
    TAKEN = "taken"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"


class Answer(StrEnum):
    """What the user last said."""

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
# WeChat's times are whole seconds. Within one second the hopeful order is taken: a credit too many
# costs one refused message, which corrects it; a credit too few would keep the counter from pushing.
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
    """One thing learned; `msg_id` names the message of a send, so that its two reports are one send."""

    kind: FactKind
    at: datetime
    msg_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many messages WeChat would take, as far as we know, and what the user last said."""

    credits: int = 0
    answer: Answer = Answer.NEVER_ASKED

    @property
    def ready(self) -> bool:
        """Tell whether a message is expected to arrive."""
        return self.credits > 0


def fold(facts: Iterable[Fact], kind: TemplateKind) -> Ledger:
    """Return what the facts amount to; their order and repetitions do not matter."""
    ledger = Ledger()
    for fact in sorted(set(_one_for_each_send(facts)), key=_order):
        answer = _ANSWERS.get(fact.kind, ledger.answer)
        ledger = Ledger(_credits(ledger.credits, fact.kind, kind), answer)
    return ledger


def _credits(before: int, fact: FactKind, kind: TemplateKind) -> int:
    """Return the credits after one fact; a send WeChat took without a known credit leaves none."""
    if kind is TemplateKind.LONG_TERM:
        return {F.ACCEPTED: 1, F.SWITCHED_OFF: 0, F.REFUSED: 0}.get(fact, before)
    if fact is F.ACCEPTED:
        return before + 1
    if fact in SENDS:
        return max(0, before - 1)
    return before if fact is F.DECLINED else 0


def _one_for_each_send(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts with one send for each message: the earliest report of it."""
    sends: dict[str, Fact] = {}
    others = []
    for fact in facts:
        if fact.kind not in SENDS or fact.msg_id is None:
            others.append(fact)
        elif fact.msg_id not in sends or _order(fact) < _order(sends[fact.msg_id]):
            sends[fact.msg_id] = fact
    return [*others, *sends.values()]


def _order(fact: Fact) -> tuple[datetime, int, str, str]:
    """Return what facts are sorted by: the second, then what is hopeful, then anything fixed."""
    return fact.at.replace(microsecond=0), _WITHIN_A_SECOND[fact.kind], fact.kind, fact.msg_id or ""


def keys_of(text: str) -> dict[str, str]:
    """Return a template's keys by what they carry (`matter=thing1,…`); raises ValueError."""
    pairs = [one.strip().partition("=") for one in text.split(",") if one.strip()]
    keys = {name.strip(): key.strip() for name, _, key in pairs}
    if not keys or len(keys) != len(pairs) or len(set(keys.values())) != len(keys):
        raise ValueError("a name or a key is there twice, or none at all")
    if not all(name in CARRIED and KEY.fullmatch(key) for name, key in keys.items()):
        raise ValueError(f"names are {', '.join(CARRIED)}; keys are like thing1")
    return keys
