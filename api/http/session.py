"""Authentication: institutions by API key, phones by session token."""

from sqlalchemy import and_, bindparam, or_, select

from api.limits import rates
from api.messaging.wechat_refusals import trouble
from api.ports import Ports
from models import tables
from models.base import Base
from models.domain.errors import Forbidden, Unidentified
from models.domain.identity.rate import RateKind
from models.domain.person import User
from models.domain.retention import SESSIONS
from models.vault import digest
from wechat.errors import WeChatError, WeChatRefused
from wechat.refusals import Kind

# 高风险等级用户，小程序登录拦截.
AT_RISK = 40226
# Built once: every request of a till begins with it.
_ROW = Base.metadata.tables["institution"].c
_FORMER = and_(_ROW.former_key_hash == bindparam("hashed"), _ROW.former_key_until > bindparam("now"))
_BY_KEY = select(_ROW.id).where(or_(_ROW.api_key_hash == bindparam("hashed"), _FORMER))


def institution_of(ports: Ports, api_key: str) -> str:
    """Return the id of the institution an API key belongs to, or raise Unidentified."""
    with ports.database.reading() as db:
        found = db.scalar(_BY_KEY, {"hashed": digest(api_key), "now": ports.now()})
    if found is None:
        raise Unidentified("the API key is not valid")
    return str(found)


def login(ports: Ports, code: str) -> tuple[str, int]:
    """Exchange WeChat's login code for a session token; return it with its lifetime in seconds."""
    openid = _openid(ports, code)
    rates.take(ports, openid, RateKind.SESSION)
    token = ports.random.token(43)
    with ports.database.transaction() as db:
        hashed = digest(token)
        row = tables.Session(
            token_hash=hashed,
            openid=ports.vault.seal(f"session.openid:{hashed}", openid),
            openid_index=ports.vault.index("openid", openid),
            expires_at=ports.now() + SESSIONS,
        )
        db.add(row)
    return token, int(SESSIONS.total_seconds())


def _openid(ports: Ports, code: str) -> str:
    """Return the openid of a login code, or raise a Refusal."""
    try:
        return ports.wechat.code_to_session(code)
    except WeChatRefused as error:
        if error.errcode == AT_RISK:
            raise Forbidden(
                "WeChat does not let this account log in", code="wechat_account_blocked"
            ) from None
        if error.kind is Kind.PERMANENT:
            raise trouble(error) from None
        raise Unidentified("the login code is not valid", code="login_code_invalid") from None
    except WeChatError as error:
        raise trouble(error) from None


def user_of(ports: Ports, token: str) -> User:
    """Return the user of a session token, or raise Unidentified."""
    hashed = digest(token)
    with ports.database.reading() as db:
        row = db.get(tables.Session, hashed)
    if row is None or ports.now() >= row.expires_at:
        raise Unidentified("please log in again", code="session_expired")
    return User(ports.vault.text(f"session.openid:{hashed}", row.openid), row.openid_index)
