"""When a message may be sent again: not while the person is already answering it."""

from datetime import timedelta

from models.domain.attempt import AttemptState, Channel

RESEND_AFTER = timedelta(seconds=30)
# Sent by a program, and its person did not consent; what could not be delivered disturbed nobody.
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
    """Tell whether the person is answering: has opened their message, or is past consent on any phone."""
    return state in _PAST_CONSENT or (channel is Channel.PUSH and state is AttemptState.OPENED)
