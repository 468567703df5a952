"""Who is calling: institutions by their key, phones by a session of ours."""

from sqlalchemy import select

from api.ports import Ports
from models import tables
from models.domain.errors import Busy, Unidentified
from models.domain.person import User
from models.domain.retention import SESSIONS
from models.vault import digest
from wechat.errors import WeChatBusy, WeChatRefused, WeChatUnknown


def institution_of(ports: Ports, api_key: str) -> str:
    """Return the id of the institution an API key belongs to, or raise Unidentified."""
    with ports.database.reading() as db:
        wanted = select(tables.Institution.id).where(tables.Institution.api_key_hash == digest(api_key))
        found = db.scalar(wanted)
    if found is None:
        raise Unidentified("the API key is not valid")
    return found


def login(ports: Ports, code: str) -> tuple[str, int]:
    """Exchange WeChat's login code for a token of ours and its life in seconds."""
    try:
        openid = ports.wechat.code_to_session(code)
    except WeChatRefused:
        raise Unidentified("the login code is not valid", code="login_code_invalid") from None
    except (WeChatBusy, WeChatUnknown):
        raise Busy("WeChat does not answer; please try again") from None
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


def user_of(ports: Ports, token: str) -> User:
    """Return who a token belongs to, or raise Unidentified."""
    hashed = digest(token)
    with ports.database.reading() as db:
        row = db.get(tables.Session, hashed)
    if row is None or ports.now() >= row.expires_at:
        raise Unidentified("please log in again", code="session_expired")
    return User(ports.vault.text(f"session.openid:{hashed}", row.openid), row.openid_index)
