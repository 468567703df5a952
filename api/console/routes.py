"""Console routes of sign-in, accounts and the record of acts."""

import segno
from flask import Blueprint, Response, g, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound

from api.acts import ledger
from api.acts.ledger import Entry, record
from api.console import accounts as book
from api.console import sessions
from api.console.guard import check, is_ours, limiter, needs, see, takes_form
from api.console.pages import COOKIE, MENU, PATH, keep, me, page, refused
from api.http import problems
from api.http.web import ports
from models.domain.console.act import ActKind
from models.domain.console.operator import Right, Role
from models.domain.errors import Malformed, Refusal, SignInRefused
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdType

console = Blueprint("console", __name__, url_prefix=PATH)
console.before_request(check)
MOST = 500


@console.get("/")
@needs(None)
def home() -> Response:
    """Redirect to the first page that this role may see."""
    first = next(((end, values) for right, end, values, _ in MENU if me().may(right)), None)
    return see(first[0], **first[1]) if first else page("empty.html")


@console.route("/sign-in", methods=["GET", "POST"])
@takes_form
@limiter.limit("10 per minute", methods=["POST"])
def sign_in() -> Response:
    """Show the sign-in form, or begin a session from name, password and one-time code."""
    if request.method == "GET":
        return page("sign_in.html", oidc=bool(ports().settings.console_oidc_issuer))
    try:
        token = sessions.sign_in(ports(), field("name"), field("password"), field("code"))
    except SignInRefused:
        return page("sign_in.html", 401, said=True, name=field("name"))
    return keep(see("console.home"), token)


@console.post("/sign-out")
@needs(None)
def sign_out() -> Response:
    """End the session."""
    sessions.sign_out(ports(), me())
    response = see("console.sign_in")
    response.delete_cookie(COOKIE, path=PATH)
    return response


@console.route("/code", methods=["GET", "POST"])
@needs(None)
@limiter.limit("10 per minute", methods=["POST"])
def code() -> Response:
    """Ask for a fresh one-time code before a sensitive action."""
    after = request.values.get("after", "")
    if request.method == "GET":
        return page("code.html", after=after)
    try:
        sessions.confirm(ports(), me(), field("code"))
    except SignInRefused:
        return page("code.html", 401, after=after, said=True)
    return Response(status=303, headers={"Location": after if is_ours(after) else url_for("console.home")})


@console.route("/join/<string:token>", methods=["GET", "POST"])
@takes_form
@limiter.limit("10 per minute", methods=["POST"])
def join(token: str) -> Response:
    """Activate an invited account: set its password, show its TOTP secret and recovery codes."""
    said = None
    if request.method == "POST":
        try:
            recovery = book.join(ports(), token, field("password"), field("code"))
            return page("joined.html", recovery=recovery)
        except Refusal as refusal:
            if refusal.code not in ("password_weak", "code_wrong"):
                raise
            said = refusal.code
    with ports().database.reading() as db:
        row = book.invited(ports(), db, token)
        codes = book.secret_of(ports(), row)
    drawn = segno.make(codes.provisioning_uri(name=row.name, issuer_name="医保人脸核验"), error="m")
    return page(
        "join.html",
        422 if said else 200,
        name=row.name,
        secret=codes.secret,
        said=said,
        picture=drawn.svg_data_uri(scale=4),
    )


@console.get("/accounts")
@needs(Right.SEE_ACCOUNTS)
def accounts() -> Response:
    """Show all accounts."""
    with ports().database.reading() as db:
        return page("accounts.html", rows=book.everybody(db), roles=list(Role), Right=Right)


@console.post("/accounts")
@needs(Right.CHANGE_ACCOUNTS)
def invite() -> Response:
    """Invite a person and show the link, which cannot be read again."""
    try:
        role = Role(field("role"))
    except ValueError:
        raise Malformed("role") from None
    document = idnumber.parse(IdType.RESIDENT, field("id_number"), ports().today())
    invited = book.invite(ports(), me().operator_id, field("name"), role, document)
    link = f"{ports().settings.base_url}{url_for('console.join', token=invited.token)}"
    return page("invited.html", link=link, name=field("name"))


@console.post("/accounts/<string:operator_id>/remove")
@needs(Right.CHANGE_ACCOUNTS)
def remove(operator_id: str) -> Response:
    """Remove an account and end its sessions."""
    book.remove(ports(), me().operator_id, operator_id)
    return see("console.accounts")


@console.get("/acts")
@needs(Right.SEE_ACTS)
def acts() -> Response:
    """Show the acts, newest first; viewing them is recorded as an act."""
    before = request.args.get("before", type=int)
    with ports().database.transaction() as db:
        rows = ledger.newest(db, before)
        names = {row.id: row.name for row in book.everybody(db)}
        record(ports(), db, Entry(me().operator_id, ActKind.ACTS_READ))
    return page("acts.html", rows=rows, names=names)


@console.errorhandler(Refusal)
def not_allowed(refusal: Refusal) -> Response:
    """Return the error page of a refusal."""
    return refused(refusal.code, problems.status_of(refusal))


@console.errorhandler(CSRFError)
def stale(_: CSRFError) -> Response:
    """Return the error page of an invalid CSRF token."""
    return page("refused.html", 400, said="页面已过期，请返回、刷新后再提交。")


@console.errorhandler(HTTPException)
def broken(error: HTTPException) -> Response:
    """Return the error page of an HTTP error, such as 404 or 429."""
    said = "尝试太频繁，请一分钟后再试。" if error.code == 429 else "没有这个页面，或现在打不开。"
    return page("refused.html", error.code or 500, said=said)


@console.app_errorhandler(NotFound)
def unknown(error: NotFound) -> Response:
    """Return the error page of an address that the console does not have; elsewhere a problem."""
    return broken(error) if request.path.startswith(f"{PATH}/") else problems.from_http(error)


@console.errorhandler(Exception)
def failed(error: Exception) -> Response:
    """Return the page of an unexpected error, which says under which id it is logged."""
    answer = problems.from_error(error)
    said = f"系统出错，没有完成。请稍后再试；仍不行，请把编号 {g.request_id} 告诉管理员。"
    try:
        return page("refused.html", answer.status_code, said=said)
    except Exception:  # noqa: BLE001
        # Not even the account can be read.
        return answer


def field(name: str) -> str:
    """Return a form field's value, "" where absent; raises Malformed above the length limit."""
    value = request.form.get(name, "")
    if len(value) > MOST:
        raise Malformed(name)
    return value.strip() if name != "password" else value
