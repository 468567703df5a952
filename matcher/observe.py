"""Makes one observation of each frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matcher.imaging import decode, likeness, quality
from matcher.imaging.detector import Face
from matcher.imaging.mesh import Reading
from matcher.imaging.quality import EVIDENCE, MOTION
from matcher.liveness import fingerprint, lots
from matcher.liveness.bezel import bezel
from matcher.liveness.pad import lit, upright
from matcher.models import Models
from matcher.protocol import Picture, Vector
from matcher.types import Frame, FrameKind, Observation

MOTION_SIDE = 320
EVIDENCE_SIDE = 640
# Among recognisable motion frames, one per this interval on average is drawn for embedding and PAD, and at
# least one per twice this interval.
SAMPLE_EVERY_MS = 900
# Upper bound of a frame's probability when frames arrive faster than phones send them.
LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Look:
    """A decoded frame with its faces."""

    picture: Picture
    faces: list[Face]
    mesh: Reading | None


def look(models: Models, frame: Frame) -> Look:
    """Decode a frame and detect its faces; raises BadImage."""
    side = EVIDENCE_SIDE if frame.kind == FrameKind.EVIDENCE else MOTION_SIDE
    picture = decode.frame(frame.image, side, mirrored=frame.mirrored)
    faces = models.detector.faces(picture)
    if not faces:
        return Look(picture, faces, None)
    return Look(picture, faces, models.mesh.read(picture, faces[0]))


def observe(
    models: Models, frames: Sequence[Frame], previous: Sequence[Observation], seed: int = 0
) -> list[Observation]:
    """Return one observation a frame, each compared with the one before it.

    `seed` is drawn by the caller after the frames have arrived: it selects the motion frames for embedding
    and PAD, so that nobody can predict in which frames to show somebody else.
    """
    seen: list[Observation] = []
    for frame in sorted(frames, key=lambda one: one.seq):
        earlier = [one for one in (*previous, *seen) if one.seq < frame.seq]
        seen.append(_observed(models, frame, sorted(earlier, key=lambda one: one.seq), seed))
    order = {one.seq: one for one in seen}
    return [order[frame.seq] for frame in frames]


def _observed(models: Models, frame: Frame, earlier: Sequence[Observation], seed: int) -> Observation:
    """Return the observation of one frame."""
    view = look(models, frame)
    limits = EVIDENCE if frame.kind == FrameKind.EVIDENCE else MOTION
    chip = _chip(models, view)
    bare = Observation(
        seq=frame.seq,
        t_ms=frame.t_ms,
        kind=frame.kind,
        sha256=fingerprint.sha256(frame.image),
        phash=likeness.perceptual(chip),
        faces=len(view.faces),
    )
    if view.mesh is None:
        return replace(bare, faces=0, hint=quality.hint(None, limits))
    measured = quality.measure(view.picture, view.faces, view.mesh, cover=limits.covered)
    posed = _placed(_posed(bare, view.mesh), view.picture, view.faces[0], view.mesh.landmarks)
    chosen = _is_drawn(posed, earlier, seed)
    return replace(
        posed,
        size=measured.size,
        brightness=measured.brightness,
        sharpness=measured.sharpness,
        change=_change(view, earlier),
        texture=_texture(view, chip) if frame.kind == FrameKind.MOTION else "",
        face=fingerprint.packed(models.sface.forward(chip)) if chosen else "",
        live=_live(models, view, measured.brightness) if chosen or frame.kind == FrameKind.EVIDENCE else None,
        skin=view.mesh.skin,
        bezel=bezel(view.picture, view.faces[0].box) if frame.kind == FrameKind.EVIDENCE else None,
        glasses=measured.glasses,
        hint=quality.hint(measured, limits),
    )


def _chip(models: Models, view: Look) -> Picture:
    """Return the aligned face, or the whole frame where there is none."""
    return models.sface.aligned(view.picture, view.mesh.landmarks) if view.mesh else view.picture


def _texture(view: Look, chip: Picture) -> str:
    """Return the texture of the face."""
    return likeness.texture(view.picture, view.mesh.landmarks, chip) if view.mesh else ""


def _posed(bare: Observation, mesh: Reading) -> Observation:
    """Add pose and expression, and the mesh's confidence."""
    shown = mesh.expression
    return replace(
        bare,
        yaw=shown.yaw,
        pitch=shown.pitch,
        roll=shown.roll,
        eyes_open=shown.eyes_open,
        mouth_open=shown.mouth_open,
        smile=shown.smile,
        presence=mesh.presence,
    )


def _placed(posed: Observation, picture: Picture, face: Face, landmarks: Vector) -> Observation:
    """Add the face's position and thumbnail."""
    height, width = picture.shape[:2]
    x, y, w, h = face.box
    return replace(
        posed,
        box=(x / width, y / height, w / width, h / height),
        centre=((x + w / 2) / width, (y + h / 2) / height),
        landmarks=tuple(float(value) for value in (landmarks / height).reshape(-1)),
        thumbnail=likeness.thumbnail(picture, face.box),
    )


def _live(models: Models, view: Look, brightness: float) -> float | None:
    """Return P(bona fide) of the face set upright and lit, None without PAD weights."""
    if models.pad is None or view.mesh is None:
        return None
    box = view.faces[0].box
    return models.pad.live(lit(upright(view.picture, box, view.mesh.landmarks), brightness), box)


def _is_drawn(posed: Observation, earlier: Sequence[Observation], seed: int) -> bool:
    """Tell whether this motion frame is drawn for embedding and PAD."""
    if posed.kind != FrameKind.MOTION or not posed.shows_who:
        return False
    motion = [one for one in earlier if one.kind == FrameKind.MOTION] or [posed]
    last = next((one for one in reversed(motion) if one.face), motion[0])
    share = max(LEAST_SHARE, (posed.t_ms - motion[-1].t_ms) / SAMPLE_EVERY_MS)
    return posed.t_ms - last.t_ms >= 2 * SAMPLE_EVERY_MS or lots.number(seed, posed) < share


def _change(view: Look, earlier: Sequence[Observation]) -> float | None:
    """Return how much the face moved since the previous frame, or None without one."""
    last = earlier[-1] if earlier else None
    if last is None or last.box is None or not last.thumbnail:
        return None
    height, width = view.picture.shape[:2]
    x, y, w, h = last.box
    return likeness.difference(view.picture, (x * width, y * height, w * width, h * height), last.thumbnail)
