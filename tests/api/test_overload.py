"""Overload answers 503 at once and recovers; a request holds one connection, and nobody waits for long."""

from api.http import overload
from api.http.overload import Admission
from models.database import POOL
from tests.support import play
from tests.support.world import World


def test_requests_above_the_limit_are_refused_as_busy(world: World) -> None:
    verification = play.opened(world)
    admission: Admission = world.app.extensions["admission"]
    with world.app.test_request_context(f"/v1/verifications/{verification}"):
        for _ in range(POOL + overload.QUEUE):
            admission.enter()
        turned_away = world.till().get(f"/v1/verifications/{verification}")
        assert (turned_away.status_code, turned_away.headers["Retry-After"]) == (503, "1")
        assert world.till().get("/healthz").status_code == 200
        admission.leave()
        for _ in range(3):
            assert world.till().get(f"/v1/verifications/{verification}").status_code == 200


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
