"""All tables, so that one import loads the whole schema.

Import the table classes from here.
"""

from models.base import Base
from models.tables.abuse import Alert
from models.tables.agent_purchase import AgentPurchase
from models.tables.appeal import Appeal, Recovery
from models.tables.attempt import Attempt
from models.tables.capture import Capture, Challenge, Decision, Frame, SeenFrame
from models.tables.console import Act, Operator, OperatorSession, Review
from models.tables.fact import DecisionFact
from models.tables.institution import Institution, Staff
from models.tables.law import Assessment, PersonKey, SubjectRequest
from models.tables.ledger import (
    ArchiveChunk,
    ChoreLease,
    Delivery,
    DoomedObject,
    Event,
    GuessTally,
    Idempotency,
    Miss,
    RateCount,
    WorkerBeat,
    WriteProbe,
)
from models.tables.person import (
    Binding,
    Consent,
    Enrolment,
    FamilyLink,
    HeldPhoto,
    Person,
    Template,
    Tombstone,
)
from models.tables.policy import PolicyVersion
from models.tables.release import Calculation, ModelMigration, PolicyOverride, Release, StrangerRun
from models.tables.renewal import Renewal
from models.tables.security import ProviderToken, Session, SigningKey, Sm2Key
from models.tables.tally import DayTally, EventTally, GroupTally, TallyMark
from models.tables.verification import Redemption, Verification
from models.tables.wechat import CallbackNonce, NativeCheck, SubscriptionFact, TillCode, WeChatRefusal

__all__ = [
    "Act",
    "Alert",
    "AgentPurchase",
    "Appeal",
    "ArchiveChunk",
    "Assessment",
    "Attempt",
    "Base",
    "Binding",
    "Calculation",
    "CallbackNonce",
    "Capture",
    "Challenge",
    "ChoreLease",
    "Consent",
    "Decision",
    "DayTally",
    "DecisionFact",
    "Delivery",
    "DoomedObject",
    "Enrolment",
    "Event",
    "EventTally",
    "FamilyLink",
    "Frame",
    "GroupTally",
    "GuessTally",
    "HeldPhoto",
    "Idempotency",
    "Institution",
    "Miss",
    "ModelMigration",
    "NativeCheck",
    "Operator",
    "OperatorSession",
    "Person",
    "PersonKey",
    "PolicyOverride",
    "PolicyVersion",
    "ProviderToken",
    "RateCount",
    "Recovery",
    "Redemption",
    "Release",
    "Renewal",
    "Review",
    "SeenFrame",
    "Session",
    "SigningKey",
    "Sm2Key",
    "Staff",
    "StrangerRun",
    "SubjectRequest",
    "SubscriptionFact",
    "TallyMark",
    "Template",
    "TillCode",
    "Tombstone",
    "Verification",
    "WorkerBeat",
    "WriteProbe",
    "WeChatRefusal",
]
