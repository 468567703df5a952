"""The rules: who stands out of their peers, and which faces, phones and hours do not fit."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from models.domain.abuse.alert import About, Alert, AlertKind, ranked
from models.domain.abuse.seen import Purchase, Seen, Tried
from models.domain.abuse.shrinkage import Peers, peers, shrunk
from models.domain.verification import VerificationState

# Tuned on the simulation's seeds 1–20; docs/evaluation.md has the figures of others.
RATE_HITS, RATE_FACTOR = 4, 1.2
NEARER_LEAST = 3
FAMILIES_A_PHONE = 3
BURST, BURST_MINUTES = 4, 30
NEAR, NEAR_MISSES = 0.12, 6
DISPUTED_LEAST = 2
WITHOUT_FACE = (VerificationState.BYPASSED, VerificationState.APPEALED)
Of = Callable[[Purchase], str | None]


def alerts(seen: Seen) -> list[Alert]:
    """Return everything that stands out, in the order in which it is worth looking at."""
    found = [*_staff(seen), *_same_faces(seen), *_relatives_nearer(seen.purchases), *_phones(seen.purchases)]
    found += [*_bursts(seen.purchases), *_near_misses(seen.purchases)]
    found += [*_disputes(seen.purchases), *_agents(seen.purchases, seen.agent_quota)]
    return ranked([*found, *_rates(seen.purchases)])


def _rates(purchases: Sequence[Purchase]) -> Iterable[Alert]:
    """Yield cashiers, shops, phones and persons with more appeals or documents than their peers."""
    for kind, state in (
        (AlertKind.BYPASS_RATE, VerificationState.BYPASSED),
        (AlertKind.APPEAL_RATE, VerificationState.APPEALED),
    ):
        cashiers = list(_above(purchases, lambda one: one.cashier, (kind, About.CASHIER), state))
        yield from cashiers
        # What a cashier explains is not held against the shop, nor a phone's appeals against its persons.
        told = {one.subject for one in cashiers}
        others = [one for one in purchases if one.cashier not in told]
        yield from _above(others, lambda one: one.shop, (kind, About.SHOP), state)
        if kind is AlertKind.APPEAL_RATE:
            phones = list(_above(purchases, lambda one: one.phone, (kind, About.PHONE), state))
            yield from phones
            told = {one.subject for one in phones}
            rest = [one for one in others if one.phone not in told]
            yield from _above(rest, lambda one: one.person, (kind, About.PERSON), state)


def _above(
    purchases: Sequence[Purchase], of: Of, what: tuple[AlertKind, About], state: VerificationState
) -> Iterable[Alert]:
    """Yield who is above their peers for certain."""
    kind, about = what
    groups = _grouped(purchases, of)
    counts = {key: (sum(one.state is state for one in group), len(group)) for key, group in groups.items()}
    whole = [sum(column) for column in zip(*counts.values(), strict=True)] if counts else [0, 0]
    spread = peers(counts.values()).strength
    for key, (hits, cases) in counts.items():
        if hits < RATE_HITS:
            continue
        others = peers([(whole[0] - hits, whole[1] - cases)])
        rate = shrunk(hits, cases, Peers(others.mean, spread))
        if rate.low >= RATE_FACTOR * rate.peers:
            numbers = {"hits": hits, "of": cases, "rate": rate.rate, "low": rate.low, "high": rate.high}
            ids = [one.id for one in reversed(groups[key]) if one.state is state]
            yield Alert(kind, about, key, numbers | {"peers": rate.peers}, ids, rate.low / rate.peers)


def _relatives_nearer(purchases: Sequence[Purchase]) -> Iterable[Alert]:
    """Yield insured for whom again and again a relative stands before the camera."""
    for person, group in _grouped(purchases, lambda one: one.person).items():
        nearer = [one for one in group if any(_is_nearer(tried) for tried in one.tries)]
        if len(nearer) >= NEARER_LEAST:
            best = max(tried.relative or 0.0 for one in nearer for tried in one.tries)
            numbers = {"times": len(nearer), "of": len(group), "best": best}
            ids = [one.id for one in reversed(nearer)]
            yield Alert(AlertKind.RELATIVE_NEARER, About.PERSON, person, numbers, ids, len(nearer))


def _is_nearer(tried: Tried) -> bool:
    """Tell whether a relative would have passed where the claimed person would not, or less well."""
    if tried.relative is None or tried.relative < tried.least:
        return False
    return tried.score is None or tried.relative > tried.score


def _phones(purchases: Sequence[Purchase]) -> Iterable[Alert]:
    """Yield phones that answer for the insured of several families."""
    for phone, group in _grouped(purchases, lambda one: one.phone).items():
        families = {one.family for one in group}
        if len(families) >= FAMILIES_A_PHONE:
            persons = {one.person for one in group}
            numbers = {"persons": len(persons), "families": len(families), "times": len(group)}
            ids = [one.id for one in reversed(group)]
            yield Alert(AlertKind.ONE_PHONE, About.PHONE, phone, numbers, ids, len(families))


def _bursts(purchases: Sequence[Purchase]) -> Iterable[Alert]:
    """Yield cashiers who end many purchases without a face just before closing."""
    closing = {shop: max(_minute(one) for one in group) for shop, group in _grouped(purchases, _shop).items()}
    late = [
        one
        for one in purchases
        if one.state in WITHOUT_FACE and _minute(one) >= closing[one.shop] - BURST_MINUTES
    ]
    for cashier, group in _grouped(late, lambda one: one.cashier).items():
        days = [list(day) for _, day in groupby(group, key=lambda one: one.at.date())]
        bursts = [day for day in days if len(day) >= BURST]
        if bursts:
            cases = [one.id for day in reversed(bursts) for one in day]
            numbers = {"days": len(bursts), "times": len(cases), "minutes": BURST_MINUTES}
            yield Alert(AlertKind.CLOSING_BURST, About.CASHIER, cashier, numbers, cases, len(cases))


def _near_misses(purchases: Sequence[Purchase]) -> Iterable[Alert]:
    """Yield insured who again and again just fail and never pass in between."""
    for person, group in _grouped(purchases, lambda one: one.person).items():
        row, cases = 0, list[str]()
        for one in group:
            for tried in one.tries:
                near = tried.score is not None and tried.least - NEAR <= tried.score < tried.least
                row, cases = (0, []) if tried.passed else (row + near, [*cases, one.id] if near else cases)
        if row >= NEAR_MISSES and len(set(cases)) > 1:
            ids = list(dict.fromkeys(reversed(cases)))
            numbers = {"times": row, "purchases": len(ids)}
            yield Alert(AlertKind.NEAR_MISSES, About.PERSON, person, numbers, ids, row)


def _disputes(purchases: Sequence[Purchase]) -> Iterable[Alert]:
    """Yield agents and cashiers whose purchases card-holders say they never allowed."""
    disputed = [one for one in purchases if one.disputed]
    who: tuple[tuple[About, Of], ...] = (
        (About.AGENT, lambda one: one.person),
        (About.CASHIER, lambda one: one.cashier),
    )
    for about, of in who:
        for key, group in _grouped(disputed, of).items():
            if len(group) >= DISPUTED_LEAST:
                ids = [one.id for one in reversed(group)]
                yield Alert(AlertKind.DISPUTES, about, key, {"times": len(group)}, ids, len(group))


def _agents(purchases: Sequence[Purchase], quota: int) -> Iterable[Alert]:
    """Yield agents who serve as many card-holders a month as the policy allows."""
    for agent, group in _grouped([one for one in purchases if one.agent], lambda one: one.person).items():
        months = [list(month) for _, month in groupby(group, key=lambda one: (one.at.year, one.at.month))]
        full = [month for month in months if len({one.holder for one in month}) >= quota > 0]
        if full:
            ids = [one.id for month in reversed(full) for one in month]
            numbers = {"months": len(full), "holders": len({one.holder for one in group}), "quota": quota}
            yield Alert(AlertKind.AGENT_QUOTA, About.AGENT, agent, numbers, ids, len(full))


def _same_faces(seen: Seen) -> Iterable[Alert]:
    """Yield groups of open appeals that show one face."""
    groups: list[set[str]] = []
    for pair in seen.alike:
        touched = [group for group in groups if pair.one in group or pair.other in group]
        groups = [group for group in groups if group not in touched]
        groups.append({pair.one, pair.other}.union(*touched))
    places = {one.id: place for place, one in enumerate(seen.purchases)}
    for group in groups:
        ids = sorted(group, key=lambda one: places.get(one, -1), reverse=True)
        best = max(pair.score for pair in seen.alike if pair.one in group)
        first = min(group)
        yield Alert(
            AlertKind.SAME_FACE, About.PERSON, first, {"appeals": len(ids), "best": best}, ids, len(ids)
        )


def _staff(seen: Seen) -> Iterable[Alert]:
    """Yield members of staff whose face open appeals show."""
    ordered = sorted(seen.staff, key=lambda one: one.cashier)
    for cashier, found in groupby(ordered, key=lambda one: one.cashier):
        group = sorted(found, key=lambda one: -one.score)
        numbers = {"appeals": len(group), "best": group[0].score}
        ids = [one.purchase for one in group]
        yield Alert(AlertKind.STAFF_SHOWN, About.CASHIER, cashier, numbers, ids, len(group))


def _grouped(purchases: Sequence[Purchase], of: Of) -> dict[str, list[Purchase]]:
    """Return purchases by what they have in common, those without it left out."""
    found: dict[str, list[Purchase]] = defaultdict(list)
    for one in purchases:
        key = of(one)
        if key is not None:
            found[key].append(one)
    return found


def _shop(one: Purchase) -> str:
    return one.shop


def _minute(one: Purchase) -> int:
    return one.at.hour * 60 + one.at.minute
