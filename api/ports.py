"""The ports: everything through which actions reach the outside world."""

import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol, Self

from sqlalchemy.orm import Session

from api.settings import Settings
from matcher.protocol import Matcher
from matcher.types import Background, Template
from models.database import Database
from models.domain.identity.idnumber import IdNumber
from models.domain.person import Network
from models.objects import Objects
from models.vault import Vault
from wechat.protocol import WeChat

CHINA = timezone(timedelta(hours=8))
ALPHABET = string.ascii_letters + string.digits
# Bytes as letters of the alphabet, each equally often; the few that are left over are dropped.
_FAIR = 256 - 256 % len(ALPHABET)
_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_LEFT_OVER = bytes(range(_FAIR, 256))


class Clock(Protocol):
    """The server's clock, which alone decides about deadlines."""

    def now(self) -> datetime:
        """Return the current time with time zone."""


class Random(Protocol):
    """Source of unpredictable values."""

    def token(self, length: int = 22) -> str:
        """Return `length` characters of base62."""

    def digits(self, length: int) -> str:
        """Return `length` decimal digits."""

    def fractions(self) -> Iterator[float]:
        """Yield numbers in [0, 1)."""

    def salt(self) -> bytes:
        """Return 32 bytes."""


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """Return the current time with time zone."""
        return datetime.now(UTC)


class SystemRandom:
    """The operating system's random source."""

    def token(self, length: int = 22) -> str:
        """Return `length` characters of base62 (22 are 131 bits)."""
        drawn = b""
        while len(drawn) < length:
            drawn += secrets.token_bytes(2 * length).translate(_LETTERS, _LEFT_OVER)
        return drawn[:length].decode()

    def digits(self, length: int) -> str:
        """Return `length` decimal digits."""
        return "".join(secrets.choice(string.digits) for _ in range(length))

    def fractions(self) -> Iterator[float]:
        """Yield numbers in [0, 1)."""
        while True:
            yield secrets.randbelow(1 << 53) / (1 << 53)

    def salt(self) -> bytes:
        """Return 32 bytes."""
        return secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class PersonView:
    """One insured person as the flows need them."""

    person_id: str
    name: str
    sex: str | None
    birth: date | None
    enrolled: bool


@dataclass(frozen=True, slots=True)
class Relative:
    """A member of a family network, with the relation to its root."""

    person: PersonView
    relation: str
    network: Network


class PersonDirectory(Protocol):
    """Looks up persons; a regional platform may be another implementation."""

    def find(self, number: IdNumber, name: str) -> PersonView | None:
        """Return the person with this number if the name fits, else None."""

    def person(self, person_id: str) -> PersonView | None:
        """Return a person, or None."""

    def network(self, person_id: str) -> list[Relative]:
        """Return the person, then the family network."""

    def references(self, person_id: str) -> tuple[Template, ...]:
        """Return the templates of all the person's references."""

    def document(self, person_id: str) -> tuple[str, IdNumber] | None:
        """Return a person's full name and document, or None; only for comparison with a register."""

    def within(self, database: Database) -> Self:
        """Return the same directory, reading in the transaction that `database` has joined."""


class Counters(Protocol):
    """Counts for all processes, outside the database."""

    def count(self, kept: Mapping[str, int]) -> list[int] | None:
        """Add one to counters, kept for so many seconds; return the counts, None while nobody counts."""


class Directories(PersonDirectory, Protocol):
    """Looks up real and sandbox persons by id; `find` finds real persons only."""

    @property
    def sandbox(self) -> PersonDirectory:
        """Return the directory of the sandbox's invented persons."""


@dataclass(slots=True)
class HeldFaces:
    """The faces that open appeals show, by appeal; in memory only, and no longer than the appeal is open."""

    of: dict[str, list[tuple[float, ...]]] = field(default_factory=dict)


@dataclass(slots=True)
class HeldBackground:
    """The faces used by this process, by model set, and when they were drawn; in memory only."""

    of: dict[str, tuple[Background | None, datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything an action may use."""

    settings: Settings
    clock: Clock
    random: Random
    database: Database
    vault: Vault
    objects: Objects
    matcher: Matcher
    wechat: WeChat
    directory: Directories
    background: HeldBackground = field(default_factory=HeldBackground)
    counters: Counters | None = None
    faces: HeldFaces = field(default_factory=HeldFaces)

    def within(self, db: Session) -> "Ports":
        """Return these ports for an action inside the transaction of `db`."""
        joined = self.database.joined(db)
        return replace(self, database=joined, directory=self.directory.within(joined))

    def keeping(self, kept: Database) -> "Ports":
        """Return these ports with a database session that is kept for one request."""
        return replace(self, database=kept, directory=self.directory.within(kept))

    def now(self) -> datetime:
        """Return the server's time."""
        return self.clock.now()

    def local(self) -> datetime:
        """Return the local time at the till (China has one time zone)."""
        return self.clock.now().astimezone(CHINA)

    def today(self) -> date:
        """Return the local date at the till."""
        return self.local().date()

    def new_id(self, prefix: str) -> str:
        """Return a fresh identifier such as `vrf_…`."""
        return f"{prefix}_{self.random.token()}"
