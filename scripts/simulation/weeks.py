"""Eight weeks of a town from one seed: the visits in order, and the truth about them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.domain.attempt import Channel
from scripts.simulation import frauds, peopling, visits
from scripts.simulation.faces import Vector
from scripts.simulation.frauds import Scheme
from scripts.simulation.peopling import INSURED
from scripts.simulation.town import Somebody, Town
from scripts.simulation.visits import DAYS, After, Plan, Visit

VERIFICATIONS, OPEN_APPEALS = 600, 12
# How much of a face is kept where the camera does not recognise its owner: near misses.
HARDLY, RECOGNISED = 0.42, 0.44
# How many purchases a cashier whose camera is broken ends by documents.
BROKEN = 10


@dataclass(frozen=True, slots=True)
class Weeks:
    """A town, its visits, and which of them are fraud."""

    town: Town
    visits: list[Visit]
    schemes: list[Scheme] = field(default_factory=list)


def draw(
    seed: int, *, planted: bool = True, real: Mapping[str, Vector] | None = None, insured: int = INSURED
) -> Weeks:
    """Return the weeks of a seed; without `planted` the same town has no fraud; `real` faces by role."""
    chance = np.random.default_rng(seed)
    people = peopling.draw(chance, insured)
    _give(chance, people, real or {})
    schemes = frauds.plant(chance, people) if planted else []
    false = [visit for scheme in schemes for visit in scheme.visits]
    late = [one for one in false if one.day >= frauds.LAST and one.after is After.APPEAL]
    last = _still_open(chance, people, OPEN_APPEALS - len(late), {one.holder.key for one in late})
    true = visits.honest(chance, people, VERIFICATIONS - len(false) - len(last))
    for visit in true:
        if visit.day >= frauds.LAST and visit.after is After.APPEAL:
            visit.after = After.DOCUMENTS
    return Weeks(people, sorted([*true, *false, *last], key=lambda one: one.at), schemes)


def break_a_camera(found: Weeks) -> None:
    """Let the busiest honest cashier see documents for a while, which raises a false alert."""
    guilty = {visit.cashier.key for scheme in found.schemes for visit in scheme.visits}
    honest = [one for one in found.visits if one.cashier.key not in guilty and one.day < frauds.LAST]
    busy = Counter(one.cashier.key for one in honest).most_common(1)
    theirs = [one for one in honest if busy and one.cashier.key == busy[0][0]]
    middle = len(theirs) // 2
    for visit in theirs[max(0, middle - BROKEN // 2) :][:BROKEN]:
        visit.plan = Plan.DOCUMENTS


def _give(chance: np.random.Generator, people: Town, real: Mapping[str, Vector]) -> None:
    """Give the real faces to the persons that the simulation chooses."""
    wanted = {f"insured {place}": key for place, key in enumerate(people.pictured)}
    wanted["cashier"] = people.cashiers[0].key
    peopling.pictured(people, chance, {wanted[role]: face for role, face in real.items() if role in wanted})
    if "stranger" in real:
        people.stranger = real["stranger"]


def _still_open(chance: np.random.Generator, people: Town, number: int, taken: set[int]) -> list[Visit]:
    """Return honest visits of the last days that end in appeals, those with a picture first."""
    by_key = {one.key: one for one in people.insured}
    own = [by_key[key] for key in people.pictured]
    others = [one for one in people.filmed() if one.key not in {*taken, *people.pictured}]
    chosen = [*own, *others][:number]
    return [_in_vain(chance, people, one, place) for place, one in enumerate(chosen)]


def _in_vain(chance: np.random.Generator, people: Town, one: Somebody, place: int) -> Visit:
    """Return the visit of a person whom the camera does not recognise."""
    cashier = people.cashiers[(place * 7 + 3) % len(people.cashiers)]
    at = (DAYS - 2) * 1440 + 9 * 60 + place * 47
    visit = Visit(at, cashier, one, one, one.face, one.openid, one.device, Channel.PUSH, after=After.APPEAL)
    visit.keeps, visit.who, visit.tries = HARDLY, f"insured {one.key}", 2
    visit.amount_fen = visits.amount(chance)
    visits.film(chance, visit)
    while any(_recognised(film.probe, one.photo) for film in visit.films):
        visits.film(chance, visit)
    return visit


def _recognised(probe: Vector | None, photo: Vector | None) -> bool:
    return probe is not None and photo is not None and float(probe @ photo) >= RECOGNISED
