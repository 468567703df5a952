"""What becomes of the sandbox's persons is what the table of transitions allows."""

from itertools import product

import pytest

from models.domain.attempt import TRANSITIONS, AttemptEvent, AttemptState, Channel
from models.domain.sandbox import CAST, Outcome, next_event, review

ENDS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.APPEALED: "appealed",
    Outcome.UPHELD: "appealed",
    Outcome.REJECTED: "appealed",
    Outcome.DECLINED: "declined",
    Outcome.EXPIRED: "waiting",
    Outcome.UNDELIVERABLE: "undeliverable",
    Outcome.MATCHER_DOWN: "consented",
    Outcome.CHILD: "opened",
    Outcome.NOT_ENROLLED: "opened",
    Outcome.MINOR: "opened",
}


def course(outcome: Outcome, channel: Channel) -> list[AttemptState]:
    """Follow an attempt until nothing more happens to it."""
    states, tried = [AttemptState.WAITING], False
    while (event := next_event(outcome, channel, states[-1], tried=tried)) is not None:
        states.append(TRANSITIONS[states[-1]][event])
        tried = tried or event is AttemptEvent.AGAIN
        assert len(states) < 20
    return states


@pytest.mark.parametrize(("outcome", "channel"), list(product(Outcome, Channel)))
def test_every_outcome_is_reached_by_legal_steps(outcome: Outcome, channel: Channel) -> None:
    passes_by_code = outcome is Outcome.UNDELIVERABLE and channel is Channel.QR
    assert course(outcome, channel)[-1] == ("passed" if passes_by_code else ENDS[outcome])


def test_every_outcome_has_a_person_of_its_own() -> None:
    assert sorted(one.outcome for one in CAST) == sorted(Outcome)
    assert len({one.number for one in CAST}) == len({one.name for one in CAST}) == len(CAST)


def test_only_two_appeals_are_reviewed() -> None:
    assert {one: review(one) for one in Outcome if review(one)} == {
        Outcome.UPHELD: "upheld",
        Outcome.REJECTED: "rejected",
    }
