"""How soon a till's program may push to the same person again."""

from models.domain.attempt import AttemptState

# A message that its person did not answer with consent; one that could not be delivered disturbed nobody.
UNANSWERED = (
    AttemptState.WAITING,
    AttemptState.OPENED,
    AttemptState.DECLINED,
    AttemptState.EXPIRED,
    AttemptState.CANCELLED,
    AttemptState.SUPERSEDED,
)
