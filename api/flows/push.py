"""Pushing the service message to the person's own WeChat."""

from datetime import timedelta

from api import case as cases
from api.case import Case
from api.ports import CHINA, Ports
from api.record import Change, record
from models import tables
from models.domain.attempt import AttemptEvent, AttemptState, advance
from wechat.errors import WeChatBusy, WeChatRefused, WeChatUnknown

PAGE = "pages/verify/verify"
CALL_TAKES_AT_MOST = timedelta(seconds=30)
BACK_OFF = (1, 2, 4, 8, 15, 30)


def send(ports: Ports, delivery_id: str) -> None:
    """Send one message of the outbox; what may have arrived is never sent again."""
    with ports.database.transaction() as db:
        delivery = db.get(tables.Delivery, delivery_id)
        if delivery is None or delivery.state not in ("pending", "retry", "sending"):
            return
        case = cases.current(ports, db, delivery.verification_id)
        attempt = case.attempt(delivery.attempt_id or "")
        if delivery.state == "sending":
            # A worker died during the call: nobody knows whether the message left.
            if ports.now() >= delivery.next_at:
                _unknown(ports, case, attempt, delivery)
            return
        if attempt.state is not AttemptState.WAITING:
            delivery.state = "dropped"
            return
        delivery.state, delivery.next_at = "sending", ports.now() + CALL_TAKES_AT_MOST
        delivery.tries += 1
    _settle_delivery(ports, delivery_id, _call(ports, case, attempt))


def _call(ports: Ports, case: Case, attempt: tables.Attempt) -> Exception | None:
    """Call WeChat; return what went wrong."""
    receiver = ports.directory.receiver(attempt.person_id or "")
    if receiver is None:
        return WeChatRefused(0)
    data = {
        "thing1": "医保购药人脸核验",
        "thing2": case.institution.name,
        "amount3": f"{case.verification.amount_fen / 100:.2f}",
        "time4": attempt.created_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
    }
    page = f"{PAGE}?scene={attempt.scene}"
    try:
        ports.wechat.send_subscribed(receiver.openid, ports.settings.wechat_template_id, page, data)
    except (WeChatBusy, WeChatRefused, WeChatUnknown) as error:
        return error
    return None


def _settle_delivery(ports: Ports, delivery_id: str, error: Exception | None) -> None:
    """Write down what became of the call."""
    with ports.database.transaction() as db:
        delivery = db.get_one(tables.Delivery, delivery_id)
        case = cases.current(ports, db, delivery.verification_id)
        attempt = case.attempt(delivery.attempt_id or "")
        match error:
            case None:
                delivery.state = "delivered"
                record(ports, case.verification, Change("attempt.delivered", attempt))
            case WeChatUnknown():
                _unknown(ports, case, attempt, delivery)
            case WeChatBusy() if delivery.tries <= len(BACK_OFF):
                delivery.state = "retry"
                delivery.next_at = ports.now() + timedelta(seconds=BACK_OFF[delivery.tries - 1])
            case _:
                delivery.state = "dead"
                delivery.error = type(error).__name__
                _undeliverable(ports, case, attempt, _reason(error))


def _reason(error: Exception) -> str:
    """Return why the message cannot reach the person, in the counter's words."""
    if isinstance(error, WeChatRefused):
        return {0: "not_bound", 43101: "not_subscribed"}.get(error.errcode, "refused_by_wechat")
    return "wechat_unavailable"


def _undeliverable(ports: Ports, case: Case, attempt: tables.Attempt, reason: str) -> None:
    """End an attempt that cannot reach anybody."""
    if attempt.state is AttemptState.WAITING:
        moved = advance(attempt.snapshot(), AttemptEvent.UNDELIVERABLE, ports.now(), reason=reason)
        cases.move(ports, case, attempt, moved)


def _unknown(ports: Ports, case: Case, attempt: tables.Attempt, delivery: tables.Delivery) -> None:
    """Say that the message may or may not have arrived."""
    delivery.state = "unknown"
    record(ports, case.verification, Change("attempt.delivery_unknown", attempt))
