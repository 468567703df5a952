"""The ledger is what WeChat's own count would be, whatever order the news of it comes in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.subscription import Answer, Fact, FactKind, Ledger, TemplateKind, fold

F = FactKind
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


STORY = (
    Fact(F.ACCEPTED, at(0)),
    Fact(F.TAKEN, at(60), "m1"),
    Fact(F.DELIVERED, at(61), "m1"),
    Fact(F.ACCEPTED, at(300)),
)


@pytest.mark.parametrize("order", list(permutations(STORY)))
def test_the_ledger_does_not_depend_on_order_or_repetition(order: tuple[Fact, ...]) -> None:
    assert fold(order, TemplateKind.ONE_TIME) == Ledger(1, Answer.ACCEPTED)
    assert fold(order * 10, TemplateKind.ONE_TIME) == Ledger(1, Answer.ACCEPTED)


@pytest.mark.parametrize(
    ("facts", "credits", "answer"),
    [
        ((), 0, Answer.NEVER_ASKED),
        ((Fact(F.ACCEPTED, at(0)),), 1, Answer.ACCEPTED),
        ((Fact(F.ACCEPTED, at(0)), Fact(F.ACCEPTED, at(1))), 2, Answer.ACCEPTED),
        ((Fact(F.ACCEPTED, at(0)), Fact(F.DECLINED, at(1))), 1, Answer.DECLINED),
        ((Fact(F.ACCEPTED, at(0)), Fact(F.SWITCHED_OFF, at(1))), 0, Answer.SWITCHED_OFF),
        ((Fact(F.ACCEPTED, at(0)), Fact(F.REFUSED, at(1), "d1")), 0, Answer.ACCEPTED),
        ((Fact(F.REFUSED, at(0.9), "d1"), Fact(F.ACCEPTED, at(0))), 1, Answer.ACCEPTED),
        ((Fact(F.ACCEPTED, at(0)), Fact(F.FAILED, at(1), "m1")), 0, Answer.ACCEPTED),
        ((Fact(F.TAKEN, at(0), "m1"), Fact(F.ACCEPTED, at(9))), 1, Answer.ACCEPTED),
    ],
    ids=[
        "nothing", "one", "two", "a no keeps what was given", "off takes all", "43101 takes all",
        "allowed in the second of a refusal", "not delivered is spent", "a send nobody knew the credit of",
    ],
)  # fmt: skip
def test_each_fact_has_its_effect(facts: tuple[Fact, ...], credits: int, answer: Answer) -> None:
    assert fold(facts, TemplateKind.ONE_TIME) == Ledger(credits, answer)


def test_a_long_term_template_is_not_used_up() -> None:
    sends = [Fact(F.TAKEN, at(n), f"m{n}") for n in range(1, 9)]
    assert fold([Fact(F.ACCEPTED, at(0)), *sends], TemplateKind.LONG_TERM).ready
    for end in (F.SWITCHED_OFF, F.REFUSED):
        assert not fold([Fact(F.ACCEPTED, at(0)), Fact(end, at(9))], TemplateKind.LONG_TERM).ready


class WeChat:
    """What WeChat counts, and the facts that come of it."""

    def __init__(self, kind: TemplateKind) -> None:
        self.kind, self.credits, self.facts = kind, 0, list[Fact]()

    def happens(self, what: str, second: int) -> None:
        match what:
            case "accept":
                self.credits = self.credits + 1 if self.kind is TemplateKind.ONE_TIME else 1
                self.facts.append(Fact(F.ACCEPTED, at(second)))
            case "decline":
                self.facts.append(Fact(F.DECLINED, at(second)))
            case "switch off":
                self.credits = 0
                self.facts.append(Fact(F.SWITCHED_OFF, at(second)))
            case "send" | "send unseen":
                self.facts.extend(self._send(second, seen=what == "send"))

    def _send(self, second: int, *, seen: bool) -> Iterator[Fact]:
        """Take or refuse a message; `seen` tells whether our server got the answer."""
        if self.credits == 0:
            if seen:
                yield Fact(F.REFUSED, at(second + 0.3), f"d{second}")
            return
        self.credits -= self.kind is TemplateKind.ONE_TIME
        if seen:
            yield Fact(F.TAKEN, at(second + 0.7), f"m{second}")
        yield Fact(F.FAILED if second % 5 == 0 else F.DELIVERED, at(second + 1), f"m{second}")


ACTIONS = st.sampled_from(["accept", "accept", "decline", "switch off", "send", "send", "send unseen"])


@given(
    actions=st.lists(st.tuples(ACTIONS, st.integers(2, 5000)), max_size=30),
    kind=st.sampled_from(TemplateKind),
    data=st.data(),
)
def test_the_ledger_equals_wechats_count_for_any_history(
    actions: list[tuple[str, int]], kind: TemplateKind, data: st.DataObject
) -> None:
    wechat, second = WeChat(kind), 0
    for what, pause in actions:
        second += pause
        wechat.happens(what, second)
    again = data.draw(st.lists(st.sampled_from(wechat.facts))) if wechat.facts else []
    news = data.draw(st.permutations([*wechat.facts, *again]))
    assert fold(news, kind).credits == wechat.credits
