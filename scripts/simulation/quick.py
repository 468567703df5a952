"""The same visits without a database: what the rules of abuse would see of them, in memory and in a moment.

Scores, reports and decisions are made by the same functions as in the real flows; what the flows add (states,
quotas, credits) is followed as far as the rules see it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.capture.facts import facts
from api.ports import CHINA
from matcher.types import Examination, Template
from models.domain.abuse.seen import Alike, Purchase, Seen, ShowsStaff, Tried
from models.domain.attempt import APPEALABLE, Channel
from models.domain.decision import Outcome, decide
from models.domain.policy import Policy
from models.domain.verification import VerificationState
from scripts.simulation.faces import Vector
from scripts.simulation.matching import MODELS, models_of, report, template
from scripts.simulation.town import Somebody, relatives
from scripts.simulation.visits import After, Plan, Visit
from scripts.simulation.weeks import Weeks

POLICY = Policy(pad_required=False, colour_own_phone=False, risk="off")
SAME, OPEN_FOR = 0.5, timedelta(hours=72)
FIRST = datetime(2026, 9, 1, tzinfo=CHINA)
ENDS = {
    Plan.DOCUMENTS: VerificationState.BYPASSED,
    Plan.DECLINES: VerificationState.BYPASSED,
    Plan.CANCELS: VerificationState.CANCELLED,
    Plan.UNANSWERED: VerificationState.LAPSED,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A lodged appeal: whose, when, and the face that its frames show."""

    purchase: Purchase
    face: Vector
    claimed: Somebody


def seen(weeks: Weeks) -> Seen:
    """Return what the rules see of eight weeks."""
    purchases, shown = [], list[Shown]()
    for place, visit in enumerate(weeks.visits):
        one = _purchase(weeks, visit, place)
        purchases.append(one)
        if one.state is VerificationState.APPEALED:
            probe = next((film.probe for film in visit.films if film.probe is not None), visit.front)
            shown.append(Shown(one, probe, visit.claimed))
    return Seen(purchases, _alike(shown), _staff(weeks, shown), POLICY.agent_quota)


def _purchase(weeks: Weeks, visit: Visit, place: int) -> Purchase:
    tries, reason = _tries(weeks, visit) if visit.plan is Plan.FILM else ([], "")
    state = ENDS.get(visit.plan) or _state(visit, tries, reason)
    answered = visit.channel is Channel.PUSH and visit.plan in (Plan.FILM, Plan.DECLINES)
    return Purchase(
        id=str(place),
        at=FIRST + timedelta(minutes=visit.at),
        shop=str(visit.cashier.shop),
        cashier=str(visit.cashier.key),
        holder=str(visit.holder.key),
        person=str(visit.claimed.key),
        family=str(visit.claimed.family),
        phone=visit.phone if answered else None,
        state=state,
        tries=tries,
        agent=not visit.listed,
    )


def _tries(weeks: Weeks, visit: Visit) -> tuple[list[Tried], str]:
    """Return the comparisons of a visit, and why the last one failed."""
    kin = relatives(weeks.town, visit.claimed, visit.holder)
    asked = Examination((), (), (), _known(visit.claimed), tuple(_known(one) for one in kin))
    found, reason = list[Tried](), ""
    for film in visit.films:
        made = facts(report(film, asked, models_of(MODELS[0][0])))
        answer = decide(replace(made, normalised=True), POLICY)
        reason, passed = str(answer.reason), answer.outcome is Outcome.PASSED
        if film.probe is None:
            continue
        found.append(Tried(made.score, made.relative, POLICY.score_min, passed))
        if passed or len(found) >= visit.tries:
            break
    return found, reason


def _known(one: Somebody) -> tuple[Template, ...]:
    return (template(one.photo),) if one.photo is not None else ()


def _state(visit: Visit, tries: list[Tried], reason: str) -> VerificationState:
    if any(one.passed for one in tries):
        return VerificationState.PASSED
    if visit.after is After.APPEAL and reason in APPEALABLE:
        return VerificationState.APPEALED
    return VerificationState.BYPASSED if visit.after is After.DOCUMENTS else VerificationState.CANCELLED


def _alike(shown: list[Shown]) -> list[Alike]:
    """Return pairs of appeals open at the same time that show one face of two families."""
    found = []
    for place, one in enumerate(shown):
        for other in shown[place + 1 :]:
            if other.purchase.at - one.purchase.at > OPEN_FOR:
                break
            score = float(one.face @ other.face)
            if score >= SAME and one.claimed.family != other.claimed.family:
                found.append(Alike(one.purchase.id, other.purchase.id, score))
    return found


def _staff(weeks: Weeks, shown: list[Shown]) -> list[ShowsStaff]:
    return [
        ShowsStaff(one.purchase.id, str(cashier.key), float(one.face @ cashier.photo))
        for one in shown
        for cashier in weeks.town.at(int(one.purchase.shop))
        if float(one.face @ cashier.photo) >= SAME
    ]
