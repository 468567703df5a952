"""Receives the frames that the phone films."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from api.capture import screen, seen_frames
from api.capture.challenge import running
from api.capture.precheck import observe
from api.ports import Ports
from matcher.types import Frame, FrameKind, Observation
from models import tables
from models.domain.chain import canonical
from models.domain.challenge import MAX_DURATION_MS, MAX_FRAMES
from models.domain.errors import Invalid, Refusal
from models.domain.layers.colours import Colour
from models.domain.person import User

EARLY_MS = 1500
EVIDENCE_MAX = 12


@dataclass(frozen=True, slots=True)
class Progress:
    """What the phone shows while filming: a hint, the actions seen, and the current screen colour."""

    hint: str | None
    done: list[tuple[str, bool]]
    colour: Colour | None = None


def receive(ports: Ports, user: User, challenge_id: str, frames: Sequence[Frame]) -> Progress:
    """Observe and store a batch of frames; frames already stored are skipped.

    Raises Conflict or OutOfTime when the challenge is over, Invalid `frames_out_of_order`,
    `frames_too_early`, `capture_too_long`, `too_many_frames`, `image_unreadable`, TooLarge and
    WrongMediaType for what is not a picture, Busy when the matcher does not answer.
    """
    now = ports.now()
    with ports.database.transaction() as db:
        _, challenge = running(ports, db, user, challenge_id)
        kept = rows(db, challenge_id)
        new = _admit(challenge, kept, frames, now)
        before = [opened(ports, row) for row in kept]
    seen = observe(ports, new, before)
    _store_files(ports, challenge_id, new)
    try:
        with ports.database.transaction() as db:
            scene, challenge = running(ports, db, user, challenge_id)
            have = {row.seq for row in rows(db, challenge_id)}
            fresh = [(f, o) for f, o in zip(new, seen, strict=True) if f.seq not in have]
            _keep(ports, db, challenge, fresh, now)
            person_id, institution_id = scene.attempt.person_id, scene.case.institution.id
            for _, observation in fresh:
                db.add(seen_frames.of(challenge_id, person_id, institution_id, observation, now))
            colour = screen.tell(challenge, now) if fresh else screen.lit(challenge)
    except Refusal:
        _drop_files(ports, challenge_id)
        raise
    everything = sorted([*before, *seen], key=lambda observation: observation.seq)
    done = ports.matcher.progress(challenge.actions, everything)
    return Progress(_hint(seen), list(zip(challenge.actions, done, strict=True)), colour)


def _admit(
    challenge: tables.Challenge, kept: Sequence[tables.Frame], frames: Sequence[Frame], now: datetime
) -> list[Frame]:
    """Return the frames not stored yet, after checking the batch against the timing rules."""
    have = {row.seq for row in kept}
    new = [frame for frame in frames if frame.seq not in have]
    times = sorted([(row.seq, row.t_ms) for row in kept] + [(frame.seq, frame.t_ms) for frame in new])
    if any(
        later[0] == earlier[0] or later[1] <= earlier[1]
        for earlier, later in zip(times, times[1:], strict=False)
    ):
        raise Invalid("t_ms must rise with seq", code="frames_out_of_order")
    if len(times) > MAX_FRAMES:
        raise Invalid(f"at most {MAX_FRAMES} frames", code="too_many_frames")
    if times and times[-1][1] - times[0][1] > MAX_DURATION_MS:
        raise Invalid("at most 20 seconds", code="capture_too_long")
    evidence = sum(f.kind == FrameKind.EVIDENCE for f in new) + sum(
        row.kind == FrameKind.EVIDENCE for row in kept
    )
    if evidence > EVIDENCE_MAX:
        raise Invalid(f"at most {EVIDENCE_MAX} evidence frames", code="too_many_frames")
    # Filming cannot start before the challenge is drawn.
    elapsed = (now - challenge.created_at).total_seconds() * 1000
    if times and times[-1][1] - times[0][1] > elapsed + EARLY_MS:
        raise Invalid("these frames cannot have been filmed yet", code="frames_too_early")
    return new


def _store_files(ports: Ports, challenge_id: str, frames: Sequence[Frame]) -> None:
    """Put evidence frames into the object store; idempotent by key."""
    for frame in frames:
        if frame.kind == FrameKind.EVIDENCE:
            ports.objects.put(file_key(challenge_id, frame.seq), frame.image)


def _drop_files(ports: Ports, challenge_id: str) -> None:
    """Delete the files of a try that ended meanwhile, unless retention still knows its capture."""
    with ports.database.reading() as db:
        capture = db.get(tables.Capture, challenge_id)
    if capture is None or capture.deleted_at is not None:
        ports.objects.delete(ports.objects.list(f"frames/{challenge_id}/"))


def file_key(challenge_id: str, seq: int) -> str:
    """Return an evidence frame's object store key."""
    return f"frames/{challenge_id}/{seq}"


# Built once, like the other statements of each batch.
_ROWS = (
    select(tables.Frame)
    .where(tables.Frame.challenge_id == bindparam("challenge_id"))
    .order_by(tables.Frame.seq)
)


def rows(db: Session, challenge_id: str) -> list[tables.Frame]:
    """Return a challenge's frames in order."""
    return list(db.scalars(_ROWS, {"challenge_id": challenge_id}))


def opened(ports: Ports, row: tables.Frame) -> Observation:
    """Return a row's decrypted observation."""
    sealed = ports.vault.text(f"frame.observation:{row.challenge_id}:{row.seq}", row.observation)
    return Observation.from_json(json.loads(sealed))


def _keep(
    ports: Ports,
    db: Session,
    challenge: tables.Challenge,
    fresh: Sequence[tuple[Frame, Observation]],
    now: datetime,
) -> None:
    """Insert the frames and update the capture's summary."""
    capture = db.get(tables.Capture, challenge.id)
    if capture is None:
        capture = tables.Capture(challenge_id=challenge.id, first_at=now, frames=0, bytes=0, late_ms=0)
        db.add(capture)
        db.flush()
    capture.frames += len(fresh)
    capture.bytes += sum(len(frame.image) for frame, _ in fresh)
    for frame, observation in fresh:
        late = int((now - challenge.created_at).total_seconds() * 1000) - frame.t_ms
        capture.late_ms = max(capture.late_ms, late)
        capture.lag_ms = late if capture.lag_ms is None else min(capture.lag_ms, late)
        db.add(_row(ports, challenge.id, frame, observation))


def _row(ports: Ports, challenge_id: str, frame: Frame, observation: Observation) -> tables.Frame:
    """Return the row of one frame."""
    place = f"frame.observation:{challenge_id}:{frame.seq}"
    return tables.Frame(
        challenge_id=challenge_id,
        seq=frame.seq,
        t_ms=frame.t_ms,
        kind=str(frame.kind),
        mirrored=frame.mirrored,
        sha256=observation.sha256,
        observation=ports.vault.seal(place, canonical(observation.to_json())),
        file_key=file_key(challenge_id, frame.seq) if frame.kind == FrameKind.EVIDENCE else None,
    )


def _hint(seen: Sequence[Observation]) -> str | None:
    """Return the hint of the newest frame."""
    return seen[-1].hint if seen else None
