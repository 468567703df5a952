"""Expiry of verifications that nobody is reading or changing."""

from api.ports import Ports
from api.verification import case as cases


def settle(ports: Ports, verification_id: str) -> None:
    """Apply every expiry that is due."""
    with ports.database.transaction() as db:
        cases.current(ports, db, verification_id)
