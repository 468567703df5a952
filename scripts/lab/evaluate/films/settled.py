"""Live presentations filmed until the last movement has come to its end, as a phone films on."""

from dataclasses import replace

from scripts.lab.evaluate.films.resting import played
from scripts.lab.evaluate.presentations import Presentation

# A label ends where the next movement begins, a movement where the head is back.
SETTLE_S = 1.0


def settled(one: Presentation) -> Presentation:
    """Return the presentation with up to SETTLE_S more of its film, none of which it shows elsewhere."""
    last = one.pieces[-1]
    later = [piece.begin for piece in one.pieces if piece.begin >= last.end]
    end = min([last.end + SETTLE_S, played(last.film), *later])
    return replace(one, pieces=(*one.pieces[:-1], replace(last, end=max(last.end, end))))
