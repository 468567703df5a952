"""The insured's answer to a new reference on their own phone: yes, no, and taking a yes back."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.directory import photos, portraits, replaced
from api.directory.comparison import in_use
from api.directory.gallery import opened
from api.directory.references import revoke
from api.policies import versions
from api.ports import Ports
from api.privacy import renewals
from api.privacy.renewals import Actor
from api.privacy.rights import own_persons
from matcher.errors import MatcherUnavailable
from matcher.types import Template
from models import tables
from models.domain.console import renewal as rules
from models.domain.console.act import ActKind
from models.domain.console.renewal import Answer, RenewalState
from models.domain.errors import Absent, Busy
from models.domain.person import User
from models.vault import CannotOpen

SHOWN_PX = 320
INSURED = "insured"


@dataclass(frozen=True, slots=True)
class Offer:
    """A renewal for the person it concerns; the pictures only while they are to choose."""

    row: tables.Renewal
    state: RenewalState
    may_revoke: bool
    institution: str
    old: str | None = None
    new: str | None = None


def of_person(ports: Ports, user: User) -> list[Offer]:
    """Return the renewals offered to this phone's owner, newest first; Forbidden on an unproven phone."""
    row, appeal, shop = tables.Renewal, tables.Appeal, tables.Institution
    wanted = select(row, shop.name).join(appeal, appeal.id == row.appeal_id)
    wanted = wanted.join(shop, shop.id == appeal.institution_id).where(row.offered_at.is_not(None))
    with ports.database.reading() as db:
        mine = wanted.where(row.person_id.in_(own_persons(ports, db, user)))
        found = db.execute(mine.order_by(row.created_at.desc()).limit(20)).all()
        return [_offer(ports, db, one, name) for one, name in found]


def answer(ports: Ports, user: User, renewal_id: str, said: Answer) -> Offer:
    """Apply the insured's answer, once; repeated, it changes nothing.

    Raises Absent for another person's renewal, Forbidden `recent_pass_needed` on an unproven phone, and
    Conflict `wrong_state` where it cannot be answered so now.
    """
    fresh = _fresh(ports, renewal_id) if said is Answer.REVOKE else {}
    with ports.database.transaction() as db:
        # The owner first: an unproven phone learns nothing of what exists.
        own, row = own_persons(ports, db, user), db.get(tables.Renewal, renewal_id)
        if row is None or row.offered_at is None or row.person_id not in own:
            raise Absent
        row, case = renewals.locked(ports, db, renewal_id)
        target = rules.answered(row.state, said, row.until, ports.now())
        by = Actor(INSURED, user.openid)
        if target is RenewalState.ACCEPTED:
            _accept(ports, db, row)
            renewals.tell(ports, case, row, ActKind.REFERENCE_RENEWED, by)
        elif target is RenewalState.REVOKED:
            _revoke(ports, db, row, fresh)
        if target in (RenewalState.DECLINED, RenewalState.REVOKED):
            row.answered_at = row.answered_at or ports.now()
            renewals.end(ports, case, row, target, by)
        told = _offer(ports, db, row, case.institution.name)
    if target is not None:
        renewals.settle(ports, renewal_id)
    return told


def _accept(ports: Ports, db: Session, row: tables.Renewal) -> None:
    """Put the held frame in the place of the references in use."""
    row.state = rules.advance(row.state, RenewalState.ACCEPTED)
    row.answered_at, row.until = ports.now(), ports.now() + rules.BACK
    row.due_at = row.until
    held = db.get_one(tables.HeldPhoto, row.photo_id, with_for_update=True, populate_existing=True)
    row.photo_id, row.displaced = replaced.replace(ports, db, held, row.until)


def _revoke(ports: Ports, db: Session, row: tables.Renewal, fresh: Mapping[str, Sequence[Template]]) -> None:
    """Put the replaced references back in the place of the new one, whose photo is owed to the deletion."""
    used = [one for one in in_use(db, row.person_id) if one.id == row.photo_id]
    row.owed = [*row.owed, *revoke(ports, db, used)]
    replaced.put_back(ports, db, replaced.kept(db, row.displaced), fresh)


def _fresh(ports: Ports, renewal_id: str) -> dict[str, Sequence[Template]]:
    """Return new templates of the replaced references that have none of the model set in force."""
    made: dict[str, Sequence[Template]] = {}
    with ports.database.reading() as db:
        row = db.get(tables.Renewal, renewal_id)
        rows = replaced.kept(db, row.displaced) if row else []
        engine = versions.active(db).model_set
        stale = [
            (one.id, one.photo_key)
            for one in rows
            if all(each.engine != engine for each in opened(ports, one).templates)
        ]
    for reference_id, key in stale:
        try:
            made[reference_id] = portraits.examine(ports, photos.get(ports, key)).templates
        except MatcherUnavailable:
            raise Busy("the picture cannot be examined now; please try again") from None
        except (KeyError, CannotOpen):
            continue
    return made


def _offer(ports: Ports, db: Session, row: tables.Renewal, institution: str) -> Offer:
    state = rules.seen(row.state, row.until, ports.now())
    back = rules.may_revoke(state, row.until, ports.now())
    if state is not RenewalState.OFFERED:
        return Offer(row, state, back, institution)
    held = db.get_one(tables.HeldPhoto, row.photo_id)
    older = next((one for one in in_use(db, row.person_id) if one.created_at <= held.created_at), None)
    inside = ports.within(db)
    old = _picture(inside, older.photo_key) if older else None
    return Offer(row, state, back, institution, old, _picture(inside, held.photo_key))


def _picture(ports: Ports, key: str) -> str | None:
    """Return a photo's thumbnail as a data: address, or None where it cannot be read."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    try:
        small = ImageOps.exif_transpose(Image.open(io.BytesIO(photos.get(ports, key)))).convert("RGB")
    except (KeyError, CannotOpen, OSError):
        return None
    small.thumbnail((SHOWN_PX, SHOWN_PX))
    made = io.BytesIO()
    small.save(made, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(made.getvalue()).decode()
