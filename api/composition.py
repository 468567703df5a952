"""Builds the ports of a process from its settings."""

from dataclasses import replace
from typing import TYPE_CHECKING

from api.directory.own import OwnDirectory
from api.directory.sandbox import BothDirectories
from api.figures import tracing
from api.limits.counters import counters
from api.messaging.wechat_refusals import Refusals
from api.messaging.wechat_tokens import DatabaseTokens
from api.ports import Clock, Ports, Random, SystemClock, SystemRandom
from api.settings import Settings, check
from matcher.deferred import DeferredMatcher
from matcher.protocol import Matcher
from matcher.service.remote import RemoteMatcher
from models import migrate
from models.database import Database
from models.objects import Objects
from models.vault import Vault
from wechat.gateway import Account, Gateway

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


def build(settings: Settings, clock: Clock | None = None, *, load_engines: bool = False) -> Ports:
    """Return the real ports; a local matcher loads its engines now or at its first use.

    Raises SettingsWrong, SchemaBehind or WrongWeights.
    """
    check(settings)
    migrate.check(settings.database_url)
    database = Database(settings.database_url)
    vault = Vault(settings.vault_ring(), settings.vault_index(), settings.ciphers)
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
        matcher=_matcher(settings, random, load_engines),
        wechat=Gateway(
            account,
            DatabaseTokens(database, vault, clock.now),
            clock.now,
            note=Refusals(database, clock.now).note,
        ),
        directory=BothDirectories(OwnDirectory(database, vault)),
        counters=counters(settings.jobs_url, clock.now),
    )


def traced(ports: Ports, tracer: "Tracer | None") -> Ports:
    """Return the ports with a matcher whose calls are spans; unchanged where there is no tracer."""
    return replace(ports, matcher=tracing.traced(ports.matcher, tracer)) if tracer else ports


def _matcher(settings: Settings, random: Random, load_engines: bool) -> Matcher:
    """Return the remote matcher at YIBAO_MATCHER_URL, or one in this process."""
    if settings.matcher_url:
        secret = settings.matcher_secret.get_secret_value().encode()
        return RemoteMatcher(settings.matcher_url, secret, random.token)
    if not load_engines:
        return DeferredMatcher(settings.matcher_sets, settings.pad_dir)
    # Imported here, because OpenCV and dlib cost 2 s and 160 MB that other processes should not pay.
    from matcher.local import LocalMatcher  # noqa: PLC0415

    return LocalMatcher(settings.matcher_sets, settings.pad_dir)
