"""The mini-program code images shown by the PC."""

from io import BytesIO

import segno
from sqlalchemy import select

from api.messaging.push import PAGE
from api.messaging.wechat_refusals import trouble
from api.ports import Ports
from api.verification import case as cases
from models import tables
from models.domain.attempt import AttemptState, Channel
from models.domain.errors import Absent, Busy, Ended, Misconfigured
from wechat.errors import WeChatError

SUBSCRIBE_PAGE = "pages/subscribe/subscribe"
SHOWN = frozenset({AttemptState.WAITING, AttemptState.OPENED})


def image(ports: Ports, scene: str) -> bytes:
    """Return the code's image, fetched from WeChat once; raises Ended when the scene is over."""
    with ports.database.reading() as db:
        wanted = select(tables.Attempt).where(
            tables.Attempt.scene == scene, tables.Attempt.channel == Channel.QR
        )
        found = db.scalar(wanted)
    if found is None:
        raise Absent
    case = cases.seen(ports, found.verification_id)
    if case.attempt(found.id).state not in SHOWN:
        raise Ended("this code is no longer valid")
    if case.institution.sandbox:
        return _invented(scene)
    return _picture(ports, f"codes/{found.id}", scene, PAGE)


def _invented(scene: str) -> bytes:
    """Return an ordinary QR code that opens no mini-program, for the sandbox."""
    picture = BytesIO()
    segno.make(f"sandbox:{scene}", error="m").save(picture, kind="png", scale=8)
    return picture.getvalue()


def subscribe_image(ports: Ports) -> bytes:
    """Return the code that opens the subscription page (引导开通); always the same, without a ticket."""
    release = ports.settings.wechat_env_version
    return _picture(ports, f"codes/subscribe-{release}", "subscribe", SUBSCRIBE_PAGE)


def may_show_subscribe(ports: Ports) -> bool:
    """Tell whether that code is stored or could be fetched: WeChat has not refused it permanently."""
    try:
        subscribe_image(ports)
    except Misconfigured:
        return False
    except Busy:
        return True
    return True


def _picture(ports: Ports, key: str, scene: str, page: str) -> bytes:
    """Return the stored image of a code, else WeChat's."""
    try:
        return ports.objects.get(key)
    except KeyError:
        picture = _fetch(ports, scene, page)
    ports.objects.put(key, picture)
    return picture


def _fetch(ports: Ports, scene: str, page: str) -> bytes:
    """Return WeChat's image, or raise Busy, or Misconfigured where a retry cannot help."""
    try:
        return ports.wechat.code_image(scene, page)
    except WeChatError as error:
        raise trouble(error) from None
