"""WeChat's own face verification: the provider `wechat`. Neither frames nor scores of ours exist."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from api import case as cases
from api.flows import policy as policies
from api.flows.challenge import may_try, newest
from api.flows.examine import conclude
from api.flows.finish import Result
from api.flows.scene import Scene, User, owned
from api.ports import Ports
from api.record import Change, record
from models import tables
from models.domain import attempt as rules
from models.domain import provider as providers
from models.domain.attempt import AttemptEvent, AttemptState
from models.domain.decision import UNANSWERED, Decision, Outcome, Reason
from models.domain.errors import Absent, Busy, Conflict
from models.domain.provider import Provider
from wechat.errors import WeChatBusy, WeChatRefused, WeChatUnknown

# WeChat's pages take their time: a verification begun in time may be finished for so long.
LIFE = timedelta(seconds=60)
# How long a capture waits for WeChat to say what came of it.
PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Begun:
    """What WeChat must be told again to learn the result."""

    openid: str
    verify_id: str
    out_seq_no: str


def begin(ports: Ports, user: User, scene: str) -> tuple[Scene, str]:
    """Return a verify_id for wx.requestFacialVerify; the same one until its result is asked for.

    Raises Conflict `provider_mismatch` where faces are filmed by us, Invalid `native_resident_only`, Busy
    when WeChat does not answer, and whatever forbids a try.
    """
    with ports.database.transaction() as db:
        seen = _scene(ports, db, user, scene)
        running = _running(ports, db, seen)
        if running is not None:
            return seen, running
        may_try(ports, db, seen)
        rules.advance(seen.attempt.snapshot(), AttemptEvent.CHALLENGE, ports.now())
        name, number = _person(ports, seen.attempt.person_id or "")
    out_seq_no = ports.random.token(22)
    verify_id = _verify_id(ports, (user.openid, out_seq_no, name, number))
    with ports.database.transaction() as db:
        seen = _scene(ports, db, user, scene)
        running = _running(ports, db, seen)
        if running is not None:
            return seen, running
        may_try(ports, db, seen)
        _draw(ports, db, seen, Begun(user.openid, verify_id, out_seq_no))
        return seen, verify_id


def _scene(ports: Ports, db: Session, user: User, scene: str) -> Scene:
    """Return the user's scene if WeChat is to verify it."""
    seen = owned(ports, db, user, scene)
    providers.check(seen.attempt.provider, Provider.WECHAT)
    return seen


def _running(ports: Ports, db: Session, seen: Scene) -> str | None:
    """Return the verify_id of the try under way, or None."""
    if seen.attempt.state is not AttemptState.CHALLENGED:
        return None
    challenge = newest(db, seen.attempt.id)
    row = db.get(tables.NativeCheck, challenge.id) if challenge else None
    return ports.vault.text(f"native_check.verify_id:{row.challenge_id}", row.verify_id) if row else None


def _person(ports: Ports, person_id: str) -> tuple[str, str]:
    """Return the name and number that WeChat compares with the register."""
    found = ports.directory.document(person_id)
    if found is None:
        raise Absent
    name, number = found
    providers.check_document(number.id_type)
    return name, number.number


def _verify_id(ports: Ports, asked: tuple[str, str, str, str]) -> str:
    """Return WeChat's session for this user and person, or raise Busy."""
    try:
        return ports.wechat.face_verify_id(*asked)
    except (WeChatBusy, WeChatRefused, WeChatUnknown):
        raise Busy("WeChat does not answer; please try again") from None


def _draw(ports: Ports, db: Session, seen: Scene, session: Begun) -> None:
    """Begin the try and write down what WeChat will be asked."""
    now = ports.now()
    moved = rules.advance(seen.attempt.snapshot(), AttemptEvent.CHALLENGE, now)
    moved = replace(moved, challenge_expires_at=max(moved.expires_at, now + LIFE))
    cases.move(ports, seen.case, seen.attempt, moved)
    record(ports, seen.case.verification, Change("attempt.native", seen.attempt))
    last = newest(db, seen.attempt.id)
    challenge = tables.Challenge(
        id=ports.new_id("chl"),
        attempt_id=seen.attempt.id,
        number=(last.number if last else 0) + 1,
        actions=[],
        colours=[],
        evidence_at_ms=[],
        policy_version=policies.active(db).version,
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


def finish(ports: Ports, user: User, scene: str) -> Result:
    """Ask WeChat what came of the try; repeated, it returns the stored answer.

    Raises Busy while WeChat does not say.
    """
    challenge_id = _close(ports, user, scene)
    result = _result(ports, user, scene, challenge_id)
    if result is None:
        decide(ports, challenge_id)
        result = _result(ports, user, scene, challenge_id)
    if result is None:
        raise Busy("WeChat has not said yet; please ask again")
    return result


def _close(ports: Ports, user: User, scene: str) -> str:
    """Move the attempt to captured; from here on it is always decided. Closed twice is closed once."""
    with ports.database.transaction() as db:
        seen = _scene(ports, db, user, scene)
        challenge = newest(db, seen.attempt.id)
        if challenge is None:
            raise Conflict("no verification was begun")
        undecided = db.get(tables.Decision, challenge.id) is None
        if undecided and seen.attempt.state is not AttemptState.CAPTURED:
            cases.step(ports, seen.case, seen.attempt, AttemptEvent.CAPTURE)
            seen.attempt.captured_at = ports.now()
        return challenge.id


def _result(ports: Ports, user: User, scene: str, challenge_id: str) -> Result | None:
    """Return the stored decision with the scene as it now is."""
    with ports.database.transaction() as db:
        seen = _scene(ports, db, user, scene)
        decision = db.get(tables.Decision, challenge_id)
        return Result(seen, decision) if decision else None


def decide(ports: Ports, challenge_id: str) -> None:
    """Decide a captured try by WeChat's word; while WeChat is silent, it waits for a while."""
    with ports.database.reading() as db:
        challenge = db.get_one(tables.Challenge, challenge_id)
        attempt = db.get_one(tables.Attempt, challenge.attempt_id)
        check = db.get_one(tables.NativeCheck, challenge_id)
    if attempt.state is not AttemptState.CAPTURED:
        return
    verify_ret, decision = _ask(ports, check, attempt.person_id or "")
    since = attempt.captured_at or ports.now()
    if decision is UNANSWERED and ports.now() < since + PATIENCE:
        return
    with ports.database.transaction() as db:
        check = db.get_one(tables.NativeCheck, challenge_id)
        # Whose session it was is of no use any more.
        check.verify_ret, check.verify_id, check.openid = verify_ret, b"", b""
        conclude(ports, challenge, decision, None)


def _ask(ports: Ports, check: tables.NativeCheck, person_id: str) -> tuple[int | None, Decision]:
    """Return WeChat's verify_ret and what it means."""
    openid = ports.vault.text(f"native_check.openid:{check.challenge_id}", check.openid)
    verify_id = ports.vault.text(f"native_check.verify_id:{check.challenge_id}", check.verify_id)
    name, number = _person(ports, person_id)
    try:
        verify_ret = ports.wechat.face_result(openid, verify_id, check.out_seq_no, name, number)
    except (WeChatBusy, WeChatUnknown):
        return None, UNANSWERED
    except WeChatRefused:
        # Too old, or not the session of this person any more: nothing can be learned from it.
        return None, Decision(Outcome.RETRY, Reason.NOT_ACQUIRED)
    return verify_ret, providers.decide(verify_ret)
