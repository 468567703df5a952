"""Registers institutions and manages their keys, districts, providers and popup settings."""

import ipaddress
import re
from dataclasses import dataclass

from sqlalchemy import select

from api.ports import Ports
from api.sandbox import player
from models import tables
from models.domain import provider as providers
from models.domain.attempt import Channel
from models.domain.errors import Absent, Invalid
from models.domain.named import named
from models.domain.provider import Provider
from models.domain.verification import SELF_SERVICE
from models.vault import digest

# The prefix tells a till's programmer which key is the sandbox's.
SANDBOX_KEY = "yk_sandbox_"
# Plain http is allowed on the till's own machine only.
ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,31}")
BROWSERS_OWN = frozenset({"http", "https", "ws", "wss", "ftp", "file", "data", "blob", "about", "javascript"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the till's programmer gets, once; the database keeps only hashes and sealed copies."""

    institution_id: str
    api_key: str
    webhook_secret: str


def add_institution(
    ports: Ports,
    name: str,
    *,
    window_s: int = 120,
    networks: tuple[str, ...] = (),
    provider: Provider = Provider.OWN,
) -> Credentials:
    """Register an institution with `provider` on every channel; return its credentials.

    Raises Invalid `risk_not_accepted` for `own` outside a demo: `set_provider` records who accepts it.
    """
    providers.check_accepted(provider, _accepted(ports, None))
    if window_s != 120 and not ports.settings.demo:
        raise Invalid("the deadline is 120 s; only a demo may shorten it", code="window_fixed")
    return _register(ports, _Terms(name, window_s, networks, provider))


def add_sandbox(
    ports: Ports, name: str, *, window_s: int = 120, networks: tuple[str, ...] = ()
) -> Credentials:
    """Register a sandbox institution, whose tills see invented persons only; return its credentials."""
    with ports.database.transaction() as db:
        player.populate(ports, db)
        return _register(ports.within(db), _Terms(name, window_s, networks, sandbox=True))


@dataclass(frozen=True, slots=True)
class _Terms:
    """Settings of a new institution."""

    name: str
    window_s: int
    networks: tuple[str, ...]
    provider: Provider = Provider.OWN
    sandbox: bool = False


def _register(ports: Ports, terms: _Terms) -> Credentials:
    """Create the institution and draw its credentials."""
    _check(terms.networks)
    given = Credentials(ports.new_id("ins"), new_key(ports, terms.sandbox), ports.random.token(43))
    with ports.database.transaction() as db:
        row = tables.Institution(
            id=given.institution_id,
            name=named(terms.name, 100),
            api_key_hash=digest(given.api_key),
            webhook_secret=_sealed_secret(ports, given.institution_id, given.webhook_secret),
            webhook_networks=list(terms.networks),
            provider=terms.provider,
            qr_provider=terms.provider,
            push_accepted_by=_accepted(ports, None),
            sandbox=terms.sandbox,
            window_s=terms.window_s,
            created_at=ports.now(),
        )
        db.add(row)
    return given


def _check(networks: tuple[str, ...]) -> None:
    """Raise Invalid unless every network is a CIDR block."""
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise Invalid(f"{network} is not a network such as 10.1.0.0/16", code="network_invalid") from None


def set_district(ports: Ports, institution_id: str, district: str) -> None:
    """Set an institution's district, which groups later figures; raises Absent."""
    with ports.database.transaction() as db:
        row = db.get(tables.Institution, institution_id)
        if row is None:
            raise Absent
        row.district = named(district, 32)


def set_suspended(ports: Ports, institution_id: str, suspended: bool) -> None:
    """Suspend or resume an institution: nothing new begins, running verifications may end. Raises Absent."""
    with ports.database.transaction() as db:
        row = db.get(tables.Institution, institution_id, with_for_update=True, populate_existing=True)
        if row is None or row.id == SELF_SERVICE:
            raise Absent("no such institution")
        row.suspended_at = (row.suspended_at or ports.now()) if suspended else None


def set_provider(
    ports: Ports,
    institution_id: str,
    provider: Provider,
    channel: Channel | None = None,
    accepted_by: str | None = None,
) -> None:
    """Set the provider of an institution, on one channel or all, from the next attempt on.

    Raises Absent, and Invalid `risk_not_accepted` for `own` on customers' phones unless a person is named who
    accepts the risk.
    """
    if channel is not Channel.QR:
        providers.check_accepted(provider, _accepted(ports, accepted_by))
    with ports.database.transaction() as db:
        row = db.get(tables.Institution, institution_id)
        if row is None:
            raise Absent("no such institution")
        if channel is not Channel.PUSH:
            row.qr_provider = provider
        if channel is not Channel.QR:
            row.provider = provider
            row.push_accepted_by = _accepted(ports, accepted_by) if provider is Provider.OWN else None


def _accepted(ports: Ports, name: str | None) -> str | None:
    """Return who accepts the risk of our camera on customers' phones; a demo needs nobody."""
    return " ".join((name or "").split())[:64] or ("demo" if ports.settings.demo else None)


def set_popup(ports: Ports, institution_id: str, origins: tuple[str, ...], scheme: str | None) -> None:
    """Set the origins that may frame the popup and receive its result, and the URL scheme for its end.

    Raises Invalid `popup_invalid` for an invalid origin or a scheme that is not the institution's own.
    """
    wrong = [origin for origin in origins if not ORIGIN.fullmatch(origin)]
    if wrong or (scheme and (not SCHEME.fullmatch(scheme) or scheme in BROWSERS_OWN)):
        raise Invalid("an origin is https://till.example, a scheme like mypos", code="popup_invalid")
    with ports.database.transaction() as db:
        row = db.get(tables.Institution, institution_id)
        if row is None:
            raise Absent("no such institution")
        row.popup_origins, row.popup_scheme = list(origins), scheme


def new_key(ports: Ports, sandbox: bool) -> str:
    """Return a fresh API key."""
    return f"{SANDBOX_KEY if sandbox else 'yk_'}{ports.random.token(40)}"


def _sealed_secret(ports: Ports, institution_id: str, secret: str) -> bytes:
    return ports.vault.seal(f"institution.webhook_secret:{institution_id}", secret)


def rotate_key(ports: Ports, institution_id: str) -> Credentials:
    """Replace an institution's API keys and webhook secret; the old ones stop working at once."""
    with ports.database.transaction() as db:
        row = db.get(tables.Institution, institution_id)
        if row is None:
            raise Absent("no such institution")
        given = Credentials(institution_id, new_key(ports, row.sandbox), ports.random.token(43))
        row.api_key_hash = digest(given.api_key)
        row.former_key_hash = row.former_key_until = None
        row.webhook_secret = _sealed_secret(ports, institution_id, given.webhook_secret)
    return given


def institutions(ports: Ports) -> list[tables.Institution]:
    """Return all institutions in order of registration."""
    with ports.database.reading() as db:
        return list(db.scalars(select(tables.Institution).order_by(tables.Institution.created_at)))
