"""Injection attacks derived from live films, as software on a customer's phone could feed them in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np

from matcher import weights
from matcher.imaging.detector import Detector
from matcher.imaging.mesh import Expression, Mesh
from models.domain.policy import Policy
from scripts.lab.evaluate.changes import Change, Picture, grainy
from scripts.lab.evaluate.films import pictures, variants
from scripts.lab.evaluate.films.animation import Face, Puppet
from scripts.lab.evaluate.presentations import Piece, Presentation, spread

STILL, WARPED, SPLICED = "still_at_known_instants", "earlier_capture_warped", "spliced_library"
NAIVE, DRIVEN, AWARE = "still_animated_naive", "still_animated_driven", "still_animated_rule_aware"
KINDS = (STILL, NAIVE, DRIVEN, AWARE, SPLICED, WARPED)
# The fixed interval of embedded motion frames before they were drawn at random, ms.
RHYTHM_MS = 900
REST_S, ACTION_S = 1.5, 2.3
# Motion frames per second of a slower and a faster phone: they sample the same clips differently.
OTHERS = (4, 8)
TARGETS = {
    "turn_left": Face(yaw=28.0),
    "turn_right": Face(yaw=-28.0),
    "nod": Face(pitch=22.0),
    "open_mouth": Face(mouth=0.65),
}


def made_of(
    live: Sequence[Presentation], resting: Sequence[Presentation], most: int
) -> Iterator[Presentation]:
    """Yield at most `most` attacks per species from `live` (actions performed) and `resting` (victims)."""
    acting = spread([*live, *(replace(one, rate=rate) for rate in OTHERS for one in live)], most)
    victims = spread([*resting, *(_later(one) for one in resting)], most)
    for number, victim in enumerate(victims, start=1):
        others = [one for one in live if one.person != victim.person]
        if not others:
            continue
        one = others[number % len(others)]
        yield replace(one, species=STILL, change=STILL, claimed=victim.claimed, person=victim.person,
                      number=number)  # fmt: skip
        yield replace(_animated(victim, DRIVEN, number), actions=one.actions, driver=one,
                      pieces=(_still(victim, one.length),))  # fmt: skip
    for number, victim in enumerate(victims):
        yield _animated(victim, NAIVE, number)
        yield _animated(victim, AWARE, number)
    for number, one in enumerate(acting):
        yield replace(one, species=SPLICED, number=number)
        yield replace(one, species=WARPED, change=WARPED, earlier=one, number=number + 500)


def _later(victim: Presentation) -> Presentation:
    """Return the victim one second later, for a different still."""
    first = victim.pieces[0]
    begin = min(first.begin + 1.0, max(first.begin, first.end - 0.1))
    return replace(victim, pieces=(replace(first, begin=begin), *victim.pieces[1:]))


def _animated(victim: Presentation, kind: str, number: int) -> Presentation:
    """Return the victim's still animated with two actions of the default policy."""
    drawn = np.random.default_rng(number).permutation(Policy().action_pool)[:2]
    pieces = (_still(victim, REST_S + 2 * ACTION_S),)
    return replace(victim, species=kind, change=kind, actions=tuple(map(str, drawn)), pieces=pieces,
                   number=number)  # fmt: skip


def _still(victim: Presentation, seconds: float) -> Piece:
    piece = victim.pieces[0]
    return Piece(piece.film, piece.begin, piece.begin + seconds, still=True)


def change(one: Presentation, numbers: np.random.Generator) -> Change:
    """Return the picture change of a presentation of one of KINDS, or of one filmed from the side."""
    if one.change in variants.ASIDE:
        return _aside(variants.ASIDE[one.change])
    if one.change == STILL:
        return _at_instants(one, numbers)
    if one.change == WARPED:
        return _warped(numbers)
    return _moving(one, numbers)


@lru_cache(maxsize=1)
def _sight() -> tuple[Detector, Mesh]:
    return Detector(weights.packaged("yunet")), Mesh(weights.packaged("mesh"))


def _aside(degrees: float) -> Change:
    """Return a change that renders the face as filmed from the side."""

    def changed(picture: Picture, _t: float, _kind: str) -> Picture:
        try:
            return Puppet(*_sight(), picture).posed(Face(yaw=degrees))
        except ValueError:
            return picture

    return changed


def _at_instants(one: Presentation, numbers: np.random.Generator) -> Change:
    """Return a change that puts the victim's still into all evidence and periodic motion frames."""
    still = pictures.at(one.claimed, 0.0)
    shown = [-RHYTHM_MS / 1000]

    def changed(picture: Picture, t: float, kind: str) -> Picture:
        if kind == "motion":
            if t - shown[-1] < RHYTHM_MS / 1000:
                return picture
            shown.append(t)
        return grainy(still, numbers)

    return changed


def _warped(numbers: np.random.Generator) -> Change:
    """Return a change that rotates the whole film slightly in space and alters scale and brightness."""
    angles = np.radians(numbers.uniform([-15, -20, -10], [15, 20, 10]))
    scale, gain = numbers.uniform(0.85, 1.15), numbers.uniform(0.75, 1.25)

    def changed(picture: Picture, _t: float, _kind: str) -> Picture:
        height, width = picture.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        middle, deep = np.array([width / 2, height / 2]), 1.5 * width
        space = np.c_[(corners - middle) * scale, np.zeros(4)] @ cv2.Rodrigues(angles)[0].T
        shown = space[:, :2] / (space[:, 2:] + deep) * deep + middle
        turn = cv2.getPerspectiveTransform(corners, shown.astype(np.float32))
        warped = cv2.warpPerspective(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return grainy(np.asarray(warped * gain, np.float32), numbers)

    return changed


def _moving(one: Presentation, numbers: np.random.Generator) -> Change:
    """Return a change that animates the victim's still along a course of poses."""
    piece = one.pieces[0]
    photo = pictures.at(piece.film, piece.begin)
    try:
        # Rendered at each kind's size: motion frames are half the size of evidence frames.
        puppets = {
            kind: Puppet(*_sight(), pictures.shrunken(photo, side)) for kind, side in pictures.SIDE.items()
        }
    except ValueError:
        return lambda picture, _t, _kind: picture
    course = _driven(one.driver) if one.driver else _course(one, numbers)
    return lambda _picture, t, kind: grainy(puppets[kind].posed(course(t)), numbers)


def _course(one: Presentation, numbers: np.random.Generator) -> Callable[[float], Face]:
    """Return the face over time: symmetric movements, or, where rule-aware, asymmetric ones."""
    aware = one.change == AWARE
    phases, paces = numbers.uniform(0, 6, 3), numbers.uniform(0.5, 1.6, 3)
    rise, fall = (0.6, numbers.uniform(0.8, 1.1)) if aware else (0.8, 0.8)

    def course(t: float) -> Face:
        sway = (2.0 if aware else 0.8) * np.sin(phases + paces * t)
        number, into = divmod(t - REST_S, ACTION_S)
        if t < REST_S or number >= len(one.actions):
            return Face(*map(float, sway))
        back = into > rise + 0.2
        share = np.clip((rise + 0.2 + fall - into) / fall if back else into / rise, 0, 1)
        target = TARGETS[one.actions[int(number)]]
        moved = float(np.sin(share * np.pi / 2) ** 2)
        lips, lids = (0.2 * (1 - moved), 0.5 * (1 - moved)) if aware and back and moved > 0 else (0.0, 0.0)
        yaw, pitch, roll = sway + moved * np.array([target.yaw, target.pitch, target.roll])
        return Face(float(yaw), float(pitch), float(roll), moved * target.mouth + lips, lids)

    return course


def _driven(driver: Presentation) -> Callable[[float], Face]:
    """Return the course of a live head, measured from its film."""
    detector, mesh = _sight()
    rest: list[Expression] = []

    def course(t: float) -> Face:
        piece, second = driver.at(t)
        picture = pictures.at(piece.film, second)
        faces = detector.faces(picture)
        if not faces:
            return Face()
        now = mesh.read(picture, faces[0]).expression
        rest[:] = rest or [now]
        was = rest[0]
        return Face(now.yaw - was.yaw, now.pitch - was.pitch, now.roll - was.roll,
                    mouth=max(0.0, now.mouth_open - was.mouth_open),
                    eyes=float(np.clip(1 - now.eyes_open / max(was.eyes_open, 0.05), 0, 1)),
                    smile=now.smile / max(was.smile, 0.1) - 1)  # fmt: skip

    return course
