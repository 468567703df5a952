"""The picture of a mini-program code that the PC shows."""

from sqlalchemy import select

from api import case as cases
from api.flows.push import PAGE
from api.ports import Ports
from models import tables
from models.domain.attempt import AttemptState, Channel
from models.domain.errors import Absent, Busy, Ended
from wechat.errors import WeChatBusy, WeChatRefused, WeChatUnknown

SHOWN = frozenset({AttemptState.WAITING, AttemptState.OPENED})


def image(ports: Ports, scene: str) -> bytes:
    """Return the code's picture, fetched from WeChat once; Ended when the scene is over."""
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
    key = f"codes/{found.id}"
    try:
        return ports.objects.get(key)
    except KeyError:
        picture = _fetch(ports, scene)
    ports.objects.put(key, picture)
    return picture


def _fetch(ports: Ports, scene: str) -> bytes:
    """Return the picture from WeChat, or raise Busy."""
    try:
        return ports.wechat.code_image(scene, PAGE)
    except (WeChatBusy, WeChatRefused, WeChatUnknown):
        raise Busy("WeChat does not answer; please load the code again") from None
