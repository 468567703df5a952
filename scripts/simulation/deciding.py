"""What two operators decide during the simulated weeks: releases of policies, and which alerts are false."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from api.abuse import answering as alerts
from api.policies import versions
from api.ports import Ports
from api.releases import actions, calculating, guarding, proposing
from api.releases.calculating import Wanted
from models import tables
from models.domain.abuse.handling import AlertState
from models.domain.console.operator import Role
from models.domain.release.calculation import CalculationKind
from models.domain.release.seen import Budget
from models.domain.release.stages import LIVE, Stage
from scripts.simulation.visits import DAYS

# Few decisions a stage: 600 purchases would not fill one of production's.
SHORT = {Stage.SHADOW: 30, Stage.FIVE: 3, Stage.QUARTER: 12}
SEEN = "已逐笔看过，失败来自几笔冒用，与阈值无关"
NO_FRAUD = "该店采集手机送修一周，凭证件购药，已核对登记，不是异常"

TRIED = Wanted(CalculationKind.WHAT_IF, DAYS, {"score_min": 0.48})


@dataclass(frozen=True, slots=True)
class Planned:
    """A release: the days between which it is proposed, by how much it moves each threshold, and why."""

    first: int
    last: int
    moves: Mapping[str, float]
    reason: str


# The first reaches everybody, the second is rolled back in shadow by its failures, the third stays in shadow.
PLANNED = (
    Planned(7, 20, {"score_min": 0.005}, "略微提高阈值，减少误识"),
    Planned(30, 48, {"score_min": 0.16}, "大幅提高阈值，多拦冒用"),
    Planned(DAYS - 2, DAYS - 2, {"cohort_margin": 0.02}, "亲属与本人拉开距离，减少亲属冒用"),
)


@dataclass(slots=True)
class Operators:
    """Two operators, ids of their accounts; with fewer nothing is released and no alert is handled."""

    ids: list[str]
    planned: list[Planned] = field(default_factory=lambda: list(PLANNED))

    def morning(self, ports: Ports, day: int) -> None:
        """Let the guard read yesterday's decisions, and propose and approve what is planned for the day."""
        guarding.watch(ports, SHORT)
        if held := _frozen(ports):
            actions.resume(ports, self.ids[0], held, SEEN)
        self.planned = [one for one in self.planned if day <= one.last]
        if len(self.ids) < 2 or not self.planned or day < self.planned[0].first or _under_way(ports):
            return
        one = self.planned.pop(0)
        with ports.database.reading() as db:
            policy = versions.active(db)
        wanted = {name: round(getattr(policy, name) + by, 3) for name, by in one.moves.items()}
        release = proposing.propose(ports, self.ids[0], wanted, one.reason, Budget())
        actions.approve(ports, self.ids[1], release.id)
        guarding.watch(ports, SHORT)

    def try_out(self, ports: Ports) -> None:
        """Have a worker replay the weeks under another threshold, whose result the console keeps."""
        if self.ids:
            calculating.run(ports, calculating.ask(ports, self.ids[0], TRIED))

    def dismiss(self, ports: Ports, false: set[str]) -> None:
        """Dismiss the alerts that no fraud is behind."""
        for row in alerts.alerts(ports, AlertState.OPEN) if self.ids else ():
            if not false & set(row.cases):
                alerts.opened(ports, self.ids[0], row.id)
                alerts.dismiss(ports, self.ids[0], row.id, NO_FRAUD)


def operators(ports: Ports) -> Operators:
    """Return the accounts that may propose and approve."""
    row = tables.Operator
    with ports.database.reading() as db:
        found = select(row.id).where(row.role == Role.OPERATOR, row.removed_at.is_(None)).order_by(row.name)
        return Operators(list(db.scalars(found)))


def _frozen(ports: Ports) -> str | None:
    """Return the release that its guard has frozen, if any."""
    row = tables.Release
    with ports.database.reading() as db:
        return db.scalar(select(row.id).where(row.held.is_not(None), row.stage.in_(LIVE)).limit(1))


def _under_way(ports: Ports) -> bool:
    row = tables.Release
    with ports.database.reading() as db:
        found = db.scalar(select(row.id).where(row.stage.in_(proposing.UNDER_WAY)).limit(1))
    return found is not None
