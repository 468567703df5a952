"""Overload gives 503 at once and recovers; a request holds one connection."""

from dataclasses import replace
from typing import Any

from api.app import create_app
from api.http import overload
from api.http.overload import Admission
from models.database import POOL
from models.objects import Objects
from tests.support import play
from tests.support.world import MAN, RIGHT, World, multipart


def test_requests_above_the_limit_are_refused_as_busy(world: World) -> None:
    verification = play.opened(world)
    admission: Admission = world.app.extensions["admission"]
    others: list[dict[str, Any]] = [{} for _ in range(POOL + overload.QUEUE)]
    assert all(admission.enter(other) for other in others)
    path = f"/v1/verifications/{verification}"
    for turned_away in (world.till().get(path), world.till().post(f"{path}/cancel", json={})):
        assert (turned_away.status_code, turned_away.headers["Retry-After"]) == (503, "1")
        assert turned_away.get_json()["code"] == "busy"
        assert turned_away.mimetype == "application/problem+json"
    assert world.till().get("/healthz").status_code == 200
    admission.leave(others[0])
    for _ in range(3):
        assert world.till().get(path).status_code == 200
    for other in others:
        admission.leave(other)
    assert world.till().get(path).status_code == 200


def test_a_missing_database_connection_is_503_and_not_500(world: World) -> None:
    held = [world.ports.database.engine.connect() for _ in range(POOL)]
    answer = world.till().get("/v1/verifications/vrf_any")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    for connection in held:
        connection.close()
    assert world.till().get("/v1/verifications/vrf_any").status_code == 404


def test_a_request_needs_one_connection(world: World) -> None:
    verification = play.opened(world)
    held = [world.ports.database.engine.connect() for _ in range(POOL - 1)]
    assert world.till().get(f"/v1/verifications/{verification}").status_code == 200
    assert world.till().post(f"/v1/verifications/{verification}/cancel", json={}).status_code == 200
    for connection in held:
        connection.close()


def test_an_object_store_that_is_away_is_503_and_the_frames_may_be_sent_again(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    challenge = play.draw(phone, scene)
    shots = RIGHT.shots(challenge["frame"])
    world.clock.tick(shots[-1].t_ms / 1000)
    batch = multipart(next(shots[at : at + 6] for at in range(len(shots)) if shots[at].kind == "evidence"))
    url = f"/mp/v1/challenges/{challenge['challenge_id']}/frames"
    away = Objects("http://127.0.0.1:9/store", world.ports.vault)
    elsewhere = replace(world, app=create_app(replace(world.ports, objects=away)))
    answer = elsewhere.phone(MAN.openid).post(url, **batch)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert phone.post(url, **batch).status_code == 200
