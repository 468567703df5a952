"""The popup's HTML responses: security policy and the holder's cookie."""

from typing import Any

from flask import Response, make_response, render_template

from api.http.web import ports
from api.popup import holder
from api.verification.case import Case

COOKIE = "yibao_popup"
# Only scripts with the nonce run, and what they import; 'self' would allow any file of ours.
POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


def html(template: str, framers: list[str], status: int, **shown: Any) -> Response:
    """Return a page whose Content-Security-Policy allows only scripts with this response's nonce."""
    nonce = ports().random.token()
    response = make_response(render_template(template, nonce=nonce, **shown), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = POLICY.format(
        nonce=nonce, ancestors=" ".join(framers) or "'none'"
    )
    return response


def keep(response: Response, token: str, case: Case, cookie: str) -> Response:
    """Set the holder's cookie, limited to this popup's paths and lifetime."""
    https = ports().settings.base_url.startswith("https://")
    framed = https and bool(case.institution.popup_origins)
    left = case.verification.expires_at + holder.KEPT - ports().now()
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=max(0, int(left.total_seconds())),
        path=f"/popup/{token}",
        secure=https,
        httponly=True,
        samesite="None" if framed else "Lax",
        partitioned=framed,
    )
    return response
