"""Request models; unknown fields are refused, so that a misspelt field is not silently ignored."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from api.http.schemas.text import IdNumber, Name, OrderNo, PersonName, Relation, Statement, Word, text
from models.domain.agent import Checks
from models.domain.appeal import AppealReason
from models.domain.attempt import Channel
from models.domain.identity.idnumber import IdType
from models.domain.notice import Part

Fen = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]


class Body(BaseModel):
    """A JSON body."""

    model_config = ConfigDict(extra="forbid")


class NamedPerson(Body):
    """A person as typed at the till or on the phone."""

    name: PersonName
    id_number: IdNumber
    id_type: IdType = IdType.RESIDENT


class Relative(NamedPerson):
    """An agent typed in, with the relation to the card-holder."""

    relation: Relation


class Cashier(Body):
    """Who serves the till."""

    id: Word
    name: Name


class Credential(Body):
    """The electronic voucher or card shown at the till."""

    kind: Word
    token: Annotated[str, text(512)]


class NewVerification(Body):
    """A purchase to verify."""

    order_no: OrderNo
    amount_fen: Fen
    counter: Word
    cashier: Cashier
    cardholder: NamedPerson
    credential: Credential | None = None
    notify_url: (
        Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[\x21-\x7e]+$")] | None
    ) = None


class Checklist(Body):
    """The documents that the counter checked before an agent is filmed."""

    cardholder_document: Annotated[bool, Field(strict=True)] = False
    agent_document: Annotated[bool, Field(strict=True)] = False

    def checks(self) -> Checks:
        """Return the checklist as the domain type."""
        return Checks(self.cardholder_document, self.agent_document)


class NewAttempt(Body):
    """The channel and the person of an attempt: a listed one, a typed one, or (qr) none yet."""

    channel: Channel
    person_id: Word | None = None
    person: Relative | None = None
    checks: Checklist | None = None


class Bypass(Body):
    """Documents checked by named staff instead of a face; `person_id` defaults to the last one's."""

    staff: Name
    document: Name
    reason: Annotated[str, text(200)]
    person_id: Word | None = None


class Settlement(Body):
    """The settlement that a receipt is redeemed for."""

    settlement_no: Word
    amount_fen: Fen


class Login(Body):
    """The code of wx.login."""

    code: Annotated[str, text(200)]


class PersonChoice(Body):
    """The person at the counter: a listed one or a typed one."""

    person_id: Word | None = None
    name: PersonName | None = None
    id_number: IdNumber | None = None
    id_type: IdType = IdType.RESIDENT
    relation: Relation | None = None
    checks: Checklist | None = None


class ConsentAnswer(Body):
    """The answer to the notice; `parts` answers each of its parts separately."""

    notice_version: Word
    granted: Annotated[bool, Field(strict=True)]
    parts: dict[Part, Annotated[bool, Field(strict=True)]] | None = None
    presence_code: Annotated[str, StringConstraints(max_length=8)] | None = None


class NewChallenge(Body):
    """Inputs to drawing a challenge: photosensitivity and device model."""

    photosensitive: Annotated[bool, Field(strict=True)] = False
    device: Word | None = None


class FrameMeta(Body):
    """Metadata of one frame."""

    seq: Annotated[int, Field(ge=0, le=100_000, strict=True)]
    t_ms: Annotated[int, Field(ge=0, le=600_000)]
    kind: Literal["motion", "evidence"]
    mirrored: Annotated[bool, Field(strict=True)] = False

    @field_validator("t_ms", mode="before")
    @classmethod
    def whole_milliseconds(cls, value: object) -> object:
        """Truncate fractional milliseconds, which phones' clocks report."""
        return int(value) if isinstance(value, float) and 0 <= value < 1e9 else value


class NewAppeal(Body):
    """The fields of an appeal besides its photos."""

    reason: AppealReason
    statement: Statement


class MoreForAppeal(Body):
    """What the insured writes when a reviewer has asked for more."""

    statement: Statement


class NewBinding(Body):
    """The person to receive pushes for; the six-digit till code proves that the phone is at the counter."""

    name: PersonName
    id_number: IdNumber
    id_type: IdType = IdType.RESIDENT
    till_code: Annotated[str, StringConstraints(max_length=16)] | None = None


class Subscription(Body):
    """The person's answer in WeChat's subscription panel."""

    template_id: Word
    result: Literal["accept", "acceptWithAudio", "reject", "ban", "filter"]


class StaffCode(Body):
    """The one-time code an administrator gave a member of staff."""

    code: Annotated[str, text(16)]


class OwnPerson(Body):
    """The person whose face is checked on this phone; must be bound to it."""

    person_id: Annotated[str, text(64)]


class Correction(Body):
    """What is wrong on record about a person whose pushes this phone receives."""

    person_id: Annotated[str, text(64)]
    statement: Statement


class Dispute(Body):
    """A dispute (不是我授权的), with an optional statement."""

    statement: Statement | None = None
