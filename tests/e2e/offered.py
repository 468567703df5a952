"""Offer a new reference to whom the newest message went, as after an appeal against a failed try.

`python -m tests.e2e.clocked tests.e2e.offered` in the installation's environment.
"""

from sqlalchemy import select

from api.composition import build
from api.settings import settings_or_exit
from models import tables
from models.domain.appeal import AppealReason, AppealState
from models.domain.attempt import AttemptState
from tests.support.renewing import PICTURE, offer


def main() -> None:
    """Appeal against the newest attempt, and offer."""
    ports = build(settings_or_exit())
    with ports.database.transaction() as db:
        attempt = db.scalars(select(tables.Attempt).order_by(tables.Attempt.created_at.desc())).first()
        assert attempt is not None and attempt.owner_index is not None
        attempt.state = AttemptState.APPEALED
        verification = db.get_one(tables.Verification, attempt.verification_id)
        appeal = tables.Appeal(
            id=ports.new_id("apl"),
            attempt_id=attempt.id,
            verification_id=verification.id,
            institution_id=verification.institution_id,
            person_id=attempt.person_id,
            openid_index=attempt.owner_index,
            cashier_id=verification.cashier_id,
            counter=verification.counter,
            reason=AppealReason.PHOTO_OUTDATED,
            statement=b"",
            photo_keys=[],
            state=AppealState.LODGED,
            created_at=ports.now(),
        )
        db.add(appeal)
    offer(ports, appeal.id, PICTURE)


if __name__ == "__main__":
    main()
