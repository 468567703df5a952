"""Sending a message again: when, and when not because the person is at it."""

from datetime import timedelta

from models.domain.attempt import AttemptState, Channel

RESEND_AFTER = timedelta(seconds=30)
_PAST_CONSENT = frozenset({AttemptState.CONSENTED, AttemptState.CHALLENGED, AttemptState.CAPTURED})


def is_in_hand(channel: Channel, state: AttemptState) -> bool:
    """Tell whether the person is at it: reading their own message, or past the consent on any phone."""
    return state in _PAST_CONSENT or (channel is Channel.PUSH and state is AttemptState.OPENED)
