"""Models of the popup's HTML forms; an empty field counts as absent."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.http.schemas.requests import Bypass
from api.http.schemas.text import IdNumber, PersonName, Relation, Word
from models.domain.agent import Checks
from models.domain.identity.idnumber import IdType


class Form(BaseModel):
    """Common fields of a popup form: token, number of the attempt shown, and current step."""

    model_config = ConfigDict(extra="forbid")

    csrf: Annotated[str, StringConstraints(max_length=64)] = ""
    attempt: Annotated[int, Field(ge=0, le=10_000)] = 0
    step: Literal["choose", "manual", "confirm", "subscribe", "bypass"] | None = None

    @model_validator(mode="before")
    @classmethod
    def without_empty_fields(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Drop empty fields."""
        return {name: value for name, value in fields.items() if value != ""}


class Pick(Form):
    """The listed or typed person the cashier chose; may be absent on the QR channel."""

    person_id: Word | None = None
    name: PersonName | None = None
    id_number: IdNumber | None = None
    id_type: IdType = IdType.RESIDENT
    relation: Relation | None = None
    confirmed: Literal["yes"] | None = None
    cardholder_document: Literal["yes"] | None = None
    agent_document: Literal["yes"] | None = None

    def checks(self) -> Checks | None:
        """Return the checklist, or None where nothing is ticked."""
        ticked = (self.cardholder_document is not None, self.agent_document is not None)
        return Checks(*ticked) if any(ticked) else None


class Documents(Form, Bypass):
    """Bypass form: whose documents were checked, by whom and why."""
