"""Presenters of a scene for its owner's phone; names are masked and scores never included."""

from api.appeals import lodge as appeals
from api.capture import challenge as challenges
from api.capture.scene import Scene
from api.http.present import chosen, persons
from api.http.schemas import answers
from api.ports import Ports
from api.verification.case import Case
from models import tables
from models.domain import notice
from models.domain.attempt import UNDECIDED, AttemptState, Channel
from models.domain.person import mask
from models.domain.verification import TRIES_PER_VERIFICATION

DEMO = "（演示，未填写）"


def scene(ports: Ports, seen: Scene) -> answers.SceneAnswer:
    """Return the scene as its owner's phone reads it."""
    row, case = seen.attempt, seen.case
    facts = row.snapshot()
    until = appeals.open_until(ports, case, row)
    version = notice.IN_FORCE[row.provider]
    unchosen = row.channel is Channel.QR and row.person_id is None
    return answers.SceneAnswer(
        scene=row.scene,
        channel=row.channel,
        state=row.state,
        server_time=ports.now(),
        expires_at=facts.deadline,
        tries_left=_tries_left(case, row),
        institution=case.institution.name,
        amount_fen=case.verification.amount_fen,
        cardholder=_cardholder(ports, case),
        person=chosen(ports, row),
        persons=persons(ports, case.verification.cardholder_id) if unchosen else [],
        provider=row.provider,
        notice=answers.NoticeAnswer(
            version=version,
            text=_notice(ports, version),
            parts=list(notice.ASKED[row.provider]),
        ),
        presence_code_needed=row.state is AttemptState.OPENED and row.presence_code is not None,
        appeal=answers.AppealWindow(allowed=until is not None, until=until),
        reason=row.reason,
        purpose="purchase" if case.has_purchase else "self",
        superseded_by=_successor(case, row) if row.state is AttemptState.SUPERSEDED else None,
    )


def _notice(ports: Ports, version: str) -> str:
    """Return a notice with who processes the data."""
    given = ports.settings
    return notice.text(version, given.processor or DEMO, given.processor_contact or DEMO)


def _cardholder(ports: Ports, case: Case) -> str:
    """Return the card-holder's masked name."""
    holder = ports.directory.person(case.verification.cardholder_id)
    return mask(holder.name) if holder else "*"


def _successor(case: Case, row: tables.Attempt) -> answers.Successor:
    """Return what replaced a superseded attempt: a message, a code, or None."""
    front = case.front
    if not case.is_open:
        return answers.Successor(kind="ended", scene=None)
    if front is None or front.state not in UNDECIDED:
        return answers.Successor(kind="wait", scene=None)
    if front.channel is Channel.QR:
        return answers.Successor(kind="code", scene=None)
    mine = front.owner_index is not None and front.owner_index == row.owner_index
    return answers.Successor(kind="message", scene=front.scene if mine else None)


def _tries_left(case: Case, row: tables.Attempt) -> int:
    """Return the attempt's remaining tries within the verification's limit."""
    return max(0, min(row.snapshot().tries_left, TRIES_PER_VERIFICATION - case.tries))


def challenge(ports: Ports, seen: Scene, row: tables.Challenge) -> answers.ChallengeAnswer:
    """Return the challenge and the current scene."""
    evidence = answers.EvidenceFrames(max_side=640, quality=0.8, at_ms=row.evidence_at_ms)
    return answers.ChallengeAnswer(
        **dict(scene(ports, seen)),
        challenge_id=row.id,
        actions=row.actions,
        # Only the first colour: the next ones are sent one by one with the responses to frames.
        colours=[answers.Colour(**one) for one in row.colours[:1]],
        colours_required=challenges.requires_colours(ports, row),
        frame=answers.FrameKinds(
            motion=answers.MotionFrames(max_side=320, quality=0.5, fps=5), evidence=evidence
        ),
    )


def result(ports: Ports, seen: Scene, decision: tables.Decision) -> answers.FinishAnswer:
    """Return the result of a try and the current scene."""
    now = dict(scene(ports, seen)) | {"reason": decision.reason}
    return answers.FinishAnswer(**now, outcome=decision.outcome, hint=decision.hint)
