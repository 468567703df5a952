"""What the popup's forms send. A field left empty counts as not sent."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.http.schemas.requests import Bypass
from api.http.schemas.text import IdNumber, PersonName, Relation, Word
from models.domain.agent import Checks
from models.domain.identity.idnumber import IdType


class Form(BaseModel):
    """The page's token, the number of the attempt it had shown, and the step it was at."""

    model_config = ConfigDict(extra="forbid")

    csrf: Annotated[str, StringConstraints(max_length=64)] = ""
    attempt: Annotated[int, Field(ge=0, le=10_000)] = 0
    step: Literal["choose", "manual", "confirm", "subscribe", "bypass"] | None = None

    @model_validator(mode="before")
    @classmethod
    def without_empty_fields(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Drop what was left empty."""
        return {name: value for name, value in fields.items() if value != ""}


class Pick(Form):
    """Whom the cashier picked from the list or typed in; on the QR channel it may be nobody yet."""

    person_id: Word | None = None
    name: PersonName | None = None
    id_number: IdNumber | None = None
    id_type: IdType = IdType.RESIDENT
    relation: Relation | None = None
    confirmed: Literal["yes"] | None = None
    cardholder_document: Literal["yes"] | None = None
    agent_document: Literal["yes"] | None = None

    def checks(self) -> Checks | None:
        """Return the check-list, or None where nothing was ticked."""
        ticked = (self.cardholder_document is not None, self.agent_document is not None)
        return Checks(*ticked) if any(ticked) else None


class Documents(Form, Bypass):
    """Whose documents were checked, by whom and why."""
