"""Console routes of the sign-in through an OpenID Connect provider."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from api.console.guard import limiter
from api.console.identity import oidc
from api.console.pages import keep, page
from api.console.routes import console
from api.http.web import ports
from models.domain.errors import Absent

__all__ = ["console"]
COOKIE, PATH = "yibao_console_oidc", "/console/oidc"


@console.get("/oidc")
@limiter.limit("10 per minute")
def begin_oidc() -> Answer:
    """Send the browser to the identity provider's sign-in."""
    if not ports().settings.console_oidc_issuer:
        raise Absent("no identity provider is set")
    begun = oidc.begin(ports())
    response = redirect(begun.url, 303)
    https = ports().settings.base_url.startswith("https://")
    # Lax: the provider sends the browser back from its own site, where a strict cookie would stay behind.
    response.set_cookie(
        COOKIE, begun.kept, path=PATH, max_age=600, secure=https, httponly=True, samesite="Lax"
    )
    return response


@console.get("/oidc/return")
@limiter.limit("10 per minute")
def finish_oidc() -> Response:
    """Begin a session for the person whom the identity provider names."""
    if not ports().settings.console_oidc_issuer:
        raise Absent("no identity provider is set")
    given = {name: value for name, value in request.args.items() if len(value) <= 4096}  # noqa: PLR2004
    token = oidc.finish(ports(), request.cookies.get(COOKIE, ""), given)
    # A page, not a redirect: one that another site began would leave the strict session cookie behind.
    response = keep(page("signed_in.html", home=url_for("console.home")), token)
    response.delete_cookie(COOKIE, path=PATH)
    return response
