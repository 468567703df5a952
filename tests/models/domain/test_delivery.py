"""The outbox's rules."""

from datetime import UTC, datetime, timedelta

import pytest

from models.domain.delivery import (
    BRISK,
    DUE,
    PATIENT,
    TRANSITIONS,
    UNFINISHED,
    DeliveryEvent,
    DeliveryState,
    advance,
    is_due,
    pause,
)
from models.domain.errors import IllegalTransition

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("steps", [BRISK, PATIENT])
def test_each_wait_is_longer_until_the_last_which_stays(steps: tuple[int, ...]) -> None:
    waits = [pause(tries, steps) for tries in range(1, len(steps) + 3)]
    assert waits[0] == timedelta(seconds=1)
    assert sorted(set(waits)) == waits[: len(steps)]
    assert set(waits[len(steps) - 1 :]) == {timedelta(seconds=steps[-1])}


def test_only_unfinished_rows_can_be_leased() -> None:
    leasable = {state for state, moves in TRANSITIONS.items() if DeliveryEvent.LEASE in moves}
    assert leasable == set(UNFINISHED)
    assert set(UNFINISHED) - set(DUE) == {DeliveryState.SENDING}


@pytest.mark.parametrize("state", [DeliveryState.UNKNOWN, DeliveryState.DROPPED])
@pytest.mark.parametrize("event", list(DeliveryEvent))
def test_unknown_and_dropped_deliveries_never_change(state: DeliveryState, event: DeliveryEvent) -> None:
    with pytest.raises(IllegalTransition):
        advance(state, event)


def test_an_answer_counts_only_while_the_row_is_being_sent() -> None:
    for state in set(DeliveryState) - {DeliveryState.SENDING}:
        for event in (DeliveryEvent.DELIVER, DeliveryEvent.AGAIN, DeliveryEvent.LOSE):
            with pytest.raises(IllegalTransition):
                advance(state, event)
    assert advance(DeliveryState.SENDING, DeliveryEvent.DELIVER) is DeliveryState.DELIVERED


def test_a_row_being_sent_is_due_when_its_lease_is_over() -> None:
    later = NOW + timedelta(seconds=1)
    assert is_due(DeliveryState.SENDING, NOW, NOW) and not is_due(DeliveryState.SENDING, later, NOW)
    assert not is_due(DeliveryState.DELIVERED, NOW, NOW)
