"""What runs the issued jobs of a worker process."""

from huey import Huey
from huey.consumer import Consumer

# Longer than a call to WeChat, and with the last sweep's 5 s less than what systemd and the stack grant.
FINISH_S = 8.0


def consumer(huey: Huey) -> Consumer:
    """Return what runs the issued jobs; told to stop (SIGTERM), it finishes those that it has begun.

    A message cut off in the middle would count as possibly delivered, and not be sent again.
    """
    return Consumer(
        huey, workers=2, periodic=False, initial_delay=0.05, backoff=1.0, max_delay=0.05,
        graceful_signal="TERM", shutdown_timeout=FINISH_S,
    )  # fmt: skip
