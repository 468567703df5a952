"""Redeems a receipt for a settlement, once."""

from sqlalchemy import select

from api.ports import Ports
from models import tables
from models.domain.errors import Absent, Conflict, Invalid, OutOfTime
from models.domain.verification import LIFE


def redeem(ports: Ports, institution_id: str, jti: str, settlement: tuple[str, int]) -> tables.Redemption:
    """Redeem a receipt for (settlement number, fen); idempotent for the same settlement.

    Raises Absent, Conflict `receipt_redeemed`, OutOfTime `receipt_expired` after 30 minutes and
    Invalid `amount_too_high` above the verified amount.
    """
    settlement_no, amount_fen = settlement
    with ports.database.transaction() as db:
        wanted = select(tables.Verification).where(tables.Verification.receipt_jti == jti).with_for_update()
        verification = db.scalar(wanted, execution_options={"populate_existing": True})
        if verification is None or verification.institution_id != institution_id or not verification.ended_at:
            raise Absent
        earlier = db.get(tables.Redemption, jti)
        if earlier is not None:
            if (earlier.settlement_no, earlier.amount_fen) == settlement:
                return earlier
            raise Conflict("this receipt has been used", code="receipt_redeemed")
        if ports.now() >= verification.ended_at + LIFE:
            raise OutOfTime("this receipt is too old", code="receipt_expired")
        if amount_fen > verification.amount_fen:
            raise Invalid("more than was verified", code="amount_too_high")
        row = tables.Redemption(
            jti=jti,
            verification_id=verification.id,
            settlement_no=settlement_no,
            amount_fen=amount_fen,
            created_at=ports.now(),
        )
        db.add(row)
        return row
