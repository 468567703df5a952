"""The rules of abuse: rates drawn to the peers, what alarms and what not, what becomes of an alert."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from models.domain.abuse import handling, shrinkage, signs
from models.domain.abuse.alert import About, Alert, AlertKind, ranked, reviewed
from models.domain.abuse.handling import AlertState
from models.domain.abuse.seen import Alike, Purchase, Seen, ShowsStaff, Tried
from models.domain.errors import Conflict, Invalid
from models.domain.verification import VerificationState as V

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
CLOSE = NOON.replace(hour=21)
EVENING = [CLOSE - timedelta(minutes=n) for n in range(4)]
MISS, NEARER, PASS = (
    Tried(0.42, 0.1, 0.46, False),
    Tried(0.1, 0.7, 0.46, False),
    Tried(0.7, 0.1, 0.46, True),
)


def bought(number: int, **changes: object) -> Purchase:
    usual = {
        "id": f"v{number}", "at": NOON + timedelta(days=number % 50, minutes=number), "shop": "s",
        "cashier": f"s/c{number % 10}", "holder": f"h{number}", "person": f"h{number}",
        "family": f"f{number}", "phone": f"p{number}", "state": V.PASSED,
    }  # fmt: skip
    return Purchase(**(usual | changes))


USUAL = [bought(n, state=V.BYPASSED if n % 17 == 0 else V.PASSED) for n in range(300)]
LATEST = bought(999, at=CLOSE)


def found(*more: Purchase, **seen: object) -> list[Alert]:
    everything = sorted([*USUAL, LATEST, *more], key=lambda one: one.at)
    return signs.alerts(Seen(everything, **seen))


def several(count: int, **changes: object) -> list[Purchase]:
    return [bought(1000 + n, **changes) for n in range(count)]


@pytest.mark.parametrize(
    ("a", "b", "x"), [(1, 1, 0.3), (2, 5, 0.1), (30, 70, 0.3), (0.5, 20, 0.01), (200, 3, 0.99)]
)
def test_the_beta_distribution_is_the_sum_of_its_density(a: float, b: float, x: float) -> None:
    steps, whole = 20_000, math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    # Substituted by t = u², so that the density of a < 1 is finite.
    points = [((n + 0.5) / steps * x**0.5) for n in range(steps)]
    total = sum(
        2 * u * math.exp(whole + (a - 1) * math.log(u * u) + (b - 1) * math.log1p(-u * u)) for u in points
    )
    assert shrinkage.cumulated(a, b, x) == pytest.approx(total * x**0.5 / steps, abs=1e-4)
    assert shrinkage.cumulated(a, b, shrinkage.quantile(a, b, 0.975)) == pytest.approx(0.975, abs=1e-6)


def test_few_cases_are_drawn_to_the_peers_and_many_speak_for_themselves() -> None:
    among = shrinkage.peers([(1, 20)] * 20)
    few, many = shrinkage.shrunk(2, 2, among), shrinkage.shrunk(200, 200, among)
    assert few.rate < 0.3 < many.rate and few.low < among.mean * 4
    assert few.low <= few.rate <= few.high and many.low <= many.rate <= many.high
    assert shrinkage.peers([]).mean == 0.5


def test_usual_purchases_alarm_nobody() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("more", "kind", "about"),
    [
        (several(12, cashier="s/bad", state=V.BYPASSED), AlertKind.BYPASS_RATE, About.CASHIER),
        (several(8, phone="one", family="f", state=V.APPEALED), AlertKind.APPEAL_RATE, About.PHONE),
        (several(3, person="victim", tries=[NEARER]), AlertKind.RELATIVE_NEARER, About.PERSON),
        (several(4, phone="one"), AlertKind.ONE_PHONE, About.PHONE),
        (
            [bought(2000 + n, at=at, cashier="s/late", state=V.BYPASSED) for n, at in enumerate(EVENING)],
            AlertKind.CLOSING_BURST,
            About.CASHIER,
        ),
        (several(3, person="near", tries=[MISS, MISS]), AlertKind.NEAR_MISSES, About.PERSON),
        (several(2, person="agent", disputed=True), AlertKind.DISPUTES, About.AGENT),
        (
            [bought(3000 + n, at=NOON, person="agent", agent=True) for n in range(3)],
            AlertKind.AGENT_QUOTA,
            About.AGENT,
        ),
    ],
)  # fmt: skip
def test_each_rule_finds_what_it_is_for(more: list[Purchase], kind: AlertKind, about: About) -> None:
    alerts = {(one.kind, one.about): one for one in found(*more)}
    assert (kind, about) in alerts
    assert set(alerts[kind, about].cases) <= {one.id for one in more}


def test_a_pass_in_between_ends_a_row_of_near_misses() -> None:
    more = [bought(1000 + n, person="near", tries=[MISS, MISS, PASS]) for n in range(4)]
    assert AlertKind.NEAR_MISSES not in {one.kind for one in found(*more)}


def test_one_face_in_three_appeals_is_one_alert() -> None:
    pairs = [Alike("v1", "v2", 0.6), Alike("v3", "v4", 0.7), Alike("v2", "v3", 0.55)]
    (alert,) = found(alike=pairs)
    assert (alert.kind, alert.numbers["appeals"], alert.numbers["best"]) == (AlertKind.SAME_FACE, 4, 0.7)
    (staff,) = found(staff=[ShowsStaff("v1", "s#p", 0.6), ShowsStaff("v2", "s#p", 0.8)])
    assert (staff.subject, list(staff.cases)) == ("s#p", ["v2", "v1"])


def test_the_budget_looks_at_every_alert_before_it_looks_twice() -> None:
    one = Alert(AlertKind.BYPASS_RATE, About.CASHIER, "a", {}, ["v1", "v2", "v3"])
    two = Alert(AlertKind.SAME_FACE, About.PERSON, "b", {}, ["v1", "v4"])
    assert [alert.subject for alert in ranked([one, two])] == ["b", "a"]
    assert reviewed(ranked([one, two]), 3) == ["v1", "v2", "v4"]


def test_an_alert_rests_for_30_days_at_most_and_is_handled_once() -> None:
    assert handling.snooze_until(NOON, 30) == NOON + timedelta(days=30)
    for days in (0, 31, -1):
        with pytest.raises(Invalid):
            handling.snooze_until(NOON, days)
    with pytest.raises(Conflict):
        handling.may_handle(AlertState.DISMISSED)


def test_a_handled_alert_opens_again_by_time_or_by_new_cases_only() -> None:
    later = NOON + timedelta(days=1)
    assert handling.after(AlertState.SNOOZED, later, NOON, {"v1", "v2"}) is AlertState.SNOOZED
    assert handling.after(AlertState.SNOOZED, later, later, ()) is AlertState.OPEN
    assert handling.after(AlertState.DISMISSED, None, later, {"v1"}) is AlertState.DISMISSED
    assert handling.after(AlertState.DISMISSED, None, later, {"v1", "v2"}) is AlertState.OPEN
