"""Films a real face on the cashier's phone while parts are broken."""

import json
import time
from typing import Any

from scripts.demo.film import Film, samples
from scripts.lab.faults.client import Refused
from scripts.lab.faults.phone import Phone

Document = dict[str, Any]
RIGHT = Film(samples() / "single_face.mp4", 0.0, 2.4)
AT_ONCE = 12
TRIES = 3


def filmed(phone: Phone, scene: str) -> None:
    """Consent and film until a try is decided; a try that could not be examined is filmed again."""
    phone.consent(scene)
    for _ in range(TRIES):
        # Otherwise the same film would be recognised as a replay.
        phone.service.post("/demo/forget-frames")
        try:
            challenge = phone.service.post(f"/mp/v1/attempts/{scene}/challenges")
            _send(phone, challenge)
            result = phone.service.post(f"/mp/v1/challenges/{challenge['challenge_id']}/finish")
        except Refused as refused:
            # Late because of a fault, or drawn by a request whose answer was lost.
            if refused.status not in (409, 410):
                raise
            result = phone.open(scene)
        if result["state"] not in ("consented", "challenged", "failed"):
            return


def _send(phone: Phone, challenge: Document) -> None:
    """Send the frames in real time."""
    shots, begun = RIGHT.shots(challenge["frame"]), time.monotonic()
    for first in range(0, len(shots), AT_ONCE):
        batch = shots[first : first + AT_ONCE]
        time.sleep(max(0.0, batch[-1].t_ms / 1000 - (time.monotonic() - begun)))
        files = [("frames", (f"{shot.seq}.jpg", shot.image, "image/jpeg")) for shot in batch]
        meta = json.dumps([shot.meta for shot in batch])
        phone.service.form(f"/mp/v1/challenges/{challenge['challenge_id']}/frames", {"meta": meta}, files)
