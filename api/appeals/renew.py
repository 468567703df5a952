"""Renewing a reference from an upheld appeal, by the same checks as an import."""

from api.appeals import review
from api.directory import references
from api.directory.gallery import Gallery
from api.ports import Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.errors import Absent, Conflict


def renew(ports: Ports, appeal_id: str, picture: str) -> str:
    """Offer a picture of an upheld appeal as the person's newest reference; return the verdict on it.

    That is `ok`, `held` where it is unlike the earlier photos or like somebody else's, `unchanged`,
    `refused_before`, or what is wrong with the photo. Raises Absent for an appeal or a picture that is not
    there and Conflict for one not upheld or a person who has withdrawn.
    """
    seen = review.exhibit(ports, appeal_id)
    photo = seen.pictures.get(picture)
    if photo is None or picture.startswith("reference"):
        raise Absent("no such picture of this appeal")
    if seen.row.state is not AppealState.UPHELD:
        raise Conflict("only an upheld appeal renews a photo")
    person_id = _person(ports, seen.row)
    import_id = ports.new_id("imp")
    verdict = references.offer(ports, person_id, photo, import_id).code
    done = references.settle(ports, Gallery(ports), import_id).values()
    return next((one.reason or one.verdict for one in done), verdict)


def _person(ports: Ports, row: tables.Appeal) -> str:
    """Return whose appeal it is, unless they have withdrawn."""
    with ports.database.reading() as db:
        person = db.get(tables.Person, row.person_id) if row.person_id else None
        if person is None:
            raise Absent("nobody on record lodged this appeal")
        if db.get(tables.Tombstone, person.id_index) is not None:
            raise Conflict("this person has withdrawn")
        return person.id
