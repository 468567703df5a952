"""Replaces a reference by a picture of an upheld appeal, with the same checks as an import."""

from api.appeals import review
from api.directory import references
from api.directory.gallery import Gallery
from api.ports import Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.errors import Absent, Conflict


def renew(ports: Ports, appeal_id: str, picture: str) -> str:
    """Offer a picture of an upheld appeal as the person's newest reference; return the verdict.

    Verdicts: `ok`, `held` where it is unlike the earlier photos or like another person's, `unchanged`,
    `refused_before`, or the photo's defect. Raises Absent for an unknown appeal or picture, and Conflict for
    an appeal that is not upheld or a person who withdrew.
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
    """Return the appeal's person, unless they withdrew."""
    with ports.database.reading() as db:
        person = db.get(tables.Person, row.person_id) if row.person_id else None
        if person is None:
            raise Absent("nobody on record lodged this appeal")
        if db.get(tables.Tombstone, person.id_index) is not None:
            raise Conflict("this person has withdrawn")
        return person.id
