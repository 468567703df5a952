"""What happens after a visit without a pass: an appeal, documents, or leaving."""

from dataclasses import dataclass
from datetime import datetime

from api.appeals import lodge
from api.appeals.lodge import AppealForm
from api.ports import Ports
from api.verification import bypass as documents
from api.verification import lifecycle
from models import tables
from models.domain.appeal import AppealReason
from models.domain.attempt import Channel
from models.domain.errors import Refusal
from models.domain.person import User
from scripts.simulation.matching import InventedMatcher
from scripts.simulation.populate import Placed, drawn
from scripts.simulation.stage import PutBack
from scripts.simulation.visits import After, Visit

SAID = {
    AppealReason.PHOTO_OUTDATED: "登记照片是多年前拍的。",
    AppealReason.APPEARANCE_CHANGED: "最近瘦了很多。",
    AppealReason.CAPTURE_TROUBLE: "店里光线太暗，拍不清。",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """The installation in which visits are played, and its simulated parts."""

    ports: Ports
    clock: PutBack
    matcher: InventedMatcher
    placed: Placed
    begun: datetime


@dataclass(slots=True)
class Played:
    """A visit in progress: its verification, newest attempt, and the user who answers it."""

    visit: Visit
    verification_id: str
    attempt: tables.Attempt
    user: User


def afterwards(stage: Stage, played: Played) -> None:
    """Do what the visit plans after a failure."""
    visit = played.visit
    stage.clock.tick(20)
    if visit.after is After.APPEAL and _appeal(stage, played):
        return
    if visit.after is After.DOCUMENTS:
        see_documents(stage, visit, played.verification_id)
    else:
        leave(stage, played)


def _appeal(stage: Stage, played: Played) -> bool:
    """Lodge an appeal; return False where rules or quotas forbid it."""
    visit, photos = played.visit, list[bytes]()
    if visit.channel is Channel.QR:
        photos = [pictures(stage, visit)[-1]]
        stage.matcher.know(photos[0], visit.front)
    reason = list(SAID)[visit.at % len(SAID)]
    try:
        lodge.lodge(stage.ports, played.user, played.attempt.scene, AppealForm(reason, SAID[reason], photos))
    except Refusal:
        return False
    return True


def see_documents(stage: Stage, visit: Visit, verification_id: str) -> None:
    """End by bypass: the cashier claims to have seen documents."""
    shop = stage.placed.institutions[visit.cashier.shop]
    proof = {"staff": visit.cashier.name, "document": "身份证", "reason": "刷脸不便"}
    person = stage.placed.persons[visit.claimed.key] if visit.listed else None
    stage.clock.tick(25)
    try:
        documents.bypass(stage.ports, shop, verification_id, proof, person)
    except Refusal:
        lifecycle.cancel(stage.ports, shop, verification_id)


def cancel(stage: Stage, played: Played) -> None:
    """Let the till cancel."""
    shop = stage.placed.institutions[played.visit.cashier.shop]
    stage.clock.tick(15)
    lifecycle.cancel(stage.ports, shop, played.verification_id)


def leave(stage: Stage, played: Played) -> None:
    """End the visit: the till cancels, or the verification lapses."""
    if played.visit.at % 3:
        cancel(stage, played)


def pictures(stage: Stage, visit: Visit) -> tuple[bytes, ...]:
    """Return the film of the person before the camera: real frames, or the same drawing twice."""
    owner = visit.who.rpartition(" ")[2]
    real = stage.placed.frames.get(owner)
    if real:
        return real
    key = int(owner) if owner.isdecimal() else sum(owner.encode())
    return (drawn(key),) * 2
