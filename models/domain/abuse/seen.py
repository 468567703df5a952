"""What the rules of abuse look at: purchases with their tries, and how alike the faces of appeals are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.domain.verification import VerificationState

# How long back purchases are examined.
WEEKS = 8


@dataclass(frozen=True, slots=True)
class Tried:
    """One comparison: the claimed person's score, the best of any relative, and the least that passes."""

    score: float | None
    relative: float | None
    least: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Purchase:
    """One verification. `at` is the time at the till; `cashier` names the shop too.

    `person` is who is said to be there, of the network `family`, and `phone` the WeChat of a push that was
    answered; `agent` that they are none of the card-holder's family, `disputed` that the card-holder says so.
    """

    id: str
    at: datetime
    shop: str
    cashier: str
    holder: str
    person: str | None
    family: str
    phone: str | None
    state: VerificationState
    tries: Sequence[Tried] = ()
    agent: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    """Two open appeals, by their purchases, that show one face of people who are not of one family."""

    one: str
    other: str
    score: float


@dataclass(frozen=True, slots=True)
class ShowsStaff:
    """An open appeal, by its purchase, that shows the face of a member of staff."""

    purchase: str
    cashier: str
    score: float


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that is examined, purchases in order of time; `agent_quota` is the policy's."""

    purchases: Sequence[Purchase]
    alike: Sequence[Alike] = ()
    staff: Sequence[ShowsStaff] = ()
    agent_quota: int = 3
