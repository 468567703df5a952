"""Streams and long polls of a till."""

import json
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from api.events.feed import PER_VERIFICATION, SANDBOX_SHARE, EventFeed
from api.events.glance import glance
from models.domain.errors import Busy
from tests.support import play
from tests.support.world import World, purchase


def lines(world: World, verification: str, last: int | None = None) -> Any:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(last)} if last is not None else {})
    return world.till().get(f"/v1/verifications/{verification}/events", headers=headers)


def parsed(text: str) -> list[dict[str, Any]]:
    """Return the events of a stream as (id, event, data)."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "data" in fields:
            found.append({"id": fields["id"], "event": fields["event"], "data": json.loads(fields["data"])})
    return found


def test_a_stream_sends_all_events_and_closes_after_the_end(world: World) -> None:
    verification = play.opened(world)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    answer = lines(world, verification)
    assert answer.mimetype == "text/event-stream"
    text = answer.get_data(as_text=True)
    assert text.startswith("retry: 1000\n\n")
    events = parsed(text)
    assert [event["event"] for event in events] == ["verification.opened", "verification.cancelled"]
    assert [event["id"] for event in events] == ["1", "2"]
    assert set(events[1]["data"]) == {
        "seq", "type", "created", "verification_state", "attempt_id", "attempt_state", "reason",
    }  # fmt: skip


def test_a_stream_resumes_after_the_last_event(world: World) -> None:
    verification = play.opened(world)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    assert [e["id"] for e in parsed(lines(world, verification, last=1).get_data(as_text=True))] == ["2"]


def test_after_the_last_event_there_is_nothing_to_reconnect_to(world: World) -> None:
    verification = play.opened(world)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    assert lines(world, verification, last=2).status_code == 204


def test_an_invalid_last_event_id_is_refused(world: World) -> None:
    verification = play.opened(world)
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "x"}
    answer = world.till().get(f"/v1/verifications/{verification}/events", headers=headers)
    assert answer.status_code == 400


def test_too_many_streams_of_one_verification_are_busy_and_a_place_is_given_back(world: World) -> None:
    verification, other = play.opened(world), play.opened(world, order_no="A-2")
    held = [lines(world, verification) for _ in range(PER_VERIFICATION)]
    answer = lines(world, verification)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    poll = world.till().get(f"/v1/verifications/{verification}/events")
    assert poll.status_code == 200
    held += [lines(world, other)]
    assert held[-1].status_code == 200
    held[0].close()
    held += [lines(world, verification)]
    assert held[-1].status_code == 200
    for answer in held[1:]:
        answer.close()


def test_one_institution_leaves_places_to_the_others(world: World) -> None:
    share = world.ports.settings.event_clients // 2
    held = [lines(world, play.opened(world, order_no=f"A-{turn}")) for turn in range(share)]
    assert {answer.status_code for answer in held} == {200}
    assert lines(world, play.opened(world, order_no="A-last")).status_code == 503
    theirs = play.ok(world.till(1).post("/v1/verifications", json=purchase()), 201)["id"]
    headers = {"Accept": "text/event-stream"}
    held += [world.till(1).get(f"/v1/verifications/{theirs}/events", headers=headers)]
    assert held[-1].status_code == 200
    for answer in held:
        answer.close()


def test_a_sandbox_has_a_smaller_share(world: World) -> None:
    settings = world.ports.settings.model_copy(update={"event_clients": 10 * SANDBOX_SHARE})
    feed = EventFeed(replace(world.ports, settings=settings))
    seen = replace(glance(world.ports, play.opened(world), 0), sandbox=True)
    places = [feed.place(replace(seen, verification_id=f"vrf_{turn}")) for turn in range(SANDBOX_SHARE)]
    with pytest.raises(Busy):
        feed.place(replace(seen, verification_id="vrf_last"))
    for place in places:
        place.close()
    feed.close()


def test_a_poll_returns_at_once_when_there_is_something(world: World) -> None:
    verification = play.opened(world)
    answer = play.ok(world.till().get(f"/v1/verifications/{verification}/events?wait=25"))
    assert (answer["last"], answer["state"]) == (1, "open")


def test_a_client_is_woken_only_by_its_own_verification(world: World) -> None:
    mine, other = play.opened(world), play.opened(world, order_no="A-2")
    feed = EventFeed(world.ports)
    place = feed.place(glance(world.ports, mine, 0))
    mark = feed.mark(mine)
    play.ok(world.till().post(f"/v1/verifications/{other}/cancel", json={}))
    assert not feed.wait(mine, mark, 0.5)
    play.ok(world.till().post(f"/v1/verifications/{mine}/cancel", json={}))
    assert feed.wait(mine, mark, 15)
    place.close()
    feed.close()


def test_a_poll_returns_an_event_that_happens_while_it_waits(world: World) -> None:
    verification = play.opened(world)
    answers: list[Any] = []
    url = f"/v1/verifications/{verification}/events?after=1&wait=20"
    waiting = threading.Thread(target=lambda: answers.append(play.ok(world.till().get(url))))
    waiting.start()
    time.sleep(0.3)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    waiting.join(timeout=15)
    assert [event["type"] for event in answers[0]["events"]] == ["verification.cancelled"]


def test_a_poll_ends_empty_when_nothing_happens(world: World) -> None:
    verification = play.opened(world)
    answer = play.ok(world.till().get(f"/v1/verifications/{verification}/events?after=1&wait=0.3"))
    assert answer == {"events": [], "last": 1, "state": "open"}


def test_a_poll_of_an_ended_verification_does_not_wait(world: World) -> None:
    verification = play.opened(world)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    answer = play.ok(world.till().get(f"/v1/verifications/{verification}/events?after=2&wait=25"))
    assert answer == {"events": [], "last": 2, "state": "cancelled"}
