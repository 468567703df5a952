"""A scripted phone: HTTP client that sends the mini-program's requests."""

import json
import time
from collections.abc import Sequence
from typing import Any

import httpx

from scripts.demo.film import Film, Shot


class Unexpected(Exception):
    """Raised where the server's response differs from the scenario's expectation."""


def body(response: httpx.Response, *statuses: int) -> dict[str, Any]:
    """Return the JSON of a response with an expected status, or raise Unexpected."""
    if response.status_code not in (statuses or (200, 201)):
        raise Unexpected(
            f"{response.request.method} {response.request.url.path.split('/')[1]}… "
            f"→ {response.status_code} {response.text[:200]}"
        )
    document: dict[str, Any] = response.json() if response.content else {}
    return document


class Phone:
    """One WeChat user: messages through the simulator, mini-program requests to the server."""

    def __init__(self, base_url: str, simulator_url: str, openid: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=30, trust_env=False)
        self._wechat = httpx.Client(base_url=simulator_url, timeout=10, trust_env=False)
        self._openid = openid
        self.finish_ms: list[float] = []

    def allow(self, template_id: str) -> None:
        """Tap 允许 in WeChat's subscription panel, which permits one message."""
        wanted = {"openid": self._openid, "template_id": template_id, "result": "accept"}
        body(self._wechat.post("/sim/v1/subscribe", json=wanted))

    def messages(self) -> list[dict[str, Any]]:
        """Return this user's 服务通知 messages."""
        found: list[dict[str, Any]] = body(self._wechat.get(f"/sim/v1/chats/{self._openid}"))["messages"]
        return found

    def wait_for_message(self, count: int, seconds: float = 10.0) -> str:
        """Wait for more than `count` messages; return the scene that the newest one opens."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            messages = self.messages()
            if len(messages) > count:
                return str(messages[-1]["page"]).split("scene=")[1]
            time.sleep(0.1)
        raise Unexpected("no message arrived")

    def login(self) -> None:
        """Log in as wx.login does."""
        code = body(self._wechat.post("/sim/v1/login", json={"openid": self._openid}))["code"]
        token = body(self.http.post("/mp/v1/login", json={"code": code}))["token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def open(self, scene: str) -> dict[str, Any]:
        """Open a scene."""
        return body(self.http.get(f"/mp/v1/attempts/{scene}"))

    def choose(self, scene: str, person: dict[str, Any]) -> dict[str, Any]:
        """Choose the person at the counter (QR)."""
        return body(self.http.put(f"/mp/v1/attempts/{scene}/person", json=person))

    def consent(self, scene: str, version: str) -> dict[str, Any]:
        """Agree to each part of the notice."""
        parts = dict.fromkeys(("face", "transfer", "reference"), True)
        wanted = {"notice_version": version, "granted": True, "parts": parts}
        return body(self.http.post(f"/mp/v1/attempts/{scene}/consent", json=wanted))

    def draw(self, scene: str) -> dict[str, Any]:
        """Draw a challenge and return it."""
        return body(self.http.post(f"/mp/v1/attempts/{scene}/challenges", json={}))

    def film(self, challenge: dict[str, Any], film: Film) -> list[Shot]:
        """Send a film's frames in real time, about one batch per second."""
        shots, begun = film.shots(challenge["frame"]), time.monotonic()
        for batch in _batches(shots):
            time.sleep(max(0.0, batch[-1].t_ms / 1000 - (time.monotonic() - begun)))
            self.send(challenge, batch)
        return shots

    def send(self, challenge: dict[str, Any], batch: Sequence[Shot]) -> dict[str, Any]:
        """Send one batch of frames."""
        files = [("frames", (f"{shot.seq}.jpg", shot.image, "image/jpeg")) for shot in batch]
        meta = json.dumps([shot.meta for shot in batch])
        url = f"/mp/v1/challenges/{challenge['challenge_id']}/frames"
        return body(self.http.post(url, files=files, data={"meta": meta}))

    def finish(self, challenge: dict[str, Any]) -> dict[str, Any]:
        """End the try and return its result."""
        begun = time.monotonic()
        result = body(self.http.post(f"/mp/v1/challenges/{challenge['challenge_id']}/finish", json={}))
        self.finish_ms.append((time.monotonic() - begun) * 1000)
        return result

    def appeal(self, scene: str, photos: Sequence[bytes] = ()) -> dict[str, Any]:
        """Lodge an appeal."""
        files = [("photos", (f"{n}.jpg", photo, "image/jpeg")) for n, photo in enumerate(photos)]
        said = {"reason": "photo_outdated", "statement": "登记照片是十年前拍的，请人工核实。"}
        # The form must be multipart even without a photo.
        parts: Any = files or [("reason", (None, said.pop("reason")))]
        return body(self.http.post(f"/mp/v1/attempts/{scene}/appeal", files=parts, data=said))

    def close(self) -> None:
        """Close the HTTP clients."""
        self.http.close()
        self._wechat.close()


def _batches(shots: Sequence[Shot]) -> list[list[Shot]]:
    """Return the shots in batches of one second, at most 12 each."""
    batches: list[list[Shot]] = []
    for shot in shots:
        if not batches or len(batches[-1]) == 12 or shot.t_ms - batches[-1][0].t_ms >= 1000:
            batches.append([])
        batches[-1].append(shot)
    return batches
