"""Response models; the OpenAPI document is generated from them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from models.domain.agent import Finding
from models.domain.appeal import AppealReason, AppealState
from models.domain.attempt import AttemptState, Channel
from models.domain.console.renewal import RenewalState
from models.domain.console.review import Wanted
from models.domain.decision import Outcome, Reason
from models.domain.law.request import RequestKind, RequestState
from models.domain.notice import Part
from models.domain.person import Network, NotFilmed, Proof, Push, Sex
from models.domain.provider import Provider
from models.domain.verification import VerificationState

# ISO 8601 with UTC offset, as 2026-11-28T12:00:00+00:00.
Instant = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

WebhookState = Literal["pending", "retry", "delivered", "dead"]


class Answer(BaseModel):
    """A JSON answer."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """An error (RFC 9457); `code` is the stable word to act on."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None


class CounterPerson(Answer):
    """One person as shown at the counter; `not_filmed` gives the reason why the policy forbids filming."""

    person_id: str
    name: str
    relation: str
    sex: Sex
    age: int | None
    not_filmed: NotFilmed | None
    enrolled: bool
    subscribed: bool
    push: Push


class ListedPerson(CounterPerson):
    """One person the cashier may pick."""

    network: Network


class ChosenPerson(Answer):
    """The person an attempt is for."""

    person_id: str
    name: str
    relation: str | None


class AttemptAnswer(Answer):
    """An attempt as the till reads it."""

    attempt_id: str
    channel: Channel
    state: AttemptState
    person: ChosenPerson | None
    created_at: Instant
    expires_at: Instant
    tries_left: int
    reason: str | None
    qr_url: str | None
    presence_code: str | None


class VerificationCreated(Answer):
    """A new verification."""

    id: str
    state: VerificationState
    popup_url: str
    expires_at: Instant
    persons: list[ListedPerson]


class VerificationAnswer(Answer):
    """A verification as the till reads it."""

    id: str
    order_no: str
    amount_fen: int
    state: VerificationState
    expires_at: Instant
    persons: list[ListedPerson]
    attempts: list[AttemptAnswer]
    receipt: str | None


class PopupAnswer(Answer):
    """The popup's new address."""

    popup_url: str


class TillCodeAnswer(Answer):
    """A six-digit till code, valid until it expires or is used."""

    till_code: str
    expires_at: Instant


class EventData(Answer):
    """One event as sent by SSE, webhook and long poll."""

    seq: int
    type: str
    created: Instant
    verification_state: VerificationState
    attempt_id: str | None
    attempt_state: AttemptState | None
    reason: str | None


class WebhookData(EventData):
    """One event with its verification and order, as sent by webhook."""

    verification_id: str
    order_no: str


class WebhookBody(Answer):
    """A webhook; `id` is the same each time it is sent."""

    id: str
    type: str
    created: Instant
    data: WebhookData


class EventsAnswer(Answer):
    """The result of a long poll."""

    events: list[EventData]
    last: int
    state: VerificationState


class DeliveryRow(Answer):
    """One webhook and its delivery state; `next_at` is the time of the next delivery, if any."""

    delivery_id: str
    type: str
    seq: int
    state: WebhookState
    tries: int
    created_at: Instant
    last_at: Instant | None
    last_status: int | None
    error: str | None
    next_at: Instant | None


class DeliveryList(Answer):
    """A verification's webhooks in the order of its events."""

    deliveries: list[DeliveryRow]


class ReceiptPerson(Answer):
    """The person verified, or the card-holder where documents were checked."""

    person_id: str
    relation: str


class ReceiptCardholder(Answer):
    """The card-holder, whose card pays."""

    person_id: str


class ReceiptAgent(Answer):
    """The agent who acted for the card-holder, and the documents that the counter checked."""

    person_id: str
    name: str
    relation: str
    checks: Mapping[str, bool] | None


class Receipt(Answer):
    """The payload of a receipt's compact JWS."""

    iss: str
    aud: str
    jti: str
    iat: int
    exp: int
    order_no: str
    amount_fen: int
    person: ReceiptPerson
    cardholder: ReceiptCardholder
    agent: ReceiptAgent | Literal[False]
    guardian: bool
    channel: Channel | None
    provider: Provider | Literal["documents"]
    result: Literal["passed", "appealed", "bypassed"]
    policy: int | None
    sandbox: Literal[True] | None = None


class Redemption(Answer):
    """The redemption of a receipt."""

    jti: str
    settlement_no: str
    amount_fen: int
    redeemed_at: Instant


class KeySet(Answer):
    """The public keys that verify receipts (JWK set, RFC 7517)."""

    keys: list[Mapping[str, str]]


class LoginAnswer(Answer):
    """A session token and its lifetime."""

    token: str
    expires_in: int


class NoticeAnswer(Answer):
    """The consent notice, and what of it is answered separately."""

    version: str
    text: str
    parts: list[Part]


class AppealWindow(Answer):
    """Whether an appeal would be accepted now, and until when."""

    allowed: bool
    until: Instant | None


class Successor(Answer):
    """What replaced a superseded scene; `scene` is set where the same phone may open it."""

    kind: Literal["message", "code", "wait", "ended"]
    scene: str | None


class SceneAnswer(Answer):
    """The scene as its owner's phone reads it."""

    scene: str
    channel: Channel
    state: AttemptState
    server_time: Instant
    expires_at: Instant
    tries_left: int
    institution: str
    amount_fen: int
    cardholder: str
    person: ChosenPerson | None
    persons: list[ListedPerson]
    provider: Provider
    notice: NoticeAnswer
    presence_code_needed: bool
    appeal: AppealWindow
    reason: str | None
    purpose: Literal["purchase", "self"]
    superseded_by: Successor | None


class FacePass(Answer):
    """The scene of a face check that a person started on their own phone."""

    scene: str


class HintAnswer(SceneAnswer):
    """What prevents a good capture."""

    hint: str | None


class NativeAnswer(SceneAnswer):
    """The arguments of wx.requestFacialVerify."""

    verify_id: str


class Colour(Answer):
    """One screen colour; shown until the next response, for at least the given ms."""

    rgb: str
    ms: int


class MotionFrames(Answer):
    """Capture parameters of motion frames."""

    max_side: int
    quality: float
    fps: int


class EvidenceFrames(Answer):
    """Capture parameters and times of evidence frames."""

    max_side: int
    quality: float
    at_ms: list[int]


class FrameKinds(Answer):
    """The two kinds of frame."""

    motion: MotionFrames
    evidence: EvidenceFrames


class ChallengeAnswer(SceneAnswer):
    """The actions to perform and frames to send; only the first colour, shown from the first frame on.

    `colours_required`: the decision depends on the colours, so they fill the screen; else its edges suffice.
    """

    challenge_id: str
    actions: list[str]
    colours: list[Colour]
    colours_required: bool
    frame: FrameKinds


class ActionProgress(Answer):
    """One action and whether it was seen."""

    action: str
    done: bool


class ProgressAnswer(Answer):
    """Progress to show while filming: `colour` until the next response, null for none."""

    hint: str | None
    progress: list[ActionProgress]
    colour: Colour | None


class FinishAnswer(SceneAnswer):
    """The result of a try."""

    outcome: Outcome
    reason: Reason
    hint: str | None


class AppealRow(Answer):
    """One of the user's appeals."""

    appeal_id: str
    institution: str
    appeal_state: AppealState
    appeal_reason: AppealReason
    created_at: Instant
    reviewed_at: Instant | None
    wanted: list[Wanted]
    wanted_note: str | None
    wanted_until: Instant | None
    may_send: bool
    answered_at: Instant | None


class RenewalRow(Answer):
    """A new reference for the person to decide on; `old` and `new` are data: addresses while it is offered.

    `until`: the end of the time to answer, or after a yes to take it back.
    """

    renewal_id: str
    state: RenewalState
    institution: str
    offered_at: Instant
    until: Instant
    may_revoke: bool
    old: str | None
    new: str | None


class RenewalList(Answer):
    """The new references of this phone's owner, newest first."""

    renewals: list[RenewalRow]


class AppealLodged(SceneAnswer, AppealRow):
    """The appeal as lodged."""


class AppealList(Answer):
    """The user's appeals."""

    appeals: list[AppealRow]


class ConsentRow(Answer):
    """One of the user's consents."""

    consent_id: str
    institution: str
    notice_version: str
    granted: bool
    parts: dict[str, bool] | None
    created_at: Instant
    withdrawn_at: Instant | None


class ConsentList(Answer):
    """The user's consents."""

    consents: list[ConsentRow]


class BoundPerson(Answer):
    """The person a binding reaches."""

    person_id: str
    name: str


class BindingRow(Answer):
    """One of the user's bindings."""

    binding_id: str
    person: BoundPerson
    proof: Proof
    subscribed: bool
    created_at: Instant


class BindingList(Answer):
    """The user's bindings."""

    bindings: list[BindingRow]


class TemplateAnswer(Answer):
    """The template id of pushes, and that of notices of purchases by agents, if configured."""

    template_id: str
    agent_template_id: str | None


class SubscriptionAnswer(Answer):
    """The recorded result of the subscription panel."""

    accepted: bool


class StaffAnswer(Answer):
    """The member of staff this phone is bound to; empty counters or shifts mean no restriction."""

    staff_id: str
    name: str
    institution: str
    counters: list[str]
    shifts: list[str]


class Agent(Answer):
    """The agent who acted for the card-holder."""

    name: str
    relation: str


class AgencyRow(Answer):
    """One purchase by an agent with the user's card."""

    agency_id: str
    institution: str
    amount_fen: int
    agent: Agent
    result: VerificationState
    created_at: Instant
    disputed_at: Instant | None
    finding: Finding | None


class AgencyList(Answer):
    """Purchases by agents with the user's card."""

    agents: list[AgencyRow]


class RequestRow(Answer):
    """Something asked for under a person's rights; `receipt` (JWS) proves a deletion that is done."""

    request_id: str
    kind: RequestKind
    state: RequestState
    asked_at: Instant
    due_at: Instant
    closed_at: Instant | None
    answer: str | None
    receipt: str | None


class RequestList(Answer):
    """What was asked for on this phone."""

    requests: list[RequestRow]


class ExportedPerson(Answer):
    """The person exported."""

    person_id: str
    name: str
    sex: Sex
    birth: date | None
    enrolled_photos: int


class ExportedAttempt(Answer):
    """One attempt of the person; `says` is when, where, how and what came of it, in plain words."""

    attempt_id: str
    state: AttemptState
    channel: Channel
    created_at: Instant
    says: str


class ExportAnswer(Answer):
    """All data stored about the person."""

    person: ExportedPerson
    attempts: list[ExportedAttempt]
    consents: list[ConsentRow]
    bindings: list[BindingRow]
    appeals: list[AppealRow]
    agents: list[AgencyRow]


class Health(Answer):
    """The service's health."""

    status: Literal["ok"]


class Readiness(Answer):
    """The checks that passed."""

    status: Literal["ready"]
    checks: list[Literal["database", "schema", "worker", "clock", "matcher", "disk"]]
