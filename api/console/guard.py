"""Authorization of the console: every view declares its right; a view without one is refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, Request, Response, current_app, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as Answer

from api.console.charts import percent
from api.console.pages import COOKIE, PATH, me
from api.console.sessions import SignedIn, signed_in
from api.http.description import FORM, Body, describe
from api.http.docs.openapi import Api
from api.http.web import ports
from api.ports import CHINA
from models.domain.console.operator import SENSITIVE, Right
from models.domain.errors import Forbidden

View = TypeVar("View", bound=Callable[..., Any])
OPEN = frozenset({"console.sign_in", "console.join", "console.begin_oidc", "console.finish_oidc"})

KINDS = {"reference": "登记照片", "frame": "本次拍摄", "appeal": "申诉照片"}

takes_form = describe(body=Body(media=FORM))
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)


class Forms(SecureCookieSessionInterface):
    """Sessions of the console's forms; requests outside the console have none to read or sign."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the request's session, or None outside the console."""
        return super().open_session(app, request) if request.path.startswith(PATH) else None


class Browser(UserMixin):  # type: ignore[misc]
    """Flask-Login user that wraps the signed-in account."""

    def __init__(self, who: SignedIn) -> None:
        self.who = who
        self.id = who.operator_id


def needs(right: Right | None) -> Callable[[View], View]:
    """Return a decorator that declares a view's required right; None requires only a session."""

    def attach(view: View) -> View:
        view.right = right  # type: ignore[attr-defined]
        return takes_form(view)

    return attach


def install(app: Api) -> None:
    """Register the console's sessions, CSRF protection and rate limits by address."""
    composed = app.extensions["ports"]
    app.secret_key = composed.vault.index("console", "form tokens")
    https = composed.settings.base_url.startswith("https://")
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        SESSION_COOKIE_NAME="yibao_console_form",
        SESSION_COOKIE_PATH=PATH,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=https,
        RATELIMIT_STORAGE_URI=_storage(composed.settings.jobs_url),
        RATELIMIT_HEADERS_ENABLED=False,
    )
    app.session_interface = Forms()
    csrf.init_app(app)
    limiter.init_app(app)
    login = LoginManager(app)
    login.session_protection = None
    login.request_loader(_load)
    app.jinja_env.filters.update(china=_china, second=_second, picture=_picture, percent=percent)


@limiter.request_filter
def _elsewhere() -> bool:
    """Tell whether the request is outside the console, where sessions need not be loaded."""
    return not request.path.startswith(PATH)


def _china(at: datetime) -> str:
    """Return a time in China Standard Time (YYYY-MM-DD HH:MM)."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _second(at: datetime) -> str:
    """Return a time in China Standard Time with its seconds."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _picture(name: str) -> str:
    """Return the Chinese caption of an appeal's picture, or of two beside each other."""
    if "+" in name:
        return f"对照：{'与'.join(_picture(one) for one in name.split('+'))}"
    kind, _, number = name.partition("-")
    return f"{KINDS.get(kind, kind)} {int(number) + 1}"


def _storage(jobs_url: str) -> str:
    """Return the rate limiter's storage URL: Redis where configured, else this process's memory."""
    return jobs_url if jobs_url.startswith(("redis://", "rediss://")) else "memory://"


def _load(_: Any) -> Browser | None:
    """Return the user of the request's session cookie, or None."""
    token = request.cookies.get(COOKIE) if request.path.startswith(PATH) else None
    who = signed_in(ports(), token) if token else None
    return Browser(who) if who else None


def check() -> Answer | None:
    """Return None for an authorized request, a redirect to the sign-in, or raise Forbidden."""
    if request.method == "POST":
        csrf.protect()
    if request.endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("console.sign_in"), 303)
    view = current_app.view_functions[request.endpoint or ""]
    if not hasattr(view, "right") or (view.right is not None and not me().may(view.right)):
        raise Forbidden("this role may not do this")
    if view.right in SENSITIVE and not me().fresh and request.endpoint != "console.code":
        return redirect(url_for("console.code", after=_back()), 303)
    return None


def _back() -> str:
    """Return the URL to return to after sign-in; for a form post, the form's page."""
    return request.path if request.method == "GET" else url_for("console.home")


def is_ours(path: str) -> bool:
    """Tell whether a URL is a page of the console (prevents open redirects)."""
    return path.startswith(f"{PATH}/") and "//" not in path and "\\" not in path


def see(endpoint: str, **values: Any) -> Response:
    """Redirect with 303, so that a reload does not repeat the post."""
    return current_app.make_response(redirect(url_for(endpoint, **values), 303))
