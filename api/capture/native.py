"""Begins WeChat's own face verification (provider `wechat`), which yields no frames or scores here."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from api.capture.challenge import may_try, newest
from api.capture.scene import Scene, owned
from api.messaging.wechat_refusals import trouble
from api.policies import resolving
from api.ports import Ports
from api.verification import case as cases
from api.verification.record import Change, record
from models import tables
from models.domain import attempt as rules
from models.domain import provider as providers
from models.domain.attempt import AttemptEvent, AttemptState
from models.domain.errors import Absent, Invalid
from models.domain.person import User
from models.domain.provider import Provider
from wechat.errors import WeChatError, WeChatRefused
from wechat.refusals import Kind

# Extra time to finish a verification that began in time, because WeChat's pages are slow.
LIFE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Begun:
    """A running WeChat verification with what is needed to query its result."""

    openid: str
    verify_id: str
    out_seq_no: str


def begin(ports: Ports, user: User, scene: str) -> tuple[Scene, str]:
    """Return a verify_id for wx.requestFacialVerify; the same one until its result is asked for.

    Raises Conflict `provider_mismatch` where the provider is `own`, Invalid `native_resident_only` or
    `native_refused` (this person), Busy when WeChat does not answer, Misconfigured where it refuses this
    installation, and whatever forbids a try.
    """
    with ports.database.transaction() as db:
        seen = scene_of(ports, db, user, scene)
        running = _running(ports, db, seen)
        if running is not None:
            return seen, running
        may_try(ports, db, seen)
        rules.advance(seen.attempt.snapshot(), AttemptEvent.CHALLENGE, ports.now())
        name, number = person_of(ports.within(db), seen.attempt.person_id or "")
    out_seq_no = ports.random.token(22)
    verify_id = _verify_id(ports, (user.openid, out_seq_no, name, number))
    with ports.database.transaction() as db:
        seen = scene_of(ports, db, user, scene)
        running = _running(ports, db, seen)
        if running is not None:
            return seen, running
        may_try(ports, db, seen)
        _draw(ports, db, seen, Begun(user.openid, verify_id, out_seq_no))
        return seen, verify_id


def scene_of(ports: Ports, db: Session, user: User, scene: str) -> Scene:
    """Return the user's scene if its provider is WeChat."""
    seen = owned(ports, db, user, scene)
    providers.check(seen.attempt.provider, Provider.WECHAT)
    return seen


def _running(ports: Ports, db: Session, seen: Scene) -> str | None:
    """Return the verify_id of the running try, or None."""
    if seen.attempt.state is not AttemptState.CHALLENGED:
        return None
    challenge = newest(db, seen.attempt.id)
    row = db.get(tables.NativeCheck, challenge.id) if challenge else None
    return ports.vault.text(f"native_check.verify_id:{row.challenge_id}", row.verify_id) if row else None


def person_of(ports: Ports, person_id: str) -> tuple[str, str]:
    """Return the name and number that WeChat compares with the population register."""
    found = ports.directory.document(person_id)
    if found is None:
        raise Absent
    name, number = found
    providers.check_document(number.id_type)
    return name, number.number


def _verify_id(ports: Ports, asked: tuple[str, str, str, str]) -> str:
    """Return WeChat's session for this user and person, or raise the refusal."""
    try:
        return ports.wechat.face_verify_id(*asked)
    except WeChatError as error:
        if isinstance(error, WeChatRefused) and error.kind is Kind.USER:
            raise Invalid("WeChat does not verify this person", code="native_refused") from None
        raise trouble(error) from None


def _draw(ports: Ports, db: Session, seen: Scene, session: Begun) -> None:
    """Begin the try and store what its query needs."""
    now = ports.now()
    moved = rules.advance(seen.attempt.snapshot(), AttemptEvent.CHALLENGE, now)
    moved = replace(moved, challenge_expires_at=max(moved.expires_at, now + LIFE))
    cases.move(ports, seen.case, seen.attempt, moved)
    record(ports, seen.case.db, seen.case.verification, Change("attempt.native", seen.attempt))
    last = newest(db, seen.attempt.id)
    challenge = tables.Challenge(
        id=ports.new_id("chl"),
        attempt_id=seen.attempt.id,
        number=(last.number if last else 0) + 1,
        actions=[],
        colours=[],
        evidence_at_ms=[],
        policy_version=resolving.of(db, seen.attempt).version,
        swapped=False,
        created_at=now,
        expires_at=moved.challenge_expires_at,
    )
    db.add(challenge)
    db.flush()
    place = f":{challenge.id}"
    db.add(
        tables.NativeCheck(
            challenge_id=challenge.id,
            out_seq_no=session.out_seq_no,
            verify_id=ports.vault.seal(f"native_check.verify_id{place}", session.verify_id),
            openid=ports.vault.seal(f"native_check.openid{place}", session.openid),
            created_at=now,
        )
    )
