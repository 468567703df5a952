"""The planted frauds: five schemes of the attackers in design.md, each a few visits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.domain.attempt import Channel
from scripts.simulation import faces
from scripts.simulation.town import Cashier, Somebody, Town
from scripts.simulation.visits import (
    DAYS,
    After,
    Plan,
    Visit,
    after,
    amount,
    cashier_device,
    film,
    opening_minute,
)

RING = "oSimRing"
# The last days are excluded, because their appeals stay open.
LAST = DAYS - 3


@dataclass(frozen=True, slots=True)
class Scheme:
    """One fraud: its kind, its perpetrator and its visits."""

    kind: str
    by: str
    visits: list[Visit]


def plant(chance: np.random.Generator, town: Town) -> list[Scheme]:
    """Return one scheme of every kind, by different people; the first cashier films themselves."""
    cashiers = [town.cashiers[int(one) + 1] for one in chance.permutation(len(town.cashiers) - 1)]
    return [
        _relative(chance, town),
        _own_face(chance, town, town.cashiers[0]),
        _ring(chance, town),
        _bypass(chance, town, cashiers[1]),
        _closing(chance, town, cashiers[2]),
    ]


def _relative(chance: np.random.Generator, town: Town) -> Scheme:
    """Return the fraud of a relative who has the card and the phone of an absent insured."""
    pairs = [
        (one, other)
        for one in town.filmed()
        for other in town.filmed(one.family)
        if other.key != one.key and other.sex == one.sex
    ]
    holder, thief = pairs[int(chance.integers(len(pairs)))]
    visits = []
    for at in _days(chance, int(chance.integers(6, 9))):
        cashier = _any(chance, town.cashiers)
        visit = _visit(chance, town, (at, cashier, holder, thief.face))
        visit.after = After.APPEAL if chance.random() < 0.3 else After.LEAVE
        visits.append(visit)
    return _scheme(chance, "relative", f"insured {thief.key}", visits)


def _own_face(chance: np.random.Generator, town: Town, cashier: Cashier) -> Scheme:
    """Return the fraud of a cashier who films their own face for cards left at the till, and then appeals."""
    visits = []
    days, holders = _days(chance, int(chance.integers(6, 9))), _strangers(chance, town, 12)
    evening = (DAYS - 1) * 1440 + 18 * 60
    for at, holder in zip([*days, *(evening + 9 * n for n in range(4))], holders, strict=False):
        visit = _visit(chance, town, (at, cashier, holder, cashier.face))
        visit.channel, visit.phone, visit.device = Channel.QR, cashier.openid, cashier_device(cashier)
        visit.after, visit.tries = After.APPEAL, 2
        visits.append(visit)
    return _scheme(chance, "own_face", f"cashier {cashier.key}", visits)


def _ring(chance: np.random.Generator, town: Town) -> Scheme:
    """Return the fraud of a stranger with one phone, bound to several insured, who appeals for each."""
    phone, visits = RING, []
    by_key = {one.key: one for one in town.insured}
    strangers = [one for one in _strangers(chance, town, 6) if one.key not in town.pictured]
    holders = [*(by_key[key] for key in town.pictured[:3]), *strangers[:2]]
    days = [*_days(chance, int(chance.integers(6, 9))), *((DAYS - 1) * 1440 + (9 + n) * 60 for n in range(3))]
    for number, at in enumerate(days):
        cashier = _any(chance, town.cashiers[1:9])
        place = number if at < LAST * 1440 else number - len(days)
        visit = _visit(chance, town, (at, cashier, holders[place % len(holders)], town.stranger))
        visit.phone, visit.device, visit.after, visit.tries = phone, "Redmi Note 12", After.APPEAL, 2
        visits.append(visit)
    taken = {one.key for one in holders}
    town.insured = [replace(one, openid=phone) if one.key in taken else one for one in town.insured]
    return _scheme(chance, "ring", phone, visits)


def _bypass(chance: np.random.Generator, town: Town, cashier: Cashier) -> Scheme:
    """Return the fraud of a cashier who bypasses for cards left at the till."""
    number = int(chance.integers(11, 15))
    visits = [
        _visit(chance, town, (at, cashier, holder, holder.face))
        for at, holder in zip(_days(chance, number), _strangers(chance, town, number), strict=True)
    ]
    for visit in visits:
        visit.plan, visit.amount_fen = Plan.DOCUMENTS, visit.amount_fen * 2
    return _scheme(chance, "bypass", f"cashier {cashier.key}", visits)


def _closing(chance: np.random.Generator, town: Town, cashier: Cashier) -> Scheme:
    """Return the fraud of a cashier who processes many cards in the last half hour of some evenings."""
    visits, closes = [], town.shops[cashier.shop].closes * 60
    for day in sorted(chance.choice(LAST, size=3, replace=False)):
        for place, holder in enumerate(_strangers(chance, town, int(chance.integers(4, 6)))):
            at = int(day) * 1440 + closes - 28 + place * 5
            visit = _visit(chance, town, (at, cashier, holder, holder.face))
            visit.plan = Plan.DOCUMENTS
            visits.append(visit)
    return _scheme(chance, "closing", f"cashier {cashier.key}", visits)


def _visit(
    chance: np.random.Generator, town: Town, known: tuple[int, Cashier, Somebody, faces.Vector]
) -> Visit:
    """Return a visit with a holder's card, recorded as present; a day without a minute gets one."""
    at, cashier, holder, front = known
    if at % 1440 == 0:
        at += opening_minute(chance, town.shops[cashier.shop].closes)
    return Visit(
        at, cashier, holder, holder, front, holder.openid, holder.device, after=after(chance),
        amount_fen=amount(chance),
    )  # fmt: skip


def _scheme(chance: np.random.Generator, kind: str, by: str, visits: list[Visit]) -> Scheme:
    for visit in visits:
        visit.scheme, visit.who = kind, by
        film(chance, visit)
    return Scheme(kind, by, visits)


def _days(chance: np.random.Generator, number: int) -> list[int]:
    """Return this many days in order, as minutes, without the last days."""
    return sorted(int(one) * 1440 for one in chance.choice(LAST, size=number, replace=False))


def _strangers(chance: np.random.Generator, town: Town, number: int) -> list[Somebody]:
    """Return card-holders of different families."""
    found: dict[int, Somebody] = {}
    filmed = town.filmed()
    for place in chance.permutation(len(filmed)):
        found.setdefault(filmed[int(place)].family, filmed[int(place)])
    return list(found.values())[:number]


def _any(chance: np.random.Generator, given: Sequence[Cashier]) -> Cashier:
    return given[int(chance.integers(len(given)))]
