"""The popup's holder: the browser that opened its link first, identified by a cookie."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from api.verification import case as cases
from api.verification.case import Case
from models import tables
from models.domain.errors import Ended, Forbidden
from models.vault import digest

# How long after the end the page still shows the result.
KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PopupCredentials:
    """The request's credentials: link, cookie, CSRF token, and the number of the attempt its page showed."""

    token: str
    cookie: str | None
    csrf: str = ""
    attempt: int = 0


def enter(ports: Ports, credentials: PopupCredentials, *, may_claim: bool) -> tuple[Case, str]:
    """Return the case and the holder's cookie; the first browser to open the link becomes the holder.

    Raises Ended `popup_void` for other browsers and for an unknown or replaced link.
    """
    if credentials.cookie is not None or not may_claim:
        return held(ports, credentials), credentials.cookie or ""
    with ports.database.transaction() as db:
        case = cases.current(ports, db, _find(db, credentials.token))
        if (
            case.verification.popup_hash != digest(credentials.token)
            or case.verification.popup_holder is not None
        ):
            raise _void()
        cookie = ports.random.token(32)
        case.verification.popup_holder = digest(cookie)
        return case, cookie


def held(ports: Ports, credentials: PopupCredentials) -> Case:
    """Return the case for the popup's holder, or raise Ended `popup_void`."""
    case = _seen(ports, credentials.token)
    _check_holder(case, credentials)
    if _is_over(ports, case):
        raise _void()
    return case


def framers(ports: Ports, token: str) -> list[str]:
    """Return the origins that may frame this link's pages, void ones included; none for an unknown link."""
    try:
        return _seen(ports, token).institution.popup_origins
    except Ended:
        return []


def csrf(ports: Ports, cookie: str) -> str:
    """Return the CSRF token for the forms of this cookie's pages."""
    return ports.vault.index("popup_csrf", cookie)


def _is_over(ports: Ports, case: Case) -> bool:
    """Tell whether the popup's result has been shown for long enough."""
    row = case.verification
    return ports.now() >= (row.ended_at or row.expires_at) + KEPT


def _seen(ports: Ports, token: str) -> Case:
    """Return the case of a link with expiries applied."""
    with ports.database.reading() as db:
        verification_id = _find(db, token)
    return cases.seen(ports, verification_id)


def _find(db: Session, token: str) -> str:
    """Return the verification id of a link, or raise Ended `popup_void`."""
    wanted = select(tables.Verification.id).where(tables.Verification.popup_hash == digest(token))
    found = db.scalar(wanted)
    if found is None:
        raise _void()
    return found


def _check_holder(case: Case, credentials: PopupCredentials) -> None:
    row = case.verification
    right = (
        row.popup_hash == digest(credentials.token)
        and credentials.cookie is not None
        and row.popup_holder is not None
    )
    if not right or not hmac.compare_digest(row.popup_holder or "", digest(credentials.cookie or "")):
        raise _void()


def _void() -> Ended:
    return Ended("this link is not valid here", code="popup_void")


def acting(ports: Ports, db: Session, credentials: PopupCredentials) -> Case:
    """Return the case, locked, for an action of the holder."""
    case = cases.current(ports, db, _find(db, credentials.token))
    _check_holder(case, credentials)
    if not hmac.compare_digest(csrf(ports, credentials.cookie or "").encode(), credentials.csrf.encode()):
        raise Forbidden("the form is not from this page", code="csrf_wrong")
    return case
