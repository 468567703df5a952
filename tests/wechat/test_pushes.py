"""The simulator pushes its events as WeChat does: signed, encrypted, and not always when one would like."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.simulated import (
    AES_KEY,
    APPID,
    CALLBACK_TOKEN,
    DATA,
    LONG_TERM,
    SECRET,
    TEMPLATE,
    Receiver,
    Simulator,
    receiver,
)
from wechat.callbacks import SubscribeEvent
from wechat.gateway import Account, Gateway
from wechat.tokens import MemoryTokens

OPENID = "openid-1"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Simulator, Receiver]]:
    with receiver() as (one, url):
        settings = {
            "SIM_CALLBACK_URL": url,
            "SIM_CALLBACK_TOKEN": CALLBACK_TOKEN,
            "SIM_CALLBACK_AES_KEY": AES_KEY,
        }
        with Simulator(**settings) as simulator:
            yield simulator, one


@pytest.fixture
def simulator(running: tuple[Simulator, Receiver]) -> Iterator[Simulator]:
    running[0].faults(clear=True)
    yield running[0]
    running[0].faults(clear=True)


@pytest.fixture
def server(running: tuple[Simulator, Receiver], simulator: Simulator) -> Receiver:
    for seen in (running[1].opened, running[1].refused, running[1].bodies):
        seen.clear()
    return running[1]


def send(simulator: Simulator) -> str | None:
    account = Account(APPID, SECRET, base_url=simulator.url)
    gateway = Gateway(account, MemoryTokens(), lambda: datetime.now(UTC))
    return gateway.send_subscribed(OPENID, TEMPLATE, "pages/verify/verify", DATA)


def events(simulator: Simulator, server: Receiver) -> list[SubscribeEvent]:
    assert simulator.pushed()["waiting"] == 0
    return [event for callback in server.opened for event in callback.events]


def test_a_tap_a_message_and_a_refusal_are_pushed(simulator: Simulator, server: Receiver) -> None:
    simulator.allow(OPENID)
    msg_id = send(simulator)
    simulator.control("settings", openid=OPENID, template_id=TEMPLATE, result="reject")
    seen = events(simulator, server)
    assert [(event.kind, event.accepted, event.error_code) for event in seen] == [
        ("popup", True, None),
        ("sent", None, 0),
        ("change", False, None),
    ]
    assert msg_id is not None and seen[1].msg_id == msg_id
    assert {(event.openid, event.template_id) for event in seen} == {(OPENID, TEMPLATE)}


def test_one_panel_with_two_templates_is_one_push(simulator: Simulator, server: Receiver) -> None:
    simulator.control("subscribe", openid=OPENID, template_id=[TEMPLATE, LONG_TERM], result="reject")
    assert [(e.template_id, e.accepted) for e in events(simulator, server)] == [
        (TEMPLATE, False),
        (LONG_TERM, False),
    ]
    assert len(server.bodies) == 1


@pytest.mark.parametrize("format", ["json", "xml"])
@pytest.mark.parametrize("shape", ["object", "array"])
def test_the_form_of_the_push_can_be_chosen(
    simulator: Simulator, server: Receiver, format: str, shape: str
) -> None:
    simulator.faults(callback_format=format, callback_shape=shape)
    simulator.allow(OPENID)
    assert [event.accepted for event in events(simulator, server)] == [True]
    assert server.bodies[0].startswith(b"{" if format == "json" else b"<?xml")


def test_a_late_event_is_old_but_freshly_signed(simulator: Simulator, server: Receiver) -> None:
    simulator.faults(callback_late_s=72 * 3600)
    simulator.allow(OPENID)
    (event,) = events(simulator, server)
    signed = datetime.fromtimestamp(server.opened[0].timestamp, UTC)
    assert timedelta(hours=71) < signed - event.created_at < timedelta(hours=73)


def test_an_event_can_come_ten_times(simulator: Simulator, server: Receiver) -> None:
    simulator.faults(callback_copies=5, callback_repeats=2)
    simulator.allow(OPENID)
    assert len(events(simulator, server)) == 10
    assert len({callback.nonce for callback in server.opened}) == len(set(server.bodies)) == 5


@pytest.mark.parametrize("batch", [False, True])
def test_held_events_come_in_another_order(simulator: Simulator, server: Receiver, batch: bool) -> None:
    simulator.faults(callback_hold=True)
    for template_id in (TEMPLATE, LONG_TERM):
        simulator.allow(OPENID, template_id)
    assert simulator.pushed()["held"] == 2 and server.opened == []
    simulator.control("callbacks/release", order="reversed", batch=batch)
    assert [event.template_id for event in events(simulator, server)] == [LONG_TERM, TEMPLATE]


def test_a_forged_event_is_refused_and_not_repeated(simulator: Simulator, server: Receiver) -> None:
    simulator.faults(callback_forged=True)
    simulator.allow(OPENID)
    assert events(simulator, server) == [] and server.refused == ["signature"]
    assert simulator.pushed()["pushed"][-1]["status"] == 403


@pytest.mark.parametrize(("failures", "arrives"), [(2, True), (3, False)])
def test_an_event_is_pushed_three_times_at_most(
    simulator: Simulator, server: Receiver, failures: int, arrives: bool
) -> None:
    server.out_of_order = failures
    simulator.allow(OPENID)
    assert (len(events(simulator, server)) == 1) is arrives and len(server.bodies) == 3


def test_held_events_stay_held_for_an_order_that_is_none(simulator: Simulator, server: Receiver) -> None:
    simulator.faults(callback_hold=True)
    simulator.allow(OPENID)
    assert simulator.http.post("/sim/v1/callbacks/release", json={"order": "odd"}).status_code == 400
    assert simulator.control("callbacks/release", order="shuffled") == {"pushed": 1}
    assert len(events(simulator, server)) == 1


def test_an_event_can_be_lost(simulator: Simulator, server: Receiver) -> None:
    simulator.faults(callback_lost=True)
    simulator.allow(OPENID)
    assert events(simulator, server) == []


def test_a_message_that_does_not_arrive_says_so(simulator: Simulator, server: Receiver) -> None:
    simulator.allow(OPENID)
    before = len(simulator.messages(OPENID))
    simulator.faults(delivery=43101)
    send(simulator)
    assert events(simulator, server)[-1].error_code == 43101
    assert len(simulator.messages(OPENID)) == before


def test_the_address_is_verified_by_its_echo(simulator: Simulator) -> None:
    assert simulator.control("callbacks/verify") == {"verified": True}


def test_the_address_can_be_entered_while_it_runs(server: Receiver) -> None:
    with receiver() as (other, url), Simulator() as simulator:
        simulator.allow(OPENID)
        entered = simulator.control("callbacks", url=url, token=CALLBACK_TOKEN, aes_key=AES_KEY)
        assert entered == {"verified": True}
        simulator.allow(OPENID)
        assert len(events(simulator, other)) == 1
    assert server.opened == [] and json.loads(other.bodies[0])["Encrypt"]
