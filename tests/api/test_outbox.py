"""The outbox under every sender: one lease, one call, one result."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy.orm import Session

from api.outbound import outbox
from api.outbound.outbox import Result
from api.ports import Ports
from models import tables
from models.domain.delivery import LEASES, DeliveryEvent, DeliveryKind, DeliveryState
from tests.support import play
from tests.support.world import World


@dataclass
class Recorder:
    """A sender that records its calls."""

    lost: str | None = None
    calls: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    dies: bool = False

    def prepare(self, ports: Ports, db: Session, row: tables.Delivery) -> str | Result:
        return row.id

    def call(self, ports: Ports, message: str) -> str:
        self.calls.append(message)
        if self.dies:
            raise RuntimeError("killed during the call")
        return "taken"

    def settle(self, ports: Ports, db: Session, row: tables.Delivery, answer: str) -> Result:
        self.answers.append(answer)
        return Result(DeliveryEvent.LOSE if answer == "lost" else DeliveryEvent.DELIVER)


@pytest.fixture
def row_id(world: World) -> str:
    verification = play.opened(world)
    with world.ports.database.transaction() as db:
        now = world.clock.now()
        row = tables.Delivery(
            id="dlv_1",
            kind=DeliveryKind.WEBHOOK,
            verification_id=verification,
            institution_id=world.institutions[0],
            created_at=now,
            next_at=now,
        )
        db.add(row)
    return "dlv_1"


def state(world: World, row_id: str) -> DeliveryState:
    with world.ports.database.reading() as db:
        return db.get_one(tables.Delivery, row_id).state


def killed(world: World, row_id: str, lost: str | None) -> Recorder:
    """Return the sender whose worker died during its first call."""
    sender = Recorder(lost, dies=True)
    with pytest.raises(RuntimeError):
        outbox.send(world.ports, sender, row_id)
    sender.dies = False
    return sender


def test_a_delivered_row_is_not_sent_again(world: World, row_id: str) -> None:
    sender = Recorder()
    for _ in range(2):
        outbox.send(world.ports, sender, row_id)
    assert (sender.calls, state(world, row_id)) == ([row_id], DeliveryState.DELIVERED)


def test_a_row_being_sent_is_not_sent_by_another_worker(world: World, row_id: str) -> None:
    sender = killed(world, row_id, None)
    world.clock.tick(LEASES[DeliveryKind.WEBHOOK].total_seconds() - 1)
    outbox.send(world.ports, sender, row_id)
    assert (len(sender.calls), state(world, row_id)) == (1, DeliveryState.SENDING)


def test_a_repeatable_call_is_repeated_after_its_worker_died(world: World, row_id: str) -> None:
    sender = killed(world, row_id, None)
    world.clock.tick(LEASES[DeliveryKind.WEBHOOK].total_seconds())
    outbox.send(world.ports, sender, row_id)
    assert (len(sender.calls), state(world, row_id)) == (2, DeliveryState.DELIVERED)


def test_a_call_that_is_not_repeatable_is_never_repeated_after_its_worker_died(
    world: World, row_id: str
) -> None:
    sender = killed(world, row_id, "lost")
    world.clock.tick(LEASES[DeliveryKind.WEBHOOK].total_seconds())
    outbox.send(world.ports, sender, row_id)
    assert (len(sender.calls), sender.answers, state(world, row_id)) == (1, ["lost"], DeliveryState.UNKNOWN)


def test_an_answer_that_comes_after_a_resend_does_not_count(world: World, row_id: str) -> None:
    class Resent(Recorder):
        def call(self, ports: Ports, message: str) -> str:
            with world.ports.database.transaction() as db:
                db.get_one(tables.Delivery, row_id).state = DeliveryState.PENDING
            return super().call(ports, message)

    sender = Resent()
    outbox.send(world.ports, sender, row_id)
    assert (sender.answers, state(world, row_id)) == ([], DeliveryState.PENDING)
