"""Parsing the chosen person of a request: a listed person, a typed one, or none yet."""

from typing import Protocol

from api.directory.identify import Named
from api.verification.attempt import Choice
from models.domain.agent import Checks
from models.domain.errors import Malformed
from models.domain.identity.idnumber import IdType


class Typed(Protocol):
    """Protocol of the fields that describe a typed person; a form's fields may be empty."""

    @property
    def name(self) -> str | None:
        """Return the name."""

    @property
    def id_number(self) -> str | None:
        """Return the document's number."""

    @property
    def id_type(self) -> IdType:
        """Return the kind of document."""

    @property
    def relation(self) -> str | None:
        """Return the person's relation to the card-holder."""


def chosen(person_id: str | None, typed: Typed | None, checks: Checks | None) -> Choice:
    """Return the choice; raise Malformed for a listed and a typed person at once, or half of one."""
    given = (typed.name, typed.id_number) if typed else (None, None)
    if person_id is not None:
        if any(given):
            raise Malformed("send person_id or a typed person, not both")
        return Choice(person_id, checks=checks)
    if typed is None or not any(given):
        return Choice(checks=checks)
    if not typed.name or not typed.id_number:
        raise Malformed("name and number belong together")
    return Choice(None, Named(typed.name, typed.id_number, typed.id_type), typed.relation, checks)
