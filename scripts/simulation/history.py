"""Fills an empty demo with an invented town, its eight weeks, and the verdicts of its reviewers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from api.abuse import raising
from api.appeals import review, reviewing
from api.appeals.impartial import Reviewer
from api.appeals.reviewing import Judgement
from api.jobs import work
from api.jobs.due import Chore, due
from api.policies import versions
from api.ports import CHINA, Ports
from api.privacy import retention
from api.watching import counting, daily, tallies
from models import tables
from models.domain.console.operator import Role
from models.domain.console.review import Ground, Verdict
from models.domain.errors import Conflict, Refusal
from scripts.simulation import deciding, haste, playing, populate, stage, truth, weeks
from scripts.simulation.faces import Vector
from scripts.simulation.frauds import RING
from scripts.simulation.leaving import Stage
from scripts.simulation.matching import MODELS
from scripts.simulation.peopling import INSURED
from scripts.simulation.portraits import CASHIER, STRANGER, Cast, Portrait
from scripts.simulation.quick import POLICY
from scripts.simulation.truth import Truth
from scripts.simulation.visits import DAYS
from scripts.simulation.weeks import Weeks

Told = Callable[[int, int], None]
SWEPT_EVERY = 7
GENUINE = Judgement(Verdict.UPHELD, Ground.SAME_PERSON, "照片与本人一致，拍摄条件差")
FALSE = Judgement(Verdict.REJECTED, Ground.OTHER_PERSON, "照片上是另一个人")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Parameters of a simulation: seed, with or without fraud, number of days and of insured."""

    seed: int = 1
    planted: bool = True
    days: int = DAYS
    insured: int = INSURED


def check(ports: Ports) -> None:
    """Raise Conflict unless this is a demo without verifications."""
    if not ports.settings.demo:
        raise Conflict("only the database of a demo is filled with invented people", code="not_a_demo")
    with ports.database.reading() as db:
        if db.scalar(select(tables.Verification.id).limit(1)) is not None:
            raise Conflict("this database holds verifications already", code="not_empty")


def begun(ports: Ports) -> datetime:
    """Return the start of the eight weeks that end yesterday: midnight at the till."""
    first = ports.today() - timedelta(days=DAYS)
    return datetime.combine(first, time(), CHINA).astimezone(UTC)


def make(ports: Ports, cast: Cast, wanted: Wanted, told: Told) -> Truth:
    """Fill an empty demo with the weeks of a seed; return the truth about them. Raises Conflict."""
    check(ports)
    found = weeks.draw(wanted.seed, planted=wanted.planted, real=_faces(cast), insured=wanted.insured)
    staged, clock, matcher = stage.put_back(ports, begun(ports))
    versions.ensure(staged, POLICY)
    weeks.break_a_camera(found)
    with haste.hurried(ports):
        placed = populate.settle(staged, found.town, matcher, _portraits(found, cast))
        placed.frames.update(_strangers(cast))
        played = _play(Stage(staged, clock, matcher, placed, begun(ports)), found, wanted, told)
    return truth.of(wanted.seed, found, played)


def _play(on: Stage, found: Weeks, wanted: Wanted, told: Told) -> dict[int, str]:
    """Play the visits day by day; return each one's verification by its index."""
    judges, staff, played = reviewers(on.ports), deciding.operators(on.ports), dict[int, str]()
    day = DAYS - wanted.days
    visits = [(place, one) for place, one in enumerate(found.visits) if one.day >= day]
    false: set[str] = set()
    for done, (place, visit) in enumerate(visits):
        while day < visit.day:
            day += 1
            on.clock.reach(on.begun + timedelta(days=day, hours=7))
            # Before the due jobs, whose guard waits for production's number of decisions.
            staff.morning(on.ports, day)
            _morning(on, judges, false, day)
        with on.ports.database.transaction() as db, haste.held(db):
            # One transaction per visit: every refusal here precedes the first write.
            played[place] = playing.play(replace(on, ports=on.ports.within(db)), visit, place + 1)
        if visit.scheme:
            false.add(played[place])
        told(done + 1, len(visits))
    on.clock.reach(on.begun + timedelta(days=DAYS) - timedelta(minutes=5))
    _due(on.ports)
    raising.look(on.ports)
    staff.dismiss(on.ports, false)
    staff.try_out(on.ports)
    for counted in (tallies, counting, daily):
        counted.count(on.ports)
    return played


def _morning(on: Stage, judges: Sequence[Reviewer], false: set[str], day: int) -> None:
    """Do overnight work: due jobs, appeals of yesterday, and retention once a week."""
    _due(on.ports)
    # Production looks every hour: appeals that show one face are compared while they are open.
    raising.look(on.ports)
    if day < DAYS - 2:
        for row in review.open_appeals(on.ports):
            _judge(on, judges, row, row.verification_id in false)
    if day % SWEPT_EVERY == 0:
        retention.sweep(on.ports)
    version = next(name for name, until in MODELS if until is None or day < until)
    on.matcher.use(version)


def _due(ports: Ports) -> None:
    for job in due(ports):
        if not isinstance(job, Chore):
            work.run(ports, job)


def _judge(on: Stage, judges: Sequence[Reviewer], row: tables.Appeal, is_false: bool) -> None:
    """Have as many reviewers judge as the rules require; occasionally one errs."""
    for place, one in enumerate(judges):
        errs = (hash_of(row.verification_id) + place * 3) % 11 == 0
        on.clock.tick(40)
        try:
            reviewing.claim(on.ports, one, row.id)
            on.clock.tick(35)
            judgement = FALSE if is_false != errs else GENUINE
            if reviewing.judge(on.ports, one, row.id, judgement) is not None:
                return
        except Refusal:
            continue


def hash_of(text: str) -> int:
    """Return a stable hash of a text."""
    return sum(text.encode())


def reviewers(ports: Ports) -> list[Reviewer]:
    """Return the accounts that may judge appeals."""
    row = tables.Operator
    with ports.database.reading() as db:
        found = db.scalars(select(row).where(row.role == Role.REVIEWER, row.removed_at.is_(None)))
        return [Reviewer(one.id, one.id_index) for one in found.all()]


def _faces(cast: Cast) -> dict[str, Vector]:
    """Return the real faces by their role in the town."""
    own = {f"insured {place}": one.vector for place, one in enumerate(_ordered(cast))}
    return own | {name: one.vector for name, one in cast.known.items()}


def _ordered(cast: Cast) -> list[Portrait]:
    """Return the portraits of the insured, women first, as in the town."""
    return sorted(cast.insured, key=lambda one: one.sex)


def _portraits(found: Weeks, cast: Cast) -> dict[int, Portrait]:
    real = dict(zip(found.town.pictured, _ordered(cast), strict=False))
    if CASHIER in cast.known:
        real[found.town.cashiers[0].key] = cast.known[CASHIER]
    return real


def _strangers(cast: Cast) -> dict[str, tuple[bytes, ...]]:
    return {RING: cast.known[STRANGER].frames} if STRANGER in cast.known else {}
