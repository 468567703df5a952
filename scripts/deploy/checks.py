"""Checks by real calls what an installation needs before it starts; all are run, whatever fails."""

import base64
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.composition import build
from api.health.clock import APART, database_clock
from api.health.disks import LEAST, free_shares
from api.jobs.work import queue
from api.law import assessments
from api.policies import floors
from api.policies import versions as policies
from api.ports import Ports, SystemClock
from api.settings import Settings, problems
from matcher.errors import MatcherUnavailable, WrongWeights
from matcher.service import environment
from matcher.service.environment import Problem, Reading, variable
from matcher.service.remote import RemoteMatcher
from models import migrate
from models.database import Database
from models.objects import StoreUnavailable
from scripts.deploy import archiving
from scripts.deploy.trials import Finding, Wrong, tried
from wechat.errors import WeChatError

PROBE = "probes/deploy"
# What is checked on the ports, and therefore with complete settings only.
ON_PORTS = ("bucket", "matcher", "wechat", "policy", "assessment")
ARCHIVE = frozenset(map(variable, ("archive_url", "archive_access")))


def findings(given: Reading[Settings]) -> list[Finding]:
    """Run all checks and return their results."""
    wrong, settings = problems(given), given.settings
    found = [Finding("settings", str(problem)) for problem in wrong] or [Finding("settings")]
    tried_on = _untried("the settings first") if wrong else _built(settings)
    return [*found, *_stores(settings), *tried_on, *_machine(settings, wrong)]


def _built(settings: Settings) -> Iterator[Finding]:
    """Run the checks that need all settings, on the real ports."""
    try:
        ports = build(settings)
    except (WrongWeights, SQLAlchemyError, migrate.SchemaBehind) as error:
        if isinstance(error, WrongWeights):
            yield Finding("weights", str(error))
        yield from _untried("the weights, the database or the schema first")
        return
    try:
        yield from _on(ports)
    finally:
        ports.database.dispose()
        if isinstance(ports.matcher, RemoteMatcher):
            ports.matcher.close()


def _untried(why: str) -> Iterator[Finding]:
    yield from (Finding(name, untried=why) for name in ON_PORTS)


def sentence(found: list[Finding]) -> str:
    """Return all failures as one sentence, or an empty string."""
    wrong = [
        one.wrong if one.name == "settings" else f"{one.name}: {one.wrong}" for one in found if one.wrong
    ]
    return environment.sentence(wrong) if wrong else ""


def _stores(settings: Settings) -> Iterator[Finding]:
    """Check database, schema, clock and queue, which need no other setting."""
    if settings.database_url:
        yield from _database(settings.database_url)
    if settings.jobs_url:
        yield tried("queue", lambda: _queue(settings.jobs_url), Exception)


def _database(url: str) -> Iterator[Finding]:
    """Connect to the database, then check its schema and clock."""
    try:
        database = Database(url)
        with database.reading() as db:
            theirs, here = database_clock(db), SystemClock().now()
    except (SQLAlchemyError, psycopg.Error, ImportError, ValueError) as error:
        yield Finding("database", type(error).__name__)
        return
    yield Finding("database")
    yield tried("schema", lambda: _schema(url), SQLAlchemyError)
    apart = abs(here - theirs) if theirs else None
    late = f"{apart.total_seconds():.0f} s from the database's" if apart and apart > APART else ""
    yield Finding("clock", late)
    database.dispose()


def _schema(url: str) -> None:
    try:
        migrate.check(url)
    except migrate.SchemaBehind as error:
        raise Wrong(str(error)) from None


def _queue(url: str) -> None:
    """Connect to the queue."""
    if urlsplit(url).scheme in ("redis", "rediss"):
        with closing(Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3)) as redis:
            try:
                redis.ping()
            except RedisError as error:
                raise Wrong(f"Redis does not answer ({type(error).__name__})") from None
        return
    queue(url).pending_count()


def _on(ports: Ports) -> Iterator[Finding]:
    """Run the checks of the ports."""
    yield tried("bucket", lambda: _bucket(ports), KeyError)
    yield tried("matcher", lambda: _matcher(ports))
    yield tried("wechat", ports.wechat.fetch_token, WeChatError)
    yield tried("policy", lambda: _policy(ports))
    yield Finding("assessment", assessments.lacking(ports) or "")
    yield _published(ports.settings.base_url)


def _bucket(ports: Ports) -> None:
    """Put, get and delete one object."""
    content = base64.b64encode(ports.random.salt())
    try:
        ports.objects.put(PROBE, content)
        if ports.objects.get(PROBE) != content:
            raise Wrong("what was put is not what came back")
        ports.objects.delete([PROBE])
    except StoreUnavailable as error:
        raise Wrong(f"it does not put, get or delete ({error})") from None


def _matcher(ports: Ports) -> None:
    try:
        has_pad = ports.matcher.has_pad()
    except MatcherUnavailable:
        raise Wrong("nobody answers at YIBAO_MATCHER_URL") from None
    if not has_pad and not ports.settings.demo:
        raise Wrong("it has no PAD weights (YIBAO_PAD_DIR): production does not decide without")


def _policy(ports: Ports) -> None:
    """Check the policy in force, or the one that would be, against the minimum thresholds."""
    policies.ensure(ports)
    with ports.database.reading() as db:
        broken = floors.broken(policies.active(db))
    if broken and not ports.settings.demo:
        raise Wrong(f"the one in force breaks floors: {', '.join(broken)}")


def _published(base_url: str) -> Finding:
    """Request the service under its public name, through nginx."""
    try:
        # The system's authorities and SSL_CERT_FILE, as webhooks are sent; httpx knows public ones only.
        trusted = ssl.create_default_context()
        answer = httpx.get(f"{base_url}/.well-known/jwks.json", timeout=5, trust_env=False, verify=trusted)
    except httpx.HTTPError as error:
        return Finding("proxy", untried=f"nothing answers at {base_url} yet ({type(error).__name__})")
    if "json" in answer.headers.get("Content-Type", "") and answer.json().get("code") == "wrong_host":
        return Finding("proxy", f"it sends another Host than that of {base_url}")
    return Finding("proxy", untried="" if answer.is_success else "the service is not started")


def _machine(settings: Settings, wrong: Sequence[Problem]) -> Iterator[Finding]:
    """Check the anchor file, the archive and the disks of this machine."""
    file = settings.anchor_file
    if file is not None:
        yield tried("anchor", lambda: _appendable(file), OSError)
    if ARCHIVE & {problem.setting for problem in wrong}:
        yield Finding("archive", untried="its settings first")
    else:
        yield archiving.tries(settings)
    full = [name for name, share in free_shares(settings).items() if share < LEAST]
    yield Finding("disk", f"less than 5 % free for {' and '.join(full)}" if full else "")


def _appendable(file: Path) -> None:
    """Open the anchor file for appending, without creating one."""
    was_there = file.exists()
    file.open("ab").close()
    if not was_there:
        file.unlink()
