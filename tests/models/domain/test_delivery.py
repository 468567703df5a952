"""The outbox's rules."""

from datetime import timedelta

import pytest

from models.domain.delivery import BRISK, DUE, PATIENT, UNFINISHED, DeliveryState, pause


@pytest.mark.parametrize("steps", [BRISK, PATIENT])
def test_each_wait_is_longer_until_the_last_which_stays(steps: tuple[int, ...]) -> None:
    waits = [pause(tries, steps) for tries in range(1, len(steps) + 3)]
    assert waits[0] == timedelta(seconds=1)
    assert sorted(set(waits)) == waits[: len(steps)]
    assert set(waits[len(steps) - 1 :]) == {timedelta(seconds=steps[-1])}


def test_what_has_an_end_is_not_taken_up_again() -> None:
    ends = {DeliveryState.DELIVERED, DeliveryState.UNKNOWN, DeliveryState.DROPPED, DeliveryState.DEAD}
    assert set(DeliveryState) - set(UNFINISHED) == ends
    assert set(UNFINISHED) - set(DUE) == {DeliveryState.SENDING}
