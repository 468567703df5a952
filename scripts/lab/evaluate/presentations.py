"""Cuts labelled films into presentations that respond to a challenge."""

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matcher.liveness.actions import RULES

BONA_FIDE = "bona_fide"
# Labels name the direction in the picture, actions that of the subject (picture right is subject left);
# an action may also be labelled by its own name.
ACTIONS = {name: name for name in RULES} | {
    "turn_image_right": "turn_left",
    "turn_image_left": "turn_right",
    "nod_down": "nod",
}
LEAD_S, SHORTEST_LEAD_S = 1.5, 1.0
LEAD_STEP_S = 0.5
SHORTEST_S, LONGEST_S = 2.3, 15.0
# The maximum of presentations per film, so that none outweighs the others.
MOST = 12
LINGER_S = 3.0  # Extra seconds filmed on a slow network, until the phone learns that everything was seen.
# Phones send 3–10 frames a second; the films are cut at RATE, the live ones at these as well.
RATE, OTHER_RATES = 5, (4, 10)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a film in seconds; run backward when `end` is before `begin`; `still` shows one frame."""

    film: Path
    begin: float
    end: float
    still: bool = False

    @property
    def length(self) -> float:
        """Return the length in seconds."""
        return abs(self.end - self.begin)

    def at(self, second: float) -> float:
        """Return the film time in seconds at `second` into the piece."""
        if self.still:
            return self.begin
        return self.begin + second if self.end >= self.begin else self.begin - second


@dataclass(frozen=True, slots=True)
class Presentation:
    """One capture: the pieces shown, the manipulation, and the actions asked for.

    `claimed` is the film whose subject the person claims to be; `earlier` the capture it was made from, which
    the frame memory contains; `rate` is motion frames a second, `speed` the playback speed, `number` the
    seed. `person` and `groups` describe who is filmed, `variant` altered filming conditions; `driver` is the
    film that moves an animated still.
    """

    species: str
    actions: tuple[str, ...]
    pieces: tuple[Piece, ...]
    claimed: Path
    change: str = "none"
    earlier: "Presentation | None" = None
    rate: int = RATE
    number: int = 0
    speed: float = 1.0
    person: str = ""
    groups: tuple[str, ...] = ()
    variant: str = ""
    driver: "Presentation | None" = None

    @property
    def length(self) -> float:
        """Return the length in seconds."""
        return sum(piece.length for piece in self.pieces) / self.speed

    def at(self, second: float) -> tuple[Piece, float]:
        """Return the piece shown at a time in seconds, and the time in its film."""
        second *= self.speed
        for piece in self.pieces:
            if second < piece.length:
                return piece, piece.at(second)
            second -= piece.length
        return self.pieces[-1], self.pieces[-1].at(self.pieces[-1].length)

    def overlaps(self, other: "Presentation") -> bool:
        """Tell whether both share footage."""
        return any(
            a.film == b.film and min(a.begin, a.end) < max(b.begin, b.end)
            and min(b.begin, b.end) < max(a.begin, a.end)
            for a in self.pieces for b in other.pieces
        )  # fmt: skip


def of_folder(folder: Path) -> tuple[list[Presentation], list[Presentation]]:
    """Return the films of DIR/labels.json as presentations, the live ones and those of attacks."""
    films = labels(folder)
    cut = {name: list(_cut(folder / name, label)) for name, label in films.items()}
    cut = {name: spread(some, MOST) for name, some in cut.items()}
    live = [name for name, label in films.items() if label["kind"] == BONA_FIDE]
    return (
        [one for name in live for one in cut[name]],
        [one for name in films if name not in live for one in cut[name]],
    )


def spread(some: Sequence[Presentation], most: int) -> list[Presentation]:
    """Return at most `most` of them, spread evenly by golden-ratio steps (0.618 of the length)."""
    if len(some) <= most:
        return list(some)
    step = next(n for n in range(max(1, int(0.618 * len(some))), len(some)) if math.gcd(n, len(some)) == 1)
    return [some[n * step % len(some)] for n in range(most)]


def named(one: Presentation, label: Mapping[str, Any]) -> Presentation:
    """Return the presentation with the label's person and groups."""
    person, groups = label.get("person", one.claimed.stem), label.get("groups", ())
    return replace(one, person=person, groups=tuple(sorted(groups)))


def varied(folder: Path, live: Sequence[Presentation]) -> Iterator[Presentation]:
    """Yield live presentations as other phones and networks send them: longer, slower, faster."""
    films = labels(folder)
    yield from _lingering(live, {folder / name: label for name, label in films.items()})
    yield from (replace(one, rate=rate) for one in live for rate in OTHER_RATES)


def labels(folder: Path) -> dict[str, Any]:
    """Return the films' labels, without other entries of the file."""
    try:
        document = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SystemExit(f"{folder} has no readable labels.json") from None
    return {name: label for name, label in document.items() if isinstance(label, dict)}


def _cut(film: Path, label: dict[str, Any]) -> Iterator[Presentation]:
    """Yield every neutral lead with every take or two takes of different actions, joined at neutral poses."""
    species = BONA_FIDE if label["kind"] == BONA_FIDE else label["species"]
    leads, takes = list[Piece](), list[tuple[str, Piece]]()
    for segment in label["segments"]:
        begin, end = float(segment["from"]), float(segment["to"])
        if segment["action"] == "neutral":
            leads += _leads(film, begin, end)
        elif segment["action"] in ACTIONS:
            takes.append((ACTIONS[segment["action"]], Piece(film, begin, end)))
    asked: list[tuple[tuple[str, Piece], ...]] = [(one,) for one in takes]
    asked += [two for two in itertools.permutations(takes, 2) if two[0][0] != two[1][0]]
    for number, (lead, chosen) in enumerate(itertools.product(leads, asked)):
        actions = tuple(action for action, _ in chosen)
        pieces = (lead, *(piece for _, piece in chosen))
        made = Presentation(species, actions, pieces, claimed=film, number=number)
        # No presentation may contain footage twice: that is what an attack does.
        apart = all(a.end <= b.begin or b.end <= a.begin for a, b in itertools.combinations(pieces, 2))
        if apart and SHORTEST_S <= made.length <= LONGEST_S:
            yield named(made, label)


def _lingering(live: Sequence[Presentation], films: Mapping[Path, Any]) -> Iterator[Presentation]:
    """Yield live presentations extended by LINGER_S, where their film continues with new footage."""
    for one in live:
        ends = max(float(segment["to"]) for segment in films[one.claimed]["segments"])
        end = one.pieces[-1].end
        more = replace(one, pieces=(Piece(one.claimed, end, end + LINGER_S),))
        longer = replace(one, pieces=one.pieces + more.pieces)
        if end + LINGER_S <= ends and longer.length <= LONGEST_S and not one.overlaps(more):
            yield longer


def _leads(film: Path, begin: float, end: float) -> Iterator[Piece]:
    """Yield neutral stretches of LEAD_S, or shorter ones of at least one second."""
    length = min(LEAD_S, end - begin)
    if length >= SHORTEST_LEAD_S:
        for n in range(int((end - begin - length) / LEAD_STEP_S + 1e-9) + 1):
            yield Piece(film, begin + n * LEAD_STEP_S, begin + n * LEAD_STEP_S + length)


def disjoint(presentations: Sequence[Presentation]) -> list[Presentation]:
    """Return a set of presentations without shared footage, chosen shortest first."""
    chosen: list[Presentation] = []
    for one in sorted(presentations, key=lambda one: one.length):
        if not any(one.overlaps(other) for other in chosen):
            chosen.append(one)
    return chosen
