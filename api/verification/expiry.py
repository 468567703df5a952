"""Expires verifications that are neither read nor changed."""

from api.ports import Ports
from api.verification import case as cases


def settle(ports: Ports, verification_id: str) -> None:
    """Apply every due expiry."""
    with ports.database.transaction() as db:
        cases.current(ports, db, verification_id)
