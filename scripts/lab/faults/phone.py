"""One insured person's phone in a run, which uses WeChat's own face verification instead of film."""

import time
from contextlib import suppress
from typing import Any

import httpx

from scripts.lab.faults.client import Client, GaveUp, Refused

Document = dict[str, Any]
LOOK_S = 0.3
TRIES = 3
# A capture that WeChat does not answer is decided after 30 s.
DECIDED_S = 45.0
# The try came to nothing: it is made again.
AGAIN = frozenset({"consented", "challenged"})


class Phone:
    """A WeChat user: chat and faces at the simulator, mini-program requests to `service`."""

    def __init__(self, base_url: str, simulator_url: str, openid: str) -> None:
        self.service = Client(base_url)
        self._wechat = httpx.Client(base_url=simulator_url, timeout=5, trust_env=False)
        self.openid, self._seen = openid, 0

    def allow(self, template_id: str) -> None:
        """Tap 允许, which permits one message."""
        given = {"openid": self.openid, "template_id": template_id, "result": "accept"}
        self._sim("/sim/v1/subscribe", given)
        self._seen = len(self.scenes())

    def scenes(self) -> list[str]:
        """Return the scenes of all messages, oldest first."""
        messages = self._sim(f"/sim/v1/chats/{self.openid}")["messages"]
        return [str(one["page"]).split("scene=")[1] for one in messages]

    def scene(self, seconds: float) -> str | None:
        """Return the scene of the next message; None when none arrives in time."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            found = self.scenes()
            if len(found) > self._seen:
                return found[-1]
            time.sleep(LOOK_S)
        return None

    def login(self) -> None:
        """Log in, with a new code whenever a fault makes it fail."""
        code = self._sim("/sim/v1/login", {"openid": self.openid})["code"]
        try:
            token = self.service.post("/mp/v1/login", {"code": code})["token"]
        except Refused:
            # The code was used by a request whose answer was lost.
            self.login()
            return
        self.service.authorise(token)

    def open(self, scene: str) -> Document:
        """Open or reload a scene."""
        return self.service.get(f"/mp/v1/attempts/{scene}")

    def consent(self, scene: str, *, granted: bool = True) -> Document:
        """Answer the notice; one already answered is only read."""
        notice = self.open(scene)["notice"]
        parts = dict.fromkeys(notice["parts"], granted)
        answer = {"notice_version": notice["version"], "granted": granted, "parts": parts}
        return self._move(scene, "consent", answer)

    def verify(self, scene: str, outcome: str) -> Document:
        """Have WeChat verify the face with this outcome until a try is decided; return the scene then."""
        for _ in range(TRIES):
            self._try(scene, outcome)
            shown = self.decided(scene)
            if shown["state"] not in AGAIN:
                break
        return shown

    def decided(self, scene: str) -> Document:
        """Look at a scene until its capture is decided, as the mini-program does after a lost answer."""
        give_up = time.monotonic() + DECIDED_S
        while (shown := self.open(scene))["state"] == "captured" and time.monotonic() < give_up:
            time.sleep(LOOK_S)
        return shown

    def _try(self, scene: str, outcome: str) -> None:
        self._sim("/sim/v1/faces", {"openid": self.openid, "outcome": outcome})
        begun = self._move(scene, "native", {})
        if "verify_id" not in begun:
            return
        with suppress(httpx.HTTPStatusError):
            # A repetition after a lost answer is refused: the action was done.
            self._sim("/sim/v1/faces/perform", {"verify_id": begun["verify_id"]})
        self._move(scene, "native/finish", {})

    def appeal(self, scene: str) -> Document:
        """Lodge an appeal; nobody reviews these, so a person's third is refused."""
        said = {"reason": "other", "statement": "登记照片太旧。"}
        try:
            return self.service.form(f"/mp/v1/attempts/{scene}/appeal", said)
        except Refused as refused:
            if refused.code == "appeal_quota":
                return self.open(scene)
            raise

    def close(self) -> None:
        """Close the connections."""
        self.service.close()
        self._wechat.close()

    def _move(self, scene: str, what: str, body: Document) -> Document:
        try:
            return self.service.post(f"/mp/v1/attempts/{scene}/{what}", body)
        except Refused as refused:
            if refused.status in (409, 410):
                return self.open(scene)
            raise

    def _sim(self, path: str, body: Document | None = None) -> Document:
        """Call the simulator, which faults also make unreachable."""
        give_up = time.monotonic() + 30
        while True:
            try:
                answer = self._wechat.post(path, json=body) if body is not None else self._wechat.get(path)
                answer.raise_for_status()
                found: Document = answer.json()
                return found
            except httpx.TransportError:
                if time.monotonic() > give_up:
                    raise GaveUp("the simulator") from None
                time.sleep(LOOK_S)
