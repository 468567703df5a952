"""What tills and phones do, one line each, for tests that are about something later."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.jobs import work as jobs
from api.jobs.due import due
from api.ports import Ports
from models.domain import notice
from scripts.demo.film import Film, Shot
from tests.support.world import RIGHT, World, multipart, purchase


def ok(response: TestResponse, status: int = 200) -> dict[str, Any]:
    """Return the JSON of an answer that must have this status."""
    assert response.status_code == status, response.get_data(as_text=True)
    document: dict[str, Any] = response.get_json()
    return document


def opened(world: World, **changes: Any) -> str:
    """Open a verification at the first till; return its id."""
    return str(ok(world.till().post("/v1/verifications", json=purchase(**changes)), 201)["id"])


def attempt(world: World, verification_id: str, **wanted: Any) -> dict[str, Any]:
    """Begin an attempt at the first till."""
    return ok(world.till().post(f"/v1/verifications/{verification_id}/attempts", json=wanted), 201)


def work(ports: Ports) -> None:
    """Run the jobs that are due now."""
    for job in due(ports):
        jobs.run(ports, job)


def pushed(world: World, verification_id: str, name: str = "李建国") -> str:
    """Push to a person of the list and deliver it; return the scene."""
    attempt(world, verification_id, channel="push", person_id=world.ids[name])
    work(world.ports)
    return world.wechat.sent[-1][1].split("scene=")[1]


def coded(world: World, verification_id: str) -> str:
    """Show a code; return its scene."""
    shown = attempt(world, verification_id, channel="qr")
    return str(shown["qr_url"]).rsplit("/", 1)[1].removesuffix(".png")


def agree(phone: FlaskClient, scene: str, **changes: Any) -> dict[str, Any]:
    """Open a scene and agree to the notice."""
    ok(phone.get(f"/mp/v1/attempts/{scene}"))
    wanted = {"notice_version": notice.CURRENT, "granted": True} | changes
    return ok(phone.post(f"/mp/v1/attempts/{scene}/consent", json=wanted))


def draw(phone: FlaskClient, scene: str) -> dict[str, Any]:
    """Draw a challenge."""
    return ok(phone.post(f"/mp/v1/attempts/{scene}/challenges", json={}), 201)


def show(world: World, phone: FlaskClient, challenge: dict[str, Any], film: Film = RIGHT) -> list[Shot]:
    """Film in the clock's time and send everything."""
    shots = film.shots(challenge["frame"])
    world.clock.tick(shots[-1].t_ms / 1000)
    url = f"/mp/v1/challenges/{challenge['challenge_id']}/frames"
    for start in range(0, len(shots), 12):
        ok(phone.post(url, **multipart(shots[start : start + 12])))
    return shots


def finish(phone: FlaskClient, challenge: dict[str, Any]) -> dict[str, Any]:
    """Ask for the result."""
    return ok(phone.post(f"/mp/v1/challenges/{challenge['challenge_id']}/finish", json={}))


def tried(world: World, phone: FlaskClient, scene: str, film: Film = RIGHT) -> dict[str, Any]:
    """Make one whole try."""
    challenge = draw(phone, scene)
    show(world, phone, challenge, film)
    return finish(phone, challenge)


def state(world: World, verification_id: str) -> dict[str, Any]:
    """Read a verification at the first till."""
    return ok(world.till().get(f"/v1/verifications/{verification_id}"))


def events(world: World, verification_id: str) -> list[str]:
    """Return the types of a verification's events so far."""
    answer = ok(world.till().get(f"/v1/verifications/{verification_id}/events"))
    return [event["type"] for event in answer["events"]]


def appealed(phone: FlaskClient, scene: str, *photos: tuple[Any, str]) -> TestResponse:
    """Lodge an appeal."""
    said = {"reason": "photo_outdated", "statement": "登记照片太旧。", "photos": list(photos)}
    return phone.post(f"/mp/v1/attempts/{scene}/appeal", data=said, content_type="multipart/form-data")


def refused(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem with this status and code."""
    assert response.mimetype == "application/problem+json", response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json(force=True)
    assert (response.status_code, body["code"]) == (status, code), body
    assert body["status"] == status and body["title"] and body["type"]
    return body
