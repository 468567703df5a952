"""Till routes: /v1."""

from dataclasses import replace

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api.directory.identify import Named
from api.http import present
from api.http.chosen import chosen
from api.http.description import describe
from api.http.docs import examples
from api.http.schemas import answers, requests
from api.http.schemas.query import Query
from api.http.web import answer, follow, idempotent, institution, know_institution, ports
from api.verification import attempt as attempts
from api.verification import bypass as documents
from api.verification import lifecycle as verifications
from api.verification import redeem as receipts
from api.verification import till_code as till_codes
from api.verification.lifecycle import Purchase

v1 = APIBlueprint(
    "institution",
    __name__,
    url_prefix="/v1",
    abp_security=[{"api_key": []}],
    abp_tags=[Tag(name="Institution 收银台")],
)
v1.before_request(know_institution)


class VerificationPath(BaseModel):
    """The verification's id."""

    verification_id: str = Field(max_length=64)


class ReceiptPath(BaseModel):
    """The receipt's id."""

    jti: str = Field(max_length=64)


class OrderQuery(Query):
    """The order's number."""

    order_no: str = Field(min_length=1, max_length=64)


class EventsQuery(Query):
    """The event to continue after, and the long poll's timeout."""

    after: int = Field(0, ge=0, le=2**53)
    wait: float = Field(0, ge=0, le=25)


def named(person: requests.NamedPerson) -> Named:
    """Return a typed person as the directory look-up takes it."""
    return Named(person.name, person.id_number, person.id_type)


@v1.post("/verifications", responses={201: answers.VerificationCreated})
@describe(
    refuses=(
        "order_exists",
        "person_not_found",
        "id_number_invalid",
        "notify_url_not_allowed",
        "rate_limited",
    ),
    example=examples.OPEN,
)
@idempotent
def create_verification(body: requests.NewVerification) -> Response:
    """Open a verification for one purchase."""
    purchase = Purchase(
        **body.model_dump(include={"order_no", "amount_fen", "counter", "credential", "notify_url"}),
        cashier=(body.cashier.id, body.cashier.name),
        cardholder=named(body.cardholder),
    )
    case, token = verifications.create(ports(), institution(), purchase)
    return answer(present.created(ports(), case, token), 201)


@v1.get("/verifications", responses={200: answers.VerificationAnswer})
@describe(example=examples.READ)
def find_verification(query: OrderQuery) -> Response:
    """Read the newest verification of an order."""
    return answer(
        present.verification(ports(), verifications.by_order(ports(), institution(), query.order_no))
    )


@v1.get("/verifications/<string:verification_id>", responses={200: answers.VerificationAnswer})
@describe(example=examples.READ)
def read_verification(path: VerificationPath) -> Response:
    """Read a verification."""
    return answer(
        present.verification(ports(), verifications.get(ports(), institution(), path.verification_id))
    )


@v1.post("/verifications/<string:verification_id>/attempts", responses={201: answers.AttemptAnswer})
@describe(
    refuses=(
        "institution_suspended",
        "verification_ended",
        "deciding",
        "tries_used_up",
        "person_not_found",
        "id_number_invalid",
        "person_missing",
        "relation_missing",
        "not_enrolled",
        "look_alike",
        "guardian_needed",
        "minor_not_filmed",
        "native_resident_only",
        "agent_is_staff",
        "checks_missing",
        "rate_limited",
        "agent_quota",
    ),
    example=examples.ATTEMPT_BEGUN,
)
@idempotent
def begin_attempt(path: VerificationPath, body: requests.NewAttempt) -> Response:
    """Push to the chosen person's WeChat, or show a code for the cashier's phone."""
    choice = chosen(body.person_id, body.person, body.checks.checks() if body.checks else None)
    by_api = replace(choice, by_api=True)
    row = attempts.begin(ports(), institution(), path.verification_id, body.channel, by_api)
    return answer(present.attempt(ports(), row), 201)


@v1.post("/verifications/<string:verification_id>/popup", responses={200: answers.PopupAnswer})
@describe(refuses=("verification_ended",), example=examples.POPUP_RENEWED)
@idempotent
def renew_popup(path: VerificationPath) -> Response:
    """Renew the popup's address; the previous one stops working."""
    token = verifications.renew_popup(ports(), institution(), path.verification_id)
    return answer(answers.PopupAnswer(popup_url=present.popup_url(ports(), token)))


@v1.post("/verifications/<string:verification_id>/till-code", responses={200: answers.TillCodeAnswer})
@describe(refuses=("verification_ended",), example=examples.TILL_CODE)
@idempotent
def issue_till_code(path: VerificationPath) -> Response:
    """Issue a six-digit code that proves a phone is at this counter; earlier codes stop working."""
    shown = till_codes.issue(ports(), institution(), path.verification_id)
    return answer(answers.TillCodeAnswer(till_code=shown.till_code, expires_at=shown.expires_at))


@v1.post("/verifications/<string:verification_id>/bypass", responses={201: answers.VerificationAnswer})
@describe(refuses=("wrong_state", "deciding", "person_not_found"), example=examples.BYPASSED)
@idempotent
def bypass(path: VerificationPath, body: requests.Bypass) -> Response:
    """Record that named staff checked documents instead of a face."""
    proof = body.model_dump(exclude={"person_id"})
    case = documents.bypass(ports(), institution(), path.verification_id, proof, body.person_id)
    return answer(present.verification(ports(), case), 201)


@v1.post("/verifications/<string:verification_id>/cancel", responses={200: answers.VerificationAnswer})
@describe(refuses=("wrong_state", "deciding"), example=examples.CANCELLED)
@idempotent
def cancel(path: VerificationPath) -> Response:
    """Cancel the verification."""
    case = verifications.cancel(ports(), institution(), path.verification_id)
    return answer(present.verification(ports(), case))


@v1.get("/verifications/<string:verification_id>/events", responses={200: answers.EventsAnswer, 204: None})
@describe(example=examples.EVENTS)
def events(path: VerificationPath, query: EventsQuery) -> Response:
    """Follow the verification: SSE when asked for text/event-stream, else a long poll."""
    return follow(path.verification_id, query.after, query.wait, owner=institution())


@v1.post("/receipts/<string:jti>/redeem", responses={200: answers.Redemption})
@describe(refuses=("receipt_redeemed", "receipt_expired", "amount_too_high"), example=examples.REDEEMED)
@idempotent
def redeem(path: ReceiptPath, body: requests.Settlement) -> Response:
    """Redeem a receipt for a settlement; possible once."""
    settlement = (body.settlement_no, body.amount_fen)
    return answer(present.redemption(receipts.redeem(ports(), institution(), path.jti, settlement)))
