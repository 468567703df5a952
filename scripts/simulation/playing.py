"""Plays one visit through the real actions: till, WeChat, phone, camera, and the reaction to a failure."""

from datetime import timedelta

from sqlalchemy import select

from api.capture import challenge as challenges
from api.capture import consent as consents
from api.capture import finish, opening, scene
from api.capture import frames as filming
from api.capture.consent import Answer
from api.capture.risks import Phone
from api.directory.identify import Named
from api.messaging.push import PushSender
from api.outbound import outbox
from api.verification import attempt as attempts
from api.verification import expiry, lifecycle
from api.verification.attempt import Choice
from api.verification.lifecycle import Purchase
from matcher.types import Frame, FrameKind
from models import tables
from models.domain import notice
from models.domain.attempt import AttemptState, Channel
from models.domain.decision import Outcome
from models.domain.errors import Refusal
from models.domain.person import User
from scripts.simulation import leaving
from scripts.simulation.leaving import Played, Stage
from scripts.simulation.visits import Filmed, Plan, Visit


def play(stage: Stage, visit: Visit, number: int) -> str:
    """Play one visit; return the verification's id."""
    stage.clock.reach(stage.begun + timedelta(minutes=visit.at))
    shop = stage.placed.institutions[visit.cashier.shop]
    cashier = (visit.cashier.code, visit.cashier.name)
    holder = Named(visit.holder.name, visit.holder.number)
    counter = f"{visit.cashier.key % 4 + 1}号台"
    purchase = Purchase(f"SIM-{number:05}", visit.amount_fen, counter, cashier, holder)
    case, _ = lifecycle.create(stage.ports, shop, purchase)
    verification_id = case.verification.id
    stage.clock.tick(8)
    if visit.plan is Plan.DOCUMENTS:
        leaving.see_documents(stage, visit, verification_id)
        return verification_id
    played = _begun(stage, visit, verification_id)
    if played is not None and _opened(stage, played) and not _tried(stage, played):
        leaving.afterwards(stage, played)
    return verification_id


def _begun(stage: Stage, visit: Visit, verification_id: str) -> Played | None:
    """Push or show a code; None where the person is unreachable and documents are checked instead."""
    ports, shop = stage.ports, stage.placed.institutions[visit.cashier.shop]
    choice = Choice(person_id=stage.placed.persons[visit.claimed.key])
    if not visit.listed:
        choice = Choice(named=Named(visit.claimed.name, visit.claimed.number), relation="其他")
    openid = visit.cashier.openid if visit.channel is Channel.QR else visit.phone
    user = User(openid, ports.vault.index("openid", openid))
    try:
        begun = Choice() if visit.channel is Channel.QR else choice
        attempt = attempts.begin(ports, shop, verification_id, visit.channel, begun)
        if visit.channel is Channel.QR:
            stage.clock.tick(6)
            opening.view(ports, user, attempt.scene, "")
            scene.choose(ports, user, attempt.scene, choice)
    except Refusal:
        leaving.see_documents(stage, visit, verification_id)
        return None
    if visit.channel is Channel.PUSH:
        _deliver(stage, attempt.id)
    return Played(visit, verification_id, attempt, user)


def _deliver(stage: Stage, attempt_id: str) -> None:
    row = tables.Delivery
    with stage.ports.database.reading() as db:
        found = db.scalar(select(row.id).where(row.attempt_id == attempt_id))
    stage.clock.tick(0.4)
    if found:
        outbox.send(stage.ports, PushSender(), found)


def _opened(stage: Stage, played: Played) -> bool:
    """Open the scene and answer the notice; return whether filming may begin."""
    ports, visit, at = stage.ports, played.visit, played.attempt.scene
    if visit.plan is Plan.UNANSWERED:
        stage.clock.tick(played.attempt.window_s + 1)
        expiry.settle(ports, played.verification_id)
        leaving.leave(stage, played)
        return False
    if visit.plan is Plan.CANCELS:
        leaving.cancel(stage, played)
        return False
    stage.clock.tick(5 + visit.minute % 17)
    try:
        if visit.channel is Channel.PUSH:
            opening.view(ports, played.user, at, "")
        stage.clock.tick(7)
        granted = visit.plan is not Plan.DECLINES
        consents.consent(ports, played.user, at, Answer(notice.CURRENT, granted))
    except Refusal:
        granted = False
    if not granted:
        leaving.see_documents(stage, visit, played.verification_id)
    return granted


def _tried(stage: Stage, played: Played) -> bool:
    """Film until a pass or until no try is left; return whether one passed."""
    for film in played.visit.films:
        stage.clock.tick(4)
        try:
            outcome, state, tries = _try(stage, played, film)
        except Refusal:
            return False
        if outcome is Outcome.PASSED:
            return True
        if state is AttemptState.FAILED and tries >= played.visit.tries:
            return False
    return False


def _try(stage: Stage, played: Played, film: Filmed) -> tuple[Outcome, AttemptState, int]:
    """Film once; return its outcome, the attempt's state and its counted tries."""
    ports, matcher = stage.ports, stage.matcher
    matcher.filmed = film
    phone = Phone(device=played.visit.device)
    _, drawn_try = challenges.draw(ports, played.user, played.attempt.scene, phone)
    if drawn_try is None:
        return Outcome.FAILED, AttemptState.FAILED, 99
    stage.clock.tick(4)
    filming.receive(ports, played.user, drawn_try.id, _frames(stage, played.visit))
    stage.clock.tick(0.3 + played.visit.minute % 7 / 10)
    result = finish.finish(ports, played.user, drawn_try.id)
    return result.decision.outcome, result.scene.attempt.state, result.scene.attempt.tries


def _frames(stage: Stage, visit: Visit) -> list[Frame]:
    """Return one motion frame and two evidence frames of the person before the camera."""
    first, second = leaving.pictures(stage, visit)[:2]
    kinds = ((FrameKind.MOTION, first), (FrameKind.EVIDENCE, first), (FrameKind.EVIDENCE, second))
    return [Frame(seq, seq * 1200, kind, image) for seq, (kind, image) in enumerate(kinds)]
