"""Routes of the cashier's popup: pages and plain forms, authenticated by one popup's cookie."""

from typing import Any, TypeVar

from flask import Response, make_response, redirect, request, url_for
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import HTTPException

from api.events import stream
from api.http import limiting, problems
from api.http.chosen import chosen
from api.http.description import describe, plain_form
from api.http.routes.institution import EventsQuery
from api.http.schemas import answers
from api.http.schemas.forms import Documents, Form, Pick
from api.http.schemas.query import Query
from api.http.web import follow, ports
from api.messaging import qr_code
from api.popup import actions as popups
from api.popup import holder, screens
from api.popup.actions import Wanted
from api.popup.holder import PopupCredentials
from api.popup.pages import COOKIE, html, keep
from api.popup.screens import ScreenRequest
from api.verification.case import Case
from models.domain.errors import Malformed, Refusal, TooMany
from models.domain.identity.rate import RateKind

popup = APIBlueprint("popup", __name__, abp_tags=[Tag(name="Popup 弹窗")])
PAGE: Any = {200: {"content": {"text/html": {}}}}
MOVED: Any = {303: {"description": "Back to the page"}}
F = TypeVar("F", bound=Form)


class PopupPath(BaseModel):
    """The popup's link."""

    token: str = Field(max_length=64)


class PageQuery(Query):
    """The step and person to show."""

    step: str = Field("", max_length=20)
    person: str | None = Field(None, max_length=64)


@popup.get("/popup/<string:token>", responses=PAGE)
def show(path: PopupPath, query: PageQuery) -> Response:
    """Show the current screen; the first browser to open the link becomes the holder."""
    case, cookie = holder.enter(ports(), _credentials(path), may_claim=_is_opened_by_person())
    return keep(_page(case, cookie, ScreenRequest(query.step, query.person)), path.token, case, cookie)


@popup.get("/popup/<string:token>/events", responses={200: answers.EventsAnswer, 204: None})
def popup_events(path: PopupPath, query: EventsQuery) -> Response:
    """Follow the verification as the popup's holder: SSE or a poll."""
    case = holder.held(ports(), _credentials(path))
    return follow(case.verification.id, query.after, query.wait, stream.unnamed)


@popup.post("/popup/<string:token>/push", responses=MOVED)
@describe(body=plain_form(Pick))
def push(path: PopupPath) -> Response:
    """Push to the picked person (推送人脸认证)."""
    form = _form(Pick)
    is_sent = popups.push(ports(), _credentials(path, form), _wanted(form))
    return _see(path) if is_sent else _see(path, "confirm", form.person_id)


@popup.post("/popup/<string:token>/code", responses=MOVED)
@describe(body=plain_form(Pick))
def show_code(path: PopupPath) -> Response:
    """Show a code for the cashier's phone (收费员手机人脸, 刷新)."""
    form = _form(Pick)
    is_shown = popups.show_code(ports(), _credentials(path, form), _wanted(form))
    return _see(path) if is_shown else _see(path, "confirm", form.person_id)


@popup.post("/popup/<string:token>/back", responses=MOVED)
@describe(body=plain_form(Form))
def back(path: PopupPath) -> Response:
    """End the running attempt and choose again (返回上一步)."""
    return _see(path, "choose", popups.back(ports(), _credentials(path, _form(Form))))


@popup.post("/popup/<string:token>/bypass", responses=MOVED)
@describe(body=plain_form(Documents))
def bypass(path: PopupPath) -> Response:
    """Record that named staff checked documents (其他方式核验)."""
    form = _form(Documents)
    proof = form.model_dump(include={"staff", "document", "reason"})
    popups.bypass(ports(), _credentials(path, form), proof, form.person_id)
    return _see(path)


@popup.post("/popup/<string:token>/till-code", responses=PAGE)
@describe(body=plain_form(Pick))
def till_code(path: PopupPath) -> Response:
    """Show the code and six digits for opening the service on a phone (引导开通)."""
    credentials = _credentials(path, _form(Pick))
    case, shown = popups.till_code(ports(), credentials)
    asked = ScreenRequest("subscribe", till_code=shown, has_code=qr_code.may_show_subscribe(ports()))
    return _page(case, credentials.cookie or "", asked)


@popup.errorhandler(Refusal)
def refused(refusal: Refusal) -> Response:
    """Show the refusal on the page with the form's input; without credentials only the refusal."""
    status = problems.status_of(refusal)
    if request.endpoint == "popup.popup_events":
        return problems.from_refusal(refusal)
    credentials = _credentials(PopupPath.model_construct(token=(request.view_args or {})["token"]))
    try:
        case = holder.held(ports(), credentials)
    except Refusal:
        return html("popup/void.html", holder.framers(ports(), credentials.token), _void())
    typed = {key: value for key, value in request.form.items() if key not in ("csrf", "attempt")}
    asked = ScreenRequest(typed.get("step", ""), typed.get("person_id"), refusal.code, typed=typed)
    return _page(case, credentials.cookie or "", asked, status)


def _void() -> int:
    """Count a link that is void and return the status to say so with."""
    try:
        limiting.by_address(ports(), RateKind.WRONG_POPUP)
    except TooMany:
        return 429
    return 410


@popup.errorhandler(Exception)
def broken(error: Exception) -> Response:
    """Show that an error occurred and how to continue; the frame shows no other navigation."""
    if isinstance(error, HTTPException) and (error.code or 0) < 500:
        return problems.from_http(error)
    # Errors raised while a refusal is rendered arrive wrapped.
    answer = problems.from_error(getattr(error, "original_exception", None) or error)
    if request.endpoint == "popup.popup_events":
        return answer
    return html("popup/broken.html", ["*"], answer.status_code)


def _credentials(path: PopupPath, form: Form | None = None) -> PopupCredentials:
    """Return the request's credentials."""
    cookie = request.cookies.get(COOKIE)
    return PopupCredentials(path.token, cookie, form.csrf if form else "", form.attempt if form else 0)


def _is_opened_by_person() -> bool:
    """Tell whether a person opens the page, and not a link probe or a browser's prefetch."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method == "GET" and not any("prefetch" in one for one in purposes)


def _form(kind: type[F]) -> F:
    """Return the form's fields, or raise Malformed; browsers send form data, never JSON."""
    try:
        return kind.model_validate(request.form.to_dict())
    except ValidationError as error:
        raise Malformed(f"{error.error_count()} fields") from None


def _wanted(sent: Pick) -> Wanted:
    # The form may still contain typed fields after a person of the list was picked: the list wins.
    choice = chosen(sent.person_id, None if sent.person_id else sent, sent.checks())
    return Wanted(choice, sent.confirmed is not None)


def _see(path: PopupPath, step: str | None = None, person: str | None = None) -> Response:
    """Redirect to the page, so that a reload repeats nothing."""
    there = url_for("popup.show", token=path.token, step=step, person=person)
    return make_response(redirect(there, 303))


def _page(case: Case, cookie: str, asked: ScreenRequest, status: int = 200) -> Response:
    shown = screens.page(ports(), case, cookie, asked)
    return html("popup/page.html", case.institution.popup_origins, status, **shown)
