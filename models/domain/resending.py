"""Rules for resending a message: not while the person is already responding."""

from datetime import timedelta

from models.domain.attempt import AttemptState, Channel

RESEND_AFTER = timedelta(seconds=30)
# Sent by a program without the person's consent so far; an undelivered message disturbed nobody.
UNANSWERED = (
    AttemptState.WAITING,
    AttemptState.OPENED,
    AttemptState.DECLINED,
    AttemptState.EXPIRED,
    AttemptState.CANCELLED,
    AttemptState.SUPERSEDED,
)
_PAST_CONSENT = frozenset({AttemptState.CONSENTED, AttemptState.CHALLENGED, AttemptState.CAPTURED})


def is_in_hand(channel: Channel, state: AttemptState) -> bool:
    """Tell whether the person is responding: has opened the message, or is past consent on any phone."""
    return state in _PAST_CONSENT or (channel is Channel.PUSH and state is AttemptState.OPENED)
