"""Routes for a person's own data: /mp/v1/bindings, /subscriptions, /staff, /me."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api.admin import staff
from api.appeals import asking, disputes
from api.contacts import bindings
from api.directory.identify import Named
from api.http import present, present_subject, uploads
from api.http.description import describe
from api.http.schemas import answers, requests
from api.http.web import answer, know_user, ports, user
from api.privacy import erasure, face_pass, rights
from api.privacy import requests as cases

me = APIBlueprint(
    "subject",
    __name__,
    url_prefix="/mp/v1",
    abp_security=[{"session": []}],
    abp_tags=[Tag(name="Subject 个人信息")],
)
me.before_request(know_user)


class AppealPath(BaseModel):
    """The appeal's id."""

    appeal_id: str = Field(max_length=64)


class ConsentPath(BaseModel):
    """The consent's id."""

    consent_id: str = Field(max_length=64)


class BindingPath(BaseModel):
    """The binding's id."""

    binding_id: str = Field(max_length=64)


class AgencyPath(BaseModel):
    """The id of a purchase by an agent."""

    agency_id: str = Field(max_length=64)


@me.post("/bindings", responses={201: answers.BindingRow})
def bind(body: requests.NewBinding) -> Response:
    """Let this phone receive a person's pushes."""
    named = Named(body.name, body.id_number, body.id_type)
    row = bindings.bind(ports(), user(), named, body.till_code)
    return answer(present.binding(ports(), row), 201)


@me.post("/me/pass", responses={201: answers.FacePass})
def begin_face_pass(body: requests.OwnPerson) -> Response:
    """Start a check of one's own face, which export, withdrawal and deletion require."""
    return answer(answers.FacePass(scene=face_pass.begin(ports(), user(), body.person_id)), 201)


@me.get("/subscriptions", responses={200: answers.TemplateAnswer})
def read_template() -> Response:
    """Return the message templates that WeChat's panel must request."""
    return answer(present_subject.templates(ports()))


@me.post("/subscriptions", responses={200: answers.SubscriptionAnswer})
def subscribe(body: requests.Subscription) -> Response:
    """Record the answer given in WeChat's panel."""
    accepted = bindings.told(ports(), user(), body.template_id, body.result)
    return answer(answers.SubscriptionAnswer(accepted=accepted))


@me.post("/staff", responses={201: answers.StaffAnswer})
def claim_staff(body: requests.StaffCode) -> Response:
    """Bind this phone to a member of staff by their one-time code."""
    return answer(present_subject.staff(ports(), *staff.claim(ports(), user(), body.code)), 201)


@me.get("/me/consents", responses={200: answers.ConsentList})
def list_consents() -> Response:
    """List the consents given on this phone."""
    return answer(answers.ConsentList(consents=_consents()))


@me.get("/me/bindings", responses={200: answers.BindingList})
def list_bindings() -> Response:
    """List the persons whose pushes this phone receives."""
    return answer(answers.BindingList(bindings=_bindings()))


@me.get("/me/appeals", responses={200: answers.AppealList})
def list_appeals() -> Response:
    """List the appeals lodged on this phone."""
    return answer(answers.AppealList(appeals=_appeals()))


@me.post("/me/appeals/<string:appeal_id>/more", responses={201: answers.AppealRow})
@describe(body=uploads.MORE)
def send_more(path: AppealPath) -> Response:
    """Send what a reviewer has asked for; possible once, within 72 hours."""
    fields, photos = uploads.more()
    sent = asking.answer(ports(), user(), path.appeal_id, fields.statement, photos)
    return answer(present.appeal(ports(), *sent), 201)


@me.get("/me/agents", responses={200: answers.AgencyList})
def list_agents() -> Response:
    """List purchases by agents with the card of this phone's owner."""
    return answer(answers.AgencyList(agents=_agents()))


@me.post("/me/agents/<string:agency_id>/dispute", responses={201: answers.AgencyRow})
def dispute(path: AgencyPath, body: requests.Dispute) -> Response:
    """Dispute a purchase by an agent (不是我授权的); possible once."""
    bought = disputes.dispute(ports(), user(), path.agency_id, body.statement)
    return answer(present_subject.agency(ports(), bought), 201)


@me.get("/me/export", responses={200: answers.ExportAnswer})
def export() -> Response:
    """Export the data of the person whose face check just passed on this phone."""
    kept = rights.export(ports(), user())
    return answer(
        answers.ExportAnswer(
            person=present_subject.exported_person(kept),
            attempts=[present_subject.exported_attempt(*one) for one in kept.attempts],
            consents=_consents(),
            bindings=_bindings(),
            appeals=_appeals(),
            agents=_agents(),
        )
    )


@me.delete("/me/consents/<string:consent_id>", responses={200: answers.ConsentRow})
def withdraw(path: ConsentPath) -> Response:
    """Withdraw a consent."""
    return answer(present.consent(*rights.withdraw(ports(), user(), path.consent_id)))


@me.delete("/me/bindings/<string:binding_id>", responses={204: None})
def unbind(path: BindingPath) -> Response:
    """Stop receiving a person's pushes on this phone."""
    bindings.unbind(ports(), user(), path.binding_id)
    return Response(status=204)


@me.get("/me/requests", responses={200: answers.RequestList})
def list_requests() -> Response:
    """List what was asked for on this phone: exports, corrections, deletions with their receipts."""
    rows = [present_subject.request(ports(), row) for row in cases.mine(ports(), user())]
    return answer(answers.RequestList(requests=rows))


@me.post("/me/corrections", responses={201: answers.RequestRow})
def ask_correction(body: requests.Correction) -> Response:
    """Ask for a correction of what is on record; answered within 15 days."""
    row = cases.correct(ports(), user(), body.person_id, body.statement)
    return answer(present_subject.request(ports(), row), 201)


@me.delete("/me", responses={204: None})
def erase() -> Response:
    """Delete the face of the person whose face check just passed on this phone."""
    erasure.erase(ports(), user())
    return Response(status=204)


def _consents() -> list[answers.ConsentRow]:
    return [present.consent(*one) for one in rights.consents(ports(), user())]


def _bindings() -> list[answers.BindingRow]:
    return [present.binding(ports(), row) for row in rights.bindings(ports(), user())]


def _appeals() -> list[answers.AppealRow]:
    return [present.appeal(ports(), *one) for one in rights.appeals(ports(), user())]


def _agents() -> list[answers.AgencyRow]:
    return [present_subject.agency(ports(), one) for one in disputes.purchases(ports(), user())]
