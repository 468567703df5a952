"""The go-live self-test: does a receiver accept genuine webhooks and refuse all others?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from api.events.webhooks import TOLERANCE_S, sign
from api.outbound.http_post import Sent, send
from api.ports import Ports
from models import tables
from models.domain.errors import Absent

OLD_S = 2 * TOLERANCE_S


@dataclass(frozen=True, slots=True)
class Probe:
    """One webhook of the test: name, signature, and whether it must be accepted."""

    kind: str
    signature: str
    genuine: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The receiver's answer to one webhook."""

    probe: Probe
    sent: Sent

    @property
    def held(self) -> bool:
        """Tell whether the answer was right: 2xx to the genuine webhook, 4xx to the others."""
        status = self.sent.status or 0
        return 200 <= status < 300 if self.probe.genuine else 400 <= status < 500


def check_receiver(ports: Ports, institution_id: str, url: str) -> list[Verdict]:
    """Send the four webhooks and return each verdict; nothing is stored.

    If the genuine one is refused the others are not sent: their refusal would prove nothing.
    """
    with ports.database.reading() as db:
        institution = db.get(tables.Institution, institution_id)
    if institution is None:
        raise Absent("no such institution")
    secret = ports.vault.open(f"institution.webhook_secret:{institution.id}", institution.webhook_secret)
    body = json.dumps(_payload(ports)).encode()
    networks, demo = institution.webhook_networks, ports.settings.demo
    verdicts = []
    for probe in _probes(ports, secret, body):
        verdicts.append(Verdict(probe, send(url, networks, body, probe.signature, demo=demo)))
        if probe.genuine and not verdicts[-1].held:
            break
    return verdicts


def _probes(ports: Ports, secret: bytes, body: bytes) -> Iterator[Probe]:
    """Yield one genuine webhook and three an attacker could send, all with the same body and id.

    Forged: signed with another secret. Replayed: a recording whose `t` was changed to now, refused only where
    the signature covers `t`. Stale: the unchanged recording, refused only where `t` is checked against the
    clock.
    """
    now = int(ports.now().timestamp())
    recorded = sign(secret, body, now - OLD_S)
    yield Probe("good", sign(secret, body, now), genuine=True)
    yield Probe("forged", sign(ports.random.token(43).encode(), body, now), genuine=False)
    yield Probe("replayed", f"t={now},{recorded.split(',')[1]}", genuine=False)
    yield Probe("stale", recorded, genuine=False)


def _payload(ports: Ports) -> dict[str, object]:
    """Return a webhook for an invented order."""
    created = ports.now().isoformat()
    data = {
        "seq": 1,
        "type": "verification.cancelled",
        "created": created,
        "verification_state": "cancelled",
        "attempt_id": None,
        "attempt_state": None,
        "reason": None,
        "verification_id": "vrf_self_test",
        "order_no": "SELF-TEST",
    }
    return {"id": ports.new_id("dlv"), "type": data["type"], "created": created, "data": data}
