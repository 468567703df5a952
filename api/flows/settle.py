"""Letting the clock act on a verification that nobody is looking at."""

from api import case as cases
from api.ports import Ports


def settle(ports: Ports, verification_id: str) -> None:
    """Apply every expiry that is due."""
    with ports.database.transaction() as db:
        cases.current(ports, db, verification_id)
