"""Mini-program routes: /mp/v1."""

from dataclasses import asdict

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api.appeals import lodge as appeals
from api.appeals.lodge import AppealForm
from api.capture import challenge as challenges
from api.capture import consent as consents
from api.capture import documents_wanted, native, native_result, opening, swap
from api.capture import finish as finishing
from api.capture import frames as filming
from api.capture import precheck as looking
from api.capture import scene as scenes
from api.capture.consent import Answer as ConsentAnswer
from api.capture.risks import Phone
from api.http import limiting, present, present_scene, session, uploads
from api.http.chosen import chosen
from api.http.description import describe
from api.http.schemas import answers, requests
from api.http.web import answer, know_user, ports, user
from models.domain.errors import Conflict, Malformed
from models.domain.identity.rate import RateKind

mp = APIBlueprint(
    "mini_program",
    __name__,
    url_prefix="/mp/v1",
    abp_security=[{"session": []}],
    abp_tags=[Tag(name="Mini-program 小程序")],
)
mp.before_request(know_user)


class ScenePath(BaseModel):
    """The scene."""

    scene: str = Field(max_length=64)


class ChallengePath(BaseModel):
    """The scene and the challenge."""

    challenge_id: str = Field(max_length=64)


@mp.post("/login", responses={200: answers.LoginAnswer}, security=[])
def login(body: requests.Login) -> Response:
    """Exchange wx.login's code for a session token."""
    limiting.by_address(ports(), RateKind.LOGIN)
    token, seconds = session.login(ports(), body.code)
    return answer(answers.LoginAnswer(token=token, expires_in=seconds))


@mp.get("/attempts/<string:scene>", responses={200: answers.SceneAnswer})
def read_scene(path: ScenePath) -> Response:
    """Read a scene; the first read opens it."""
    return answer(
        present_scene.scene(ports(), opening.view(ports(), user(), path.scene, request.remote_addr or ""))
    )


@mp.put("/attempts/<string:scene>/person", responses={200: answers.SceneAnswer})
def choose_person(path: ScenePath, body: requests.PersonChoice) -> Response:
    """Choose the person at the counter (QR)."""
    typed = (body.name, body.id_number, body.relation)
    if (None in typed) if body.person_id is None else any(typed):
        raise Malformed("send person_id, or name, id_number and relation")
    choice = chosen(body.person_id, body, body.checks.checks() if body.checks else None)
    seen = scenes.choose(ports(), user(), path.scene, choice)
    return answer(present_scene.scene(ports(), seen))


@mp.post("/attempts/<string:scene>/consent", responses={200: answers.SceneAnswer})
def give_consent(path: ScenePath, body: requests.ConsentAnswer) -> Response:
    """Grant or refuse consent for this one attempt."""
    seen = consents.consent(ports(), user(), path.scene, ConsentAnswer(**body.model_dump()))
    return answer(present_scene.scene(ports(), seen))


@mp.post("/attempts/<string:scene>/documents", responses={200: answers.SceneAnswer})
def want_documents(path: ScenePath) -> Response:
    """Tell the counter that the person prefers to show a document; filming stays possible."""
    seen = documents_wanted.tell(ports(), user(), path.scene)
    return answer(present_scene.scene(ports(), seen))


@mp.post("/attempts/<string:scene>/precheck", responses={200: answers.HintAnswer})
@describe(body=uploads.FRAME)
def precheck(path: ScenePath) -> Response:
    """Check one frame's quality before a challenge is drawn."""
    seen, hint = looking.precheck(ports(), user(), path.scene, uploads.one_frame())
    return answer(answers.HintAnswer(**dict(present_scene.scene(ports(), seen)), hint=hint))


@mp.post("/attempts/<string:scene>/challenges", responses={201: answers.ChallengeAnswer})
def draw_challenge(path: ScenePath, body: requests.NewChallenge) -> Response:
    """Draw the challenge of the next try."""
    phone = Phone(body.photosensitive, body.device, request.remote_addr or "")
    seen, drawn = challenges.draw(ports(), user(), path.scene, phone)
    if drawn is None:
        raise Conflict("no tries left for this attempt", code="tries_used_up")
    return answer(present_scene.challenge(ports(), seen, drawn), 201)


@mp.post("/challenges/<string:challenge_id>/frames", responses={200: answers.ProgressAnswer})
@describe(body=uploads.FRAMES)
def send_frames(path: ChallengePath) -> Response:
    """Send the frames captured since the last batch."""
    progress = filming.receive(ports(), user(), path.challenge_id, uploads.frames())
    done = [answers.ActionProgress(action=action, done=is_done) for action, is_done in progress.done]
    colour = answers.Colour(**asdict(progress.colour)) if progress.colour else None
    return answer(answers.ProgressAnswer(hint=progress.hint, progress=done, colour=colour))


@mp.post("/challenges/<string:challenge_id>/swap", responses={200: answers.ChallengeAnswer})
def swap_action(path: ChallengePath) -> Response:
    """Ask for another class of action, once."""
    seen, challenge = swap.swap(ports(), user(), path.challenge_id)
    return answer(present_scene.challenge(ports(), seen, challenge))


@mp.post("/challenges/<string:challenge_id>/finish", responses={200: answers.FinishAnswer})
def finish(path: ChallengePath) -> Response:
    """End the try and return its result."""
    result = finishing.finish(ports(), user(), path.challenge_id)
    return answer(present_scene.result(ports(), result.scene, result.decision))


@mp.post("/attempts/<string:scene>/native", responses={200: answers.NativeAnswer})
def begin_native(path: ScenePath) -> Response:
    """Return the arguments for wx.requestFacialVerify (provider wechat)."""
    seen, verify_id = native.begin(ports(), user(), path.scene)
    return answer(answers.NativeAnswer(**dict(present_scene.scene(ports(), seen)), verify_id=verify_id))


@mp.post("/attempts/<string:scene>/native/finish", responses={200: answers.FinishAnswer})
def finish_native(path: ScenePath) -> Response:
    """Return the result of WeChat's verification."""
    result = native_result.finish(ports(), user(), path.scene)
    return answer(present_scene.result(ports(), result.scene, result.decision))


@mp.post("/attempts/<string:scene>/appeal", responses={201: answers.AppealLodged})
@describe(body=uploads.APPEAL)
def lodge_appeal(path: ScenePath) -> Response:
    """Lodge an appeal; the purchase may go on."""
    fields, photos = uploads.appeal()
    seen, row = appeals.lodge(
        ports(), user(), path.scene, AppealForm(fields.reason, fields.statement, photos)
    )
    lodged = dict(present.appeal(ports(), row, seen.case.institution.name))
    return answer(answers.AppealLodged(**dict(present_scene.scene(ports(), seen)) | lodged), 201)
