"""Access to photos: a reason first, then a minute of watermarked pictures; each access is an act."""

import base64
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from api.acts import ledger
from api.acts.ledger import Entry, record
from api.appeals import impartial, review
from api.appeals.impartial import Reviewer
from api.console.sessions import SignedIn
from api.ports import CHINA, Ports
from models import tables
from models.domain.console.act import ActKind
from models.domain.errors import Absent, Conflict, Forbidden
from models.domain.named import noted

SHOWN = timedelta(seconds=60)
# Kinds of access, beside the names of an appeal's pictures.
HELD, SHEET = "held", "sheet"
SHEET_COLUMNS = 10


def ask(ports: Ports, who: SignedIn, what: tuple[str, str], why: str) -> str:
    """Record a photo access and its reason; return the act's id, which grants access for 60 s.

    Raises Absent for an unknown appeal, Forbidden for somebody it concerns, Invalid without a reason.
    """
    subject, picture = what
    told = {"picture": picture, "why": noted(why)}
    with ports.database.transaction() as db:
        if picture not in (HELD, SHEET):
            row = db.get(tables.Appeal, subject)
            if row is None:
                raise Absent("no such appeal")
            impartial.require(db, Reviewer(who.operator_id, who.id_index), row)
        return record(ports, db, Entry(who.operator_id, ActKind.PHOTO_OPENED, subject, told)).id


def require(ports: Ports, who: SignedIn, appeal_id: str) -> None:
    """Raise Conflict `photos_unseen` where the appeal has photos and this account has opened none.

    Raises Forbidden `not_impartial` before, so that nobody is sent to photos that are not theirs to see.
    """
    with ports.database.reading() as db:
        row = db.get(tables.Appeal, appeal_id)
        if row is None:
            raise Absent("no such appeal")
        impartial.require(db, Reviewer(who.operator_id, who.id_index), row)
        seen = ledger.has(db, Entry(who.operator_id, ActKind.PHOTO_OPENED, appeal_id))
    if not seen and review.exhibit(ports, appeal_id).pictures:
        raise Conflict("look at the photos first", code="photos_unseen")


def photo(ports: Ports, who: SignedIn, act_id: str) -> bytes:
    """Return the watermarked JPEG of one's own access, which must be at most 60 s old.

    Raises Absent for another account's act or a deleted photo, Forbidden after 60 s.
    """
    with ports.database.reading() as db:
        act = ledger.act(db, act_id)
    if act is None or act.kind != ActKind.PHOTO_OPENED or act.actor != who.operator_id:
        raise Absent("no such look")
    if not act.at <= ports.now() < act.at + SHOWN:
        raise Forbidden("the minute is over", code="photo_over")
    wanted = ledger.private_of(ports, act)["picture"]
    # Imported here so that only processes that show photos load Pillow.
    from api.console import watermark  # noqa: PLC0415

    found = _pictures(ports, act.subject or "", wanted)
    columns = SHEET_COLUMNS if wanted == SHEET else len(found)
    at = act.at.astimezone(CHINA).strftime("%m-%d %H:%M")
    return watermark.marked(watermark.grid(found, columns), (who.name, at, f"#{act.seq}"))


def _pictures(ports: Ports, subject: str, wanted: str) -> list[bytes]:
    """Return the accessed pictures in the order shown; raises Absent where one is missing."""
    # Imported here so that only processes that show photos load OpenCV.
    from api.console.actions import held_photos  # noqa: PLC0415

    if wanted == HELD:
        addresses = held_photos.photos_beside(ports, subject)
    elif wanted == SHEET:
        addresses = held_photos.sheet_photos(ports, subject)
    else:
        return _of_appeal(ports, subject, wanted.split("+"))
    found = [base64.b64decode(one.partition(",")[2]) for one in addresses if one]
    if not found:
        raise Absent("this photo is gone")
    return found


def _of_appeal(ports: Ports, appeal_id: str, names: Sequence[str]) -> list[bytes]:
    """Return pictures of an appeal as others see the person: what a phone mirrored is turned back."""
    # Imported here so that only processes that show photos load Pillow.
    from api.console import watermark  # noqa: PLC0415

    seen = review.exhibit(ports, appeal_id)
    if not set(names) <= set(seen.pictures):
        raise Absent("this photo is gone")
    frame = tables.Frame
    keys = [seen.keys[one] for one in names]
    with ports.database.reading() as db:
        turned = set(db.scalars(select(frame.file_key).where(frame.file_key.in_(keys), frame.mirrored)))
    return [
        watermark.turned(seen.pictures[one]) if key in turned else seen.pictures[one]
        for one, key in zip(names, keys, strict=True)
    ]
