"""HTTP client of a careful till: repeats a request until it gets an answer."""

import secrets
import ssl
import time
from typing import Any

import httpx

PATIENCE_S = 60.0
PAUSE_S = 0.3
# No effect, or an unknown one: repeat the request.
AGAIN = frozenset({429, 500, 502, 503, 504})
# Limits that waiting does not lift.
LASTING = frozenset({"appeal_quota"})
TICKETS = ("token", "popup_url", "qr_url")


class GaveUp(Exception):
    """No answer within PATIENCE_S."""


class Refused(Exception):
    """The service refused the request; `code` says why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class Client:
    """One till or phone; counts its `repeats` and keeps the `tickets` it was given: tokens and addresses."""

    def __init__(self, base_url: str, key: str = "") -> None:
        self.repeats, self.tickets, self._last = 0, set[str](), ""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # The system's authorities and SSL_CERT_FILE: an installation may have an authority of its own.
        self._trusted = ssl.create_default_context()
        self._http = httpx.Client(
            base_url=base_url, headers=headers, timeout=httpx.Timeout(15, connect=3), trust_env=False,
            verify=self._trusted,
        )  # fmt: skip

    def authorise(self, token: str) -> None:
        """Send a token with all further requests."""
        self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> dict[str, Any]:
        """Read a resource."""
        return self._ask("GET", path, {}, {})

    def post(self, path: str, body: dict[str, Any] | None = None, *, key: str = "") -> dict[str, Any]:
        """Send a request under an idempotency key; a new one is drawn where none is given."""
        return self._ask("POST", path, {"json": body or {}}, {"Idempotency-Key": key or secrets.token_hex(8)})

    def form(self, path: str, fields: dict[str, str], files: list[Any] | None = None) -> dict[str, Any]:
        """Send a multipart form."""
        parts = [(name, (None, text)) for name, text in fields.items()]
        return self._ask("POST", path, {"files": [*parts, *(files or [])]}, {})

    def page(self, url: str) -> bool:
        """Tell whether a browser without a cookie is shown a page."""
        try:
            answer = httpx.get(url, timeout=15, follow_redirects=True, trust_env=False, verify=self._trusted)
            status = answer.status_code
        except httpx.HTTPError:
            status = 0
        self.repeats += status != 200
        return status == 200

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, method: str, path: str, what: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            answer = self._once(method, path, what, headers)
            if answer is not None:
                self.tickets |= {str(answer[name]) for name in TICKETS if answer.get(name)}
                return answer
            self.repeats += 1
            time.sleep(PAUSE_S)
        raise GaveUp(f"{method} {path.split('/')[1]}… {self._last}")

    def _once(
        self, method: str, path: str, what: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any] | None:
        """Return the answer, or None where there was none; raises Refused."""
        try:
            response = self._http.request(method, path, headers=headers, **what)
            body: Any = response.json() if response.content else None
        except (httpx.HTTPError, ValueError) as error:
            self._last = type(error).__name__
            return None
        self._last = f"{response.status_code} {body.get('code') if isinstance(body, dict) else ''}"
        if not isinstance(body, dict):
            return None
        if response.status_code in AGAIN and body.get("code") not in LASTING:
            return None
        if response.status_code >= 400:
            if body.get("code") == "in_progress":
                return None
            raise Refused(response.status_code, str(body.get("code")))
        return body
