"""Reads and decisions of the held photos' pages; loads image libraries, so import it inside functions."""

from api.admin import import_reviews
from api.admin.import_reviews import Decided
from api.console.sessions import SignedIn
from api.directory import batches, held
from api.directory.batches import ContactSheet
from api.directory.held import Ruling
from api.ports import Ports
from models.domain.errors import Malformed

RULINGS = ("accept", "twins", "refuse")


def sheet(ports: Ports, import_id: str) -> ContactSheet:
    """Return the contact sheet of an import awaiting review."""
    return batches.contact_sheet(ports, import_id)


def sheet_photos(ports: Ports, import_id: str) -> list[str]:
    """Return the photos of a contact sheet as data: addresses."""
    return batches.photos(ports, sheet(ports, import_id))


def photos_beside(ports: Ports, held_id: str) -> list[str]:
    """Return a held photo, the person's own, and the similar ones of others, as data: addresses."""
    one = held.one_side_by_side(ports, held_id)
    return [one.photo, *one.own, *(photo for _, photos in one.others for photo in photos)]


def decide(ports: Ports, who: SignedIn, held_id: str, said: tuple[str, str]) -> None:
    """Decide on one photo by the form's choice and reason; raises Malformed for an unknown choice."""
    import_reviews.decide(ports, held_id, _decided(who, said))


def decide_all(ports: Ports, who: SignedIn, import_id: str, said: tuple[str, str]) -> None:
    """Decide on a whole import by the form's choice and reason."""
    import_reviews.decide_all(ports, import_id, _decided(who, said))


def _decided(who: SignedIn, said: tuple[str, str]) -> Decided:
    choice, why = said
    if choice not in RULINGS:
        raise Malformed("choice")
    return Decided(who.operator_id, Ruling(choice != "refuse", who.name, why, choice == "twins"))
