"""Replaces a reference by a picture of an upheld appeal, with the same checks as an import."""

from api.acts import ledger
from api.acts.ledger import Entry
from api.appeals import impartial, review
from api.appeals.impartial import Reviewer
from api.directory import references
from api.directory.gallery import Gallery
from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.console.act import ActKind
from models.domain.errors import Absent, Conflict

PROPOSED = "proposed"
MOST = 1000


def renew(ports: Ports, reviewer: Reviewer, appeal_id: str, picture: str) -> str:
    """Offer a frame of an upheld appeal as the person's newest reference; return the verdict.

    The first reviewer proposes (`proposed`), a second one with the same frame renews. Only frames of the
    failed try qualify: they were filmed live and judged by PAD, which a photo that was sent is not.
    Verdicts then: `ok`, `held` where it is unlike the earlier photos or like another person's, `unchanged`,
    `refused_before`, or the photo's defect. Raises Absent for an unknown appeal or frame, Forbidden for
    somebody concerned, and Conflict for an appeal that is not upheld or a person who withdrew.
    """
    seen = review.exhibit(ports, appeal_id)
    photo = seen.pictures.get(picture)
    if photo is None or not picture.startswith("frame-"):
        raise Absent("no such frame of this appeal")
    if seen.row.state is not AppealState.UPHELD:
        raise Conflict("only an upheld appeal renews a photo")
    person_id = _person(ports, seen.row)
    if not _is_second(ports, reviewer, seen.row, picture):
        return PROPOSED
    import_id = ports.new_id("imp")
    verdict = references.offer(ports, person_id, photo, import_id).code
    done = references.settle(ports, Gallery(ports), import_id).values()
    return next((one.reason or one.verdict for one in done), verdict)


def _is_second(ports: Ports, reviewer: Reviewer, row: tables.Appeal, picture: str) -> bool:
    """Record a reviewer's wish for this frame; return whether another reviewer wished for it before."""
    with ports.database.transaction() as db:
        hold(db, f"appeal {row.id}")
        impartial.require(db, reviewer, row)
        others = {
            one.actor
            for one in ledger.about(db, row.id, MOST)
            if one.kind == ActKind.RENEWAL_PROPOSED and ledger.private_of(ports, one)["picture"] == picture
        } - {reviewer.operator_id}
        kind = ActKind.REFERENCE_RENEWED if others else ActKind.RENEWAL_PROPOSED
        ledger.record(ports, db, Entry(reviewer.operator_id, kind, row.id, {"picture": picture}))
        return bool(others)


def _person(ports: Ports, row: tables.Appeal) -> str:
    """Return the appeal's person, unless they withdrew."""
    with ports.database.reading() as db:
        person = db.get(tables.Person, row.person_id) if row.person_id else None
        if person is None:
            raise Absent("nobody on record lodged this appeal")
        if db.get(tables.Tombstone, person.id_index) is not None:
            raise Conflict("this person has withdrawn")
        return person.id
