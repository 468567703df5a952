"""Draws honest visits at the tills, with the mistakes and refusals of honest people."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from models.domain.attempt import Channel
from scripts.simulation.faces import Vector, pictured
from scripts.simulation.town import ADULT, Cashier, Somebody, Town, relatives

DAYS = 56
OPENS = 8
# Shares of honest visits. No public figures exist; they are set so that no behaviour is rare enough to be an
# alarm by itself.
QR, UNANSWERED, DECLINES, CANCELS = 0.3, 0.05, 0.015, 0.02
RELATIVE_COMES, AGENT_COMES, WRONG_CHOSEN = 0.14, 0.03, 0.012
BLANK, GIVES_UP = 0.04, 0.2
APPEALS, DOCUMENTS_AFTER = 0.4, 0.4


class Plan(StrEnum):
    """How a visit proceeds before anything is filmed."""

    FILM = "film"
    UNANSWERED = "unanswered"
    DECLINES = "declines"
    DOCUMENTS = "documents"
    CANCELS = "cancels"


class After(StrEnum):
    """What the person does after filming has failed."""

    APPEAL = "appeal"
    DOCUMENTS = "documents"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Filmed:
    """One try as the camera sees it: the probe, or None where nothing usable was filmed."""

    probe: Vector | None
    brightness: float
    sharpness: float
    size: float
    yaw: float
    pad: float


@dataclass(slots=True)
class Visit:
    """One purchase: time and place, card, claimed person, real person, and behaviour.

    `front` is the face before the camera, `who` its owner's name and `keeps` how much of it is filmed where
    unusual; `phone` is the WeChat user that answers, `scheme` the fraud it belongs to.
    """

    at: int
    cashier: Cashier
    holder: Somebody
    claimed: Somebody
    front: Vector
    phone: str
    device: str
    channel: Channel = Channel.PUSH
    plan: Plan = Plan.FILM
    after: After = After.LEAVE
    tries: int = 3
    listed: bool = True
    amount_fen: int = 5_000
    scheme: str | None = None
    who: str = ""
    keeps: float | None = None
    films: list[Filmed] = field(default_factory=list)

    @property
    def day(self) -> int:
        """Return the day, from 0."""
        return self.at // 1440

    @property
    def minute(self) -> int:
        """Return the minute of the day."""
        return self.at % 1440


def honest(chance: np.random.Generator, town: Town, number: int) -> list[Visit]:
    """Return this many honest visits, unordered."""
    adults = town.filmed()
    weights = np.array([2.5 if one.old else 1.0 for one in adults])
    holders = chance.choice(len(adults), size=number, p=weights / weights.sum())
    return [_visit(chance, town, adults[int(place)]) for place in holders]


def opening_minute(chance: np.random.Generator, closes: int) -> int:
    """Return a minute of the day for a visit; mornings and evenings are busier."""
    busy = chance.random()
    centre = 10.0 if busy < 0.45 else 17.5
    return int(np.clip(chance.normal(centre, 2.2), OPENS, closes - 1 / 30) * 60)


def _visit(chance: np.random.Generator, town: Town, holder: Somebody) -> Visit:
    cashier = town.cashiers[int(chance.integers(len(town.cashiers)))]
    claimed, front, listed = _who_comes(chance, town, holder)
    plan = _plan(chance, cashier)
    channel = Channel.QR if chance.random() < QR else Channel.PUSH
    if plan is Plan.UNANSWERED:
        channel = Channel.PUSH
    at = int(chance.integers(DAYS)) * 1440 + opening_minute(chance, town.shops[cashier.shop].closes)
    visit = Visit(at, cashier, holder, claimed, front.face, claimed.openid, claimed.device, channel, plan)
    visit.listed, visit.amount_fen, visit.who = listed, amount(chance), f"insured {front.key}"
    visit.after, visit.tries = after(chance), 1 if chance.random() < GIVES_UP else 3
    visit.device = cashier_device(cashier) if channel is Channel.QR else claimed.device
    film(chance, visit)
    return visit


def _who_comes(chance: np.random.Generator, town: Town, holder: Somebody) -> tuple[Somebody, Somebody, bool]:
    """Return the claimed person, the real person, and whether they are family; includes mistakes."""
    others, drawn = list(relatives(town, holder, holder)), chance.random()
    if others and drawn < RELATIVE_COMES:
        one = others[int(chance.integers(len(others)))]
        return one, one, True
    if others and drawn < RELATIVE_COMES + WRONG_CHOSEN:
        return holder, others[int(chance.integers(len(others)))], True
    if drawn > 1 - AGENT_COMES:
        neighbours = [one for one in town.filmed() if one.family != holder.family and one.years >= ADULT]
        # Neighbours help more often than strangers: the same few help the same few.
        agent = neighbours[int(chance.integers(len(neighbours)))]
        return agent, agent, False
    return holder, holder, True


def _plan(chance: np.random.Generator, cashier: Cashier) -> Plan:
    if chance.random() < cashier.bypass:
        return Plan.DOCUMENTS
    drawn = chance.random()
    for plan, share in ((Plan.UNANSWERED, UNANSWERED), (Plan.DECLINES, DECLINES), (Plan.CANCELS, CANCELS)):
        if drawn < share:
            return plan
        drawn -= share
    return Plan.FILM


def after(chance: np.random.Generator) -> After:
    """Return what an honest person does after a failure."""
    drawn = chance.random()
    if drawn < APPEALS:
        return After.APPEAL
    return After.DOCUMENTS if drawn < APPEALS + DOCUMENTS_AFTER else After.LEAVE


def amount(chance: np.random.Generator) -> int:
    """Return a price in fen."""
    return int(np.clip(chance.lognormal(8.9, 0.7), 500, 200_000))


def cashier_device(cashier: Cashier) -> str:
    """Return the phone at a shop's counter."""
    return ("Redmi Note 12", "HONOR X50", "OPPO A58")[cashier.shop % 3]


def film(chance: np.random.Generator, visit: Visit) -> None:
    """Draw what the camera will see in each try of a visit."""
    visit.films = [_filmed(chance, visit) for _ in range(6)]


def _filmed(chance: np.random.Generator, visit: Visit) -> Filmed:
    poor = 0.8 if visit.device in ("OPPO A58", "iPhone SE") else 1.0
    blank = chance.random() < BLANK
    return Filmed(
        None if blank else pictured(chance, visit.front, visit.keeps),
        float(np.clip(chance.normal(128 * poor, 18), 20, 235)),
        float(np.clip(chance.lognormal(5.0, 0.4) * poor, 5, 900)),
        float(np.clip(chance.normal(0.42, 0.05), 0.15, 0.8)),
        float(abs(chance.normal(4, 3))),
        float(np.clip(chance.beta(18, 2), 0.65, 1.0)),
    )
