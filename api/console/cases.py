"""An appeal as a reviewer sees it; every access to one of its photos is recorded as an act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.acts import ledger
from api.acts.ledger import Entry, record
from api.appeals import asking, dossier, impartial, renew, review
from api.appeals.asking import Request
from api.appeals.dossier import Dossier
from api.appeals.impartial import Reviewer
from api.appeals.review import Exhibit
from api.appeals.waiting import reviews_of
from api.console.sessions import SignedIn
from api.ports import CHINA, Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.console import review as rules
from models.domain.console.act import ActKind
from models.domain.console.renewal import RenewalState
from models.domain.console.review import Wanted
from models.domain.errors import Absent
from models.domain.named import noted

REFERENCE = "reference-0"


@dataclass(frozen=True, slots=True)
class CaseView:
    """An appeal, the names of its pictures, the verdicts that this account may see, and its renewal."""

    exhibit: Exhibit
    pictures: tuple[str, ...]
    verdicts: tuple[tables.Review, ...]
    dossier: Dossier
    asked: Request | None
    answer: str
    can_ask: bool
    askable: tuple[Wanted, ...]
    renewal: tuple[RenewalState, datetime] | None


def reviewer_of(who: SignedIn) -> Reviewer:
    """Return the account as the domain's reviewer."""
    return Reviewer(who.operator_id, who.id_index)


def opened(ports: Ports, who: SignedIn, appeal_id: str) -> CaseView:
    """Return an appeal; the access is recorded before.

    Reviews are blind: while the appeal is open no reviewer sees another's verdict. Raises Forbidden
    `not_impartial` for an account whose owner the appeal concerns.
    """
    with ports.database.transaction() as db:
        row = db.get(tables.Appeal, appeal_id)
        if row is None:
            raise Absent("no such appeal")
        impartial.require(db, reviewer_of(who), row)
        record(ports, db, Entry(who.operator_id, ActKind.CASE_OPENED, appeal_id))
        attempt = db.get_one(tables.Attempt, row.attempt_id)
        on_own_phone = rules.can_ask(attempt.channel, row.asked_at)
        askable = rules.askable(attempt.provider)
        given = [one for one in reviews_of(db, [appeal_id]).get(appeal_id, []) if one.verdict]
    found = review.exhibit(ports, appeal_id)
    is_open = found.row.state is AppealState.LODGED
    seen = [one for one in given if not is_open or one.operator_id == who.operator_id]
    asked = asking.request_of(ports, found.row)
    answer = asking.answer_of(ports, found.row)
    told = dossier.of(ports, appeal_id)
    renewal = renew.of_appeal(ports, appeal_id)
    pictures = _offered(found)
    return CaseView(found, pictures, tuple(seen), told, asked, answer, on_own_phone, askable, renewal)


def pictures(ports: Ports, appeal_id: str) -> tuple[str, ...]:
    """Return the names of the pictures that can be viewed, the comparisons first."""
    return _offered(review.exhibit(ports, appeal_id))


def _offered(found: Exhibit) -> tuple[str, ...]:
    names = tuple(found.pictures)
    return (*pairs(names), *names)


def exported(ports: Ports, who: SignedIn, appeal_id: str, why: str | None) -> Exhibit:
    """Return an appeal for a command, as an act; exporting its pictures needs `why` and is another act."""
    found = review.exhibit(ports, appeal_id)
    with ports.database.transaction() as db:
        impartial.require(db, reviewer_of(who), found.row)
        record(ports, db, Entry(who.operator_id, ActKind.CASE_OPENED, appeal_id))
        if why is not None:
            told = {"picture": ",".join(found.pictures), "why": noted(why)}
            record(ports, db, Entry(who.operator_id, ActKind.PHOTO_OPENED, appeal_id, told))
    return found


def pairs(names: Sequence[str]) -> tuple[str, ...]:
    """Return the comparisons on offer: the newest reference beside each frame and appeal photo."""
    if REFERENCE not in names:
        return ()
    kinds = ("frame", "appeal")
    return tuple(f"{REFERENCE}+{one}" for kind in kinds for one in names if one.startswith(kind))


def note_of(ports: Ports, verdict: tables.Review) -> str:
    """Return the note of a verdict."""
    return ports.vault.text(f"review.note:{verdict.id}", verdict.note) if verdict.note else ""


def acts_on(ports: Ports, appeal_id: str, most: int = 200) -> Sequence[tables.Act]:
    """Return what was seen and done of an appeal, oldest first."""
    with ports.database.reading() as db:
        return ledger.about(db, appeal_id, most)


def left_until(row: tables.Appeal) -> str:
    """Return the review deadline in China Standard Time (YYYY-MM-DD HH:MM)."""
    return rules.due_at(row.created_at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
