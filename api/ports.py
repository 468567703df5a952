"""Everything the flows reach the world through, built in one place."""

import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

from api.directory import OwnDirectory
from api.sandbox import BothDirectories
from api.settings import Settings, check
from api.tokens import DatabaseTokens
from matcher.local import LocalMatcher
from matcher.protocol import Matcher
from matcher.remote import RemoteMatcher
from models import migrate
from models.database import Database
from models.objects import Objects
from models.vault import Vault
from wechat.gateway import Account, Gateway
from wechat.protocol import WeChat

CHINA = timezone(timedelta(hours=8))
ALPHABET = string.ascii_letters + string.digits


class Clock(Protocol):
    """Tells the time; the server's clock alone decides."""

    def now(self) -> datetime:
        """Return the instant, with zone."""


class Random(Protocol):
    """Draws what nobody may foresee."""

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
        """Return the instant, with zone."""
        return datetime.now(UTC)


class SystemRandom:
    """The operating system's random source."""

    def token(self, length: int = 22) -> str:
        """Return `length` characters of base62 (22 are 131 bits)."""
        return "".join(secrets.choice(ALPHABET) for _ in range(length))

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
class Ports:
    """What a flow may use."""

    settings: Settings
    clock: Clock
    random: Random
    database: Database
    vault: Vault
    objects: Objects
    matcher: Matcher
    wechat: WeChat
    directory: BothDirectories

    def now(self) -> datetime:
        """Return the server's time."""
        return self.clock.now()

    def local(self) -> datetime:
        """Return the time on the clock above the till (China has one time zone)."""
        return self.clock.now().astimezone(CHINA)

    def today(self) -> date:
        """Return the date at the till."""
        return self.local().date()

    def new_id(self, prefix: str) -> str:
        """Return a fresh identifier such as `vrf_…`."""
        return f"{prefix}_{self.random.token()}"


def build(settings: Settings, clock: Clock | None = None) -> Ports:
    """Return the real ports, or raise SettingsMissing, SchemaBehind or WrongWeights."""
    check(settings)
    migrate.check(settings.database_url)
    database = Database(settings.database_url)
    vault = Vault(settings.vault_ring(), settings.vault_index())
    clock, random = clock or SystemClock(), SystemRandom()
    account = Account(
        settings.wechat_appid,
        settings.wechat_secret.get_secret_value(),
        base_url=settings.wechat_base_url,
        env_version=settings.wechat_env_version,
    )
    return Ports(
        settings=settings,
        clock=clock,
        random=random,
        database=database,
        vault=vault,
        objects=Objects(settings.objects_url, vault),
        matcher=_matcher(settings, random),
        wechat=Gateway(account, DatabaseTokens(database, vault, clock.now), clock.now),
        directory=BothDirectories(OwnDirectory(database, vault)),
    )


def _matcher(settings: Settings, random: Random) -> Matcher:
    """Return the matcher behind YIBAO_MATCHER_URL, or the one in this process."""
    if settings.matcher_url:
        secret = settings.matcher_secret.get_secret_value().encode()
        return RemoteMatcher(settings.matcher_url, secret, random.token)
    return LocalMatcher(settings.matcher_sets, settings.pad_dir)
