"""Console routes of the sign-in through an OpenID Connect provider."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from api.console.guard import limiter
from api.console.identity import oidc
from api.console.pages import keep, page
from api.console.routes import console
from api.http.web import ports
from models.domain.errors import Absent, Busy, SignInRefused

__all__ = ["console"]
# The other pages' words would speak of a password that nobody has typed here.
REFUSED = (
    "单位账号没有登录成功：运营台没有与它同名、已启用的账号，或者登录超过了 10 分钟、在单位登录页取消了。"
    "请回到首页重试；仍不行，请找管理员。"
)
AWAY = "单位的登录服务现在没有回答，请稍后再试，或用密码和动态码登录。"
COOKIE, PATH = "yibao_console_oidc", "/console/oidc"


@console.get("/oidc")
@limiter.limit("10 per minute")
def begin_oidc() -> Answer:
    """Send the browser to the identity provider's sign-in."""
    if not ports().settings.console_oidc_issuer:
        raise Absent("no identity provider is set")
    try:
        begun = oidc.begin(ports())
    except Busy:
        return page("refused.html", 503, said=AWAY)
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
    try:
        token = oidc.finish(ports(), request.cookies.get(COOKIE, ""), given)
    except SignInRefused:
        return page("refused.html", 401, said=REFUSED)
    except Busy:
        return page("refused.html", 503, said=AWAY)
    # A page, not a redirect: one that another site began would leave the strict session cookie behind.
    response = keep(page("signed_in.html", home=url_for("console.home")), token)
    response.delete_cookie(COOKIE, path=PATH)
    return response
