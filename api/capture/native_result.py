"""Queries the result of WeChat's own face verification, and decides by it."""

from datetime import timedelta

from api.capture.challenge import newest
from api.capture.decide import conclude
from api.capture.finish import Result
from api.capture.native import person_of, scene_of
from api.ports import Ports
from api.verification import case as cases
from models import tables
from models.domain import provider as providers
from models.domain.attempt import AttemptEvent, AttemptState
from models.domain.decision import UNANSWERED, Decision, Outcome, Reason
from models.domain.errors import Busy, Conflict
from models.domain.person import User
from wechat.errors import WeChatError, WeChatRefused
from wechat.refusals import Kind

# How long a capture waits for WeChat's result.
PATIENCE = timedelta(seconds=30)


def finish(ports: Ports, user: User, scene: str) -> Result:
    """Query WeChat for the result of the try; repeated, it returns the stored result.

    Raises Busy while WeChat has no result.
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
    """Move the attempt to captured, from where it is always decided; idempotent."""
    with ports.database.transaction() as db:
        seen = scene_of(ports, db, user, scene)
        challenge = newest(db, seen.attempt.id)
        if challenge is None:
            raise Conflict("no verification was begun")
        undecided = db.get(tables.Decision, challenge.id) is None
        if undecided and seen.attempt.state is not AttemptState.CAPTURED:
            cases.step(ports, seen.case, seen.attempt, AttemptEvent.CAPTURE)
            seen.attempt.captured_at = ports.now()
        return challenge.id


def _result(ports: Ports, user: User, scene: str, challenge_id: str) -> Result | None:
    """Return the stored decision with the current scene."""
    with ports.database.transaction() as db:
        seen = scene_of(ports, db, user, scene)
        decision = db.get(tables.Decision, challenge_id)
        return Result(seen, decision) if decision else None


def decide(ports: Ports, challenge_id: str) -> None:
    """Decide a captured try by WeChat's result; without one it stays captured for PATIENCE."""
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
        # The session's identifiers are no longer needed.
        check.verify_ret, check.verify_id, check.openid = verify_ret, b"", b""
        conclude(ports.within(db), challenge, decision, None)


def _ask(ports: Ports, check: tables.NativeCheck, person_id: str) -> tuple[int | None, Decision]:
    """Return WeChat's verify_ret and its meaning."""
    openid = ports.vault.text(f"native_check.openid:{check.challenge_id}", check.openid)
    verify_id = ports.vault.text(f"native_check.verify_id:{check.challenge_id}", check.verify_id)
    name, number = person_of(ports, person_id)
    try:
        verify_ret = ports.wechat.face_result(openid, verify_id, check.out_seq_no, name, number)
    except WeChatRefused as error:
        if error.kind is Kind.PERMANENT:
            return None, UNANSWERED
        # The session is too old or another person's: no result can be obtained.
        return None, Decision(Outcome.RETRY, Reason.NOT_ACQUIRED)
    except WeChatError:
        return None, UNANSWERED
    return verify_ret, providers.decide(verify_ret)
