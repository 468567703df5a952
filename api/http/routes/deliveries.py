"""Till routes that list and resend webhooks: /v1/verifications/{id}/deliveries."""

from typing import cast

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from api.events import deliveries as log
from api.events.deliveries import Logged
from api.http.description import describe
from api.http.docs import examples
from api.http.routes.institution import VerificationPath
from api.http.schemas import answers
from api.http.web import answer, idempotent, institution, know_institution, ports
from models.domain.delivery import DUE

deliveries = APIBlueprint(
    "deliveries",
    __name__,
    url_prefix="/v1",
    abp_security=[{"api_key": []}],
    abp_tags=[Tag(name="Webhooks 回调")],
)
deliveries.before_request(know_institution)


class DeliveryPath(VerificationPath):
    """The verification and the webhook."""

    delivery_id: str = Field(max_length=64)


def shown(logged: Logged) -> answers.DeliveryRow:
    """Return a webhook as the till reads it."""
    row, due = logged.delivery, logged.state in DUE
    return answers.DeliveryRow(
        delivery_id=row.id,
        type=logged.event.type,
        seq=logged.event.seq,
        state=cast("answers.WebhookState", logged.state.value),
        tries=row.tries,
        created_at=row.created_at,
        last_at=row.last_at,
        last_status=row.last_status,
        error=row.error,
        next_at=row.next_at if due else None,
    )


@deliveries.get("/verifications/<string:verification_id>/deliveries", responses={200: answers.DeliveryList})
@describe(example=examples.DELIVERIES)
def list_deliveries(path: VerificationPath) -> Response:
    """List the webhooks of a verification with your endpoint's responses."""
    found = log.of_verification(ports(), institution(), path.verification_id)
    return answer(answers.DeliveryList(deliveries=[shown(one) for one in found]))


@deliveries.post(
    "/verifications/<string:verification_id>/deliveries/<string:delivery_id>/resend",
    responses={200: answers.DeliveryRow},
)
@describe(example=examples.RESENT)
@idempotent
def resend_delivery(path: DeliveryPath) -> Response:
    """Send a webhook once more, with the same id and a fresh signature."""
    return answer(shown(log.resend(ports(), institution(), path.verification_id, path.delivery_id)))
