"""Routes for the insured's answer to a new reference: /mp/v1/me/renewals."""

from flask import Response
from pydantic import BaseModel, Field

from api.appeals import renewals
from api.http import present_subject
from api.http.routes.subject import me
from api.http.schemas import answers
from api.http.schemas.requests import Body
from api.http.web import answer, ports, user
from models.domain.console.renewal import Answer

__all__ = ["me"]


class RenewalPath(BaseModel):
    """The renewal's id."""

    renewal_id: str = Field(max_length=64)


class RenewalAnswer(Body):
    """The person's answer to a new reference."""

    answer: Answer


@me.get("/me/renewals", responses={200: answers.RenewalList})
def list_renewals() -> Response:
    """List the new references offered to this phone's owner."""
    rows = [present_subject.renewal(one) for one in renewals.of_person(ports(), user())]
    return answer(answers.RenewalList(renewals=rows))


@me.post("/me/renewals/<string:renewal_id>", responses={200: answers.RenewalRow})
def answer_renewal(path: RenewalPath, body: RenewalAnswer) -> Response:
    """Accept or decline a new reference, or within 30 days take a yes back; repeated, it changes nothing."""
    given = renewals.answer(ports(), user(), path.renewal_id, body.answer)
    return answer(present_subject.renewal(given))
