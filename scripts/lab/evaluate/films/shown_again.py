"""Films as a phone samples them, at rest or acting, and clips repeated in a loop or forward and backward."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from matcher.local import LocalMatcher
from matcher.types import Frame, FrameKind, Observation
from scripts.lab.evaluate.changes import grainy
from scripts.lab.evaluate.films import pictures

WINDOWS_S, STEP_S = (4.0, 6.5), 1.5
# Total length in seconds, and the number of clips per film.
LENGTHS = {"loop": (1.5, 2.5), "back_2_3": (2.0, 3.0), "back_3_5": (3.0, 5.0)}
CLIPS, DRAWS, LEAD_S = 3, 60, 1.5
# A clip must show a turn or nod of at least these degrees, or the mouth opened by this share of its width.
TURNED, OPENED = 10.0, 0.2
When = Callable[[float], float]


@dataclass(slots=True)
class Filmed:
    """A film with one observation per picture; a repeated picture gets new noise."""

    film: Path
    matcher: LocalMatcher
    known: dict[tuple[int, bool], Observation] = field(default_factory=dict)

    @property
    def length(self) -> float:
        """Return the length in seconds."""
        rate, shown = pictures.all_of(self.film)
        return len(shown) / rate

    def picture(self, second: float, *, anew: bool = False) -> Observation:
        """Return the observation of the picture at this time."""
        place = pictures.number(self.film, second), anew
        if place not in self.known:
            picture = pictures.all_of(self.film)[1][place[0]]
            shown = grainy(picture, np.random.default_rng(place[0])) if anew else picture
            frame = Frame(0, 0, FrameKind.MOTION, pictures.encoded(shown, FrameKind.MOTION))
            self.known[place] = self.matcher.observe([frame])[0]
        return self.known[place]

    def capture(self, when: When, length: float, rate: float, speed: float = 1.0) -> list[Observation]:
        """Return the observations of a capture that shows the film's picture of `when(t)` at each t."""
        seen, last, latest = list[Observation](), -1, 0.0
        for t in np.arange(0, length, 1 / rate):
            second = when(float(t) * speed)
            place = pictures.number(self.film, second)
            # A phone never sends one camera frame twice; backward, an earlier picture follows.
            if place != last:
                shown = self.picture(second, anew=second < latest)
                seen.append(replace(shown, seq=len(seen), t_ms=round(1000 * t)))
            last, latest = place, max(latest, second)
        return seen


def living(one: Filmed, rate: float, speed: float) -> Iterator[list[Observation]]:
    """Yield unmodified stretches of the film."""
    for length in WINDOWS_S:
        for begin in np.arange(0, max(0.1, one.length - length * speed), STEP_S):
            rest = min(length, (one.length - begin) / speed)
            yield one.capture(_from(float(begin)), rest, rate, speed)


def clips(one: Filmed, kind: str, rate: float) -> Iterator[list[Observation]]:
    """Yield clips in which the face moves, looped or run back; identical for every rate."""
    drawn = np.random.default_rng(len(one.film.name) + sum(one.film.name.encode()))
    made = 0
    for _ in range(DRAWS):
        long = drawn.uniform(*LENGTHS[kind]) / (1 if kind == "loop" else 2)
        begin = drawn.uniform(0, max(0.1, one.length - long))
        if begin + long > one.length or not _moves(one, begin, long):
            continue
        lead = 0.0 if kind == "loop" else min(LEAD_S, begin)
        whole = 2.2 * long if kind == "loop" else lead + 2 * long
        yield one.capture(_again(begin, long) if kind == "loop" else _back(begin, long, lead), whole, rate)
        made += 1
        if made == CLIPS:
            return


def _from(begin: float) -> When:
    return lambda t: begin + t


def _again(begin: float, long: float) -> When:
    return lambda t: begin + t % long


def _back(begin: float, long: float, lead: float) -> When:
    return lambda t: begin - lead + t if t < lead + long else begin + long - (t - lead - long)


def _moves(one: Filmed, begin: float, long: float) -> bool:
    """Tell whether the face acts in this stretch and is visible throughout."""
    seen = [one.picture(begin + share * long) for share in np.linspace(0, 1, 7)]
    known = [(a.yaw, a.pitch, a.mouth_open) for a in seen if a.yaw is not None]
    if len(known) < len(seen):
        return False
    yaw, pitch, mouth = np.ptp(np.array(known, float), axis=0)
    return bool(max(yaw, pitch) >= TURNED or mouth >= OPENED)
