"""Faults that a test or an operator can inject."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Response

HANG_S = 60
# The call that each errcode fault replaces the answer of.
ERRCODES = {
    "send": "/cgi-bin/message/subscribe/send",
    "login": "/sns/jscode2session",
    "code_image": "/wxa/getwxacodeunlimit",
    "stable_token": "/cgi-bin/stable_token",
    "face_begin": "/cityservice/face/identify/getverifyid",
    "face_result": "/cityservice/face/identify/queryverifyinfo",
    "risk": "/wxa/getuserriskrank",
    "templates": "/wxaapi/newtmpl/gettemplate",
}
ANSWERS = ("latency_ms", "hang", "status", "reset", "body", "truncate", "quota", "delivery")
CALLBACKS = (
    "callback_late_s",
    "callback_copies",
    "callback_repeats",
    "callback_hold",
    "callback_shape",
    "callback_format",
    "callback_lost",
    "callback_forged",
)
NAMES = frozenset({"token", *ERRCODES, *ANSWERS, *CALLBACKS})
# Faults that take effect once, when set.
ACTIONS = ("expired", "rotated")


class Reset(Exception):
    """Closes the connection without an answer."""


class Faults:
    """The faults in force, until they are cleared.

    token: "expired" or "rotated" (once), or "always_40001", or an errcode for every token;
    send, login, code_image, stable_token, face_begin, face_result, risk, templates: an errcode for that call;
    quota: {path: calls a minute}, then 45009; delivery: the ErrorCode of the sent events, and no message;
    latency_ms: wait first; hang: never answer; status and body: answer this instead; reset: close the
    connection without an answer; truncate: close it in the middle of one;
    callback_late_s: CreateTime that old; callback_copies: each event so often, freshly signed;
    callback_repeats: the very same bytes so often; callback_hold: until POST /sim/v1/callbacks/release;
    callback_shape: object or array; callback_format: json or xml; callback_lost; callback_forged.
    """

    def __init__(self) -> None:
        self._now: dict[str, Any] = {}

    def set(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Set faults; {"clear": true} or an empty object clears all. Return the active ones."""
        unknown = set(wanted) - NAMES - {"clear"}
        if unknown:
            raise ValueError(f"unknown faults: {', '.join(sorted(unknown))}")
        kept = {} if wanted.get("clear") or not wanted else self._now
        changes = {name: value for name, value in wanted.items() if name in NAMES and value not in ACTIONS}
        self._now = {name: value for name, value in (kept | changes).items() if value not in (None, False)}
        return dict(self._now)

    def get(self, name: str) -> Any:
        """Return one fault in force, or None."""
        return self._now.get(name)

    def all(self) -> dict[str, Any]:
        """Return the faults in force."""
        return dict(self._now)

    def errcode(self, path: str) -> int:
        """Return the errcode that replaces the answer of this call, or 0."""
        return next(
            (int(self._now[name]) for name, of in ERRCODES.items() if of == path and name in self._now), 0
        )

    def before(self) -> Response | None:
        """Apply the faults due before an answer; return the replacement answer, if any."""
        faults = self._now
        time.sleep(float(faults.get("latency_ms") or 0) / 1000)
        if faults.get("hang"):
            time.sleep(HANG_S)
        if faults.get("reset"):
            raise Reset
        if faults.get("status") or faults.get("body") is not None:
            text = str(faults.get("body") or "<html><body>error</body></html>")
            return Response(text, status=int(faults.get("status") or 200), mimetype="text/html")
        return None

    def after(self, response: Response) -> Response:
        """Announce more bytes than are sent, where the answer is to be truncated."""
        if self._now.get("truncate"):
            whole = response.get_data()
            # Not set_data, which would correct the length.
            response.response = [whole[: len(whole) // 2]]
            response.headers["Content-Length"] = str(len(whole))
        return response
