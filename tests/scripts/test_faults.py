"""What a run of faults is judged by: the clients' ledger, the receiver's, and the points of death."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.events.webhooks import sign
from scripts.lab.faults import evidence, oracle
from scripts.lab.faults.ledger import Ledger, Purchase
from scripts.lab.faults.receiver import Receiver
from tests.support import play
from tests.support.world import World

SECRET = "s" * 43


@pytest.fixture
def receiver() -> Receiver:
    made = Receiver([SECRET])
    made.close()
    return made


def sent(receiver: Receiver, mood: str, event_id: str = "e1", state: str = "passed") -> int | None:
    data = {"verification_id": "v", "seq": 3, "verification_state": state}
    body = json.dumps({"id": event_id, "type": "verification.passed", "data": data}).encode()
    receiver.mood = mood
    return receiver.take(body, sign(SECRET.encode(), body, int(time.time())))


def test_webhooks_a_receiver_did_not_accept_are_not_in_its_record(receiver: Receiver) -> None:
    assert (sent(receiver, "500"), sent(receiver, "close")) == (500, None) and not receiver.seen
    assert sent(receiver, "well") == 204
    assert list(receiver.seen) == [("v", 3, "verification.passed")]


def test_a_repetition_with_another_body_and_a_forgery_are_counted(receiver: Receiver) -> None:
    sent(receiver, "well")
    sent(receiver, "well")
    assert receiver.changed == 0
    sent(receiver, "well", state="cancelled")
    assert receiver.changed == 1
    assert receiver.take(b"{}", "t=1,v1=0") == 401 and receiver.forged == 1


def test_purchases_in_progress_count_as_affected_by_a_fault() -> None:
    ledger = Ledger()
    for order, began, ended in (("a", 0.0, 1.0), ("b", 2.0, 9.0), ("c", 8.0, 0.0), ("d", 20.0, 21.0)):
        made = ledger.begin(order, "story")
        made.began, made.ended = began, ended
    assert [one.order_no for one in ledger.faulted([(5.0, 6.0), (9.0, 10.0)])] == ["b", "c"]


def judged(world: World, purchase: Purchase) -> dict[str, int]:
    verdict = oracle.Verdict()
    with world.ports.database.reading() as db:
        oracle.compare(db, verdict, purchase, world.clock.now())
    return {name: count for name, count in verdict.counts().items() if count}


def test_the_tables_must_say_what_the_clients_were_told(world: World) -> None:
    verification = play.opened(world)
    told = Purchase("A-1", "sandbox declined", at=world.clock.now(), ids={verification})
    assert judged(world, told) == {"lost": 1}, "nobody has ended it"
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    assert judged(world, told) == {"wrong_ends": 1}, "nobody asked for that"
    told.asked.add("cancelled")
    assert judged(world, told) == {}
    told.ends.append("passed")
    assert judged(world, told) == {"wrong_ends": 1}
    assert judged(world, Purchase("A-9", "story", ids={"vrf_gone"})) == {"lost": 1}
    assert judged(world, Purchase("A-9", "story", ids={"vrf_1", "vrf_2"})) == {"duplicated": 1, "lost": 1}


@pytest.mark.parametrize("minutes", [-10, 10])
def test_what_a_wrong_clock_wrote_is_found(world: World, minutes: int) -> None:
    verification, right = play.opened(world), world.clock.now()
    told = Purchase("A-1", "sandbox declined", at=right, ids={verification}, asked={"cancelled"})
    world.clock.tick(minutes * 60)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    world.clock.tick(-minutes * 60)
    assert judged(world, told) == {"wrong_times": 1}


def test_a_verdict_comes_with_the_rows_of_the_purchases_it_names(world: World) -> None:
    verification, other = play.opened(world), play.opened(world, order_no="B-2")
    order = world.till().get(f"/v1/verifications/{verification}").json["order_no"]
    verdict = oracle.Verdict(lost=[f"race {order} 409 expired"])
    with world.ports.database.reading() as db:
        found = evidence.rows(db, verdict)
        assert evidence.rows(db, oracle.Verdict()) == []
    assert [one["verification"] for one in found] == [verification] != [other]
    assert found[0]["events"][0].endswith(" 1 verification.opened")


def test_a_process_dies_at_a_point_that_is_asked_for_and_at_no_other(tmp_path: Path) -> None:
    words = "from pathlib import Path; from scripts.lab.faults.points import Points; import sys; "
    words += "points = Points(Path(sys.argv[1])); points.reach('before_call'); points.reach('after_commit')"
    command = [sys.executable, "-c", words, str(tmp_path)]
    assert subprocess.run(command, check=False).returncode == 0
    (tmp_path / "after_commit").touch()
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not list(tmp_path.iterdir()), "of several processes one dies"
