"""Observes frames through the matcher and turns its errors into refusals."""

from collections.abc import Sequence

from api.capture.scene import Scene, owned
from api.policies import resolving
from api.ports import Ports
from matcher.errors import BadImage, MatcherUnavailable
from matcher.types import SEEDS, Frame, FrameKind, Hint, Observation
from models.domain import provider as providers
from models.domain.attempt import AttemptState, Channel
from models.domain.errors import Busy, Conflict, Invalid, Refusal, TooLarge, WrongMediaType
from models.domain.layers.risk import cannot_be_lit
from models.domain.person import User
from models.domain.provider import Provider

# How much of the picture's width or height a face must stay from the edge not to count as cut off.
CUT_OFF, EDGE = "cut_off", 0.03
# Of 56 people as filmed none is tilted by more than 12°, one is dimmer, seven are turned by more than 10°,
# all of whom look past the camera. A phone held 15° aside is measured at 10° (median).
TILTED, TILT, ASIDE, DIM = "tilted", 15.0, 10.0, 70.0
# Skin reflects more red than green or blue; of those faces at least 1.19 of green, at most 0.87 of it blue.
TINTED, GREENISH, BLUISH = "tinted", 1.05, 1.0
BEFORE_PLACE = (Hint.TOO_DARK, Hint.TOO_BRIGHT)


def observe(ports: Ports, frames: Sequence[Frame], before: Sequence[Observation] = ()) -> list[Observation]:
    """Return what the matcher observes; raises refusals instead of its errors."""
    try:
        return ports.matcher.observe(frames, before, lot(ports))
    except BadImage as error:
        raise unusable(error) from None
    except MatcherUnavailable:
        raise Busy("the matcher does not answer; please send the same frames again") from None


def lot(ports: Ports) -> int:
    """Draw the seed by which the matcher samples frames; must be drawn after they have arrived."""
    return int(next(ports.random.fractions()) * SEEDS)


def unusable(error: BadImage) -> Refusal:
    """Return the refusal for an unusable picture."""
    if error.reason in ("too_many_bytes", "too_many_pixels"):
        return TooLarge("the picture is too large", code="too_large")
    if error.reason == "not_an_image":
        return WrongMediaType("only JPEG and PNG pictures")
    return Invalid("the picture is broken; please take it again", code="image_unreadable")


def precheck(ports: Ports, user: User, scene: str, image: bytes) -> tuple[Scene, str | None]:
    """Return the scene and what prevents a good capture.

    Not counted as a try; stores only whether glasses were seen and how bright the face was.
    """
    with ports.database.transaction() as db:
        seen = owned(ports, db, user, scene)
        providers.check(seen.attempt.provider, Provider.OWN)
        if seen.attempt.state in (AttemptState.WAITING, AttemptState.OPENED):
            raise Invalid("consent is needed first", code="consent_missing")
        if seen.attempt.state not in (AttemptState.CONSENTED, AttemptState.CHALLENGED, AttemptState.FAILED):
            raise Conflict(f"the attempt is {seen.attempt.state}")
    observations = observe(ports, [Frame(seq=0, t_ms=0, kind=FrameKind.EVIDENCE, image=image)])
    with ports.database.transaction() as db:
        attempt = owned(ports, db, user, scene).attempt
        attempt.glasses = wears_glasses(observations)
        attempt.brightness = round(observations[0].brightness) if observations[0].faces else None
        unlit = attempt.channel is Channel.PUSH and cannot_be_lit(
            resolving.of(db, attempt), attempt.brightness
        )
    bright = unlit and observations[0].hint is None
    return seen, Hint.TOO_BRIGHT if bright else in_the_way(observations[0])


def in_the_way(seen: Observation) -> str | None:
    """Return the first obstacle to remove before a try, or None.

    Dim or coloured light and a phone held aside or tilted spoil no try by themselves: they are said last, and
    only here.
    """
    if _is_cut_off(seen):
        return CUT_OFF
    if seen.hint is not None:
        return seen.hint
    if seen.yaw is not None and abs(seen.yaw) > ASIDE:
        return Hint.TURNED
    if seen.roll is not None and abs(seen.roll) > TILT:
        return TILTED
    if _is_tinted(seen):
        return TINTED
    return Hint.TOO_DARK if seen.faces and seen.brightness < DIM else None


def _is_tinted(seen: Observation) -> bool:
    """Tell whether coloured light falls on the face: its skin has a colour that white light never causes."""
    if seen.skin is None:
        return False
    red, green, blue = seen.skin
    return red < GREENISH * green or blue > BLUISH * red


def _is_cut_off(seen: Observation) -> bool:
    """Tell whether the face ends at the picture's edge; the phone's oval shows the whole picture."""
    if seen.box is None or seen.faces != 1 or seen.hint in BEFORE_PLACE:
        return False
    x, y, width, height = seen.box
    # YuNet clips the box of a partial face at the picture's edge. A face at two opposite edges is too close.
    left, above, right, below = (edge < EDGE for edge in (x, y, 1 - x - width, 1 - y - height))
    return left != right or above != below


def wears_glasses(observations: Sequence[Observation]) -> bool:
    """Tell whether most of the frames in which it could be judged show glasses."""
    judged = [one.glasses for one in observations if one.glasses is not None]
    return 2 * sum(judged) > len(judged)
