"""The routes and sweeps to count, on a separate installation."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from api.admin import audit, enrolment, institutions
from api.admin.enrolment import Entry
from api.app import create_app
from api.composition import build
from api.events.feed import EventFeed
from api.jobs.due import due
from api.policies import versions
from api.ports import Ports, SystemClock
from api.privacy import orphans, retention
from api.settings import Profile, Settings
from models import migrate
from models.domain.identity.idnumber import IdType, check_character
from models.domain.policy import Policy

SECRET = base64.b64encode(b"g" * 32).decode()
NAME, NUMBER = "李建国", "33010619680512301" + check_character("33010619680512301")


@dataclass
class Installation:
    """An installation with one till, whose institution will own a fifth of the verifications."""

    ports: Ports
    till: Any
    institutions: tuple[str, str]
    orders: "count[int]" = field(default_factory=count)

    def opened(self) -> str:
        """Open a verification; return its id."""
        body = {
            "order_no": f"G-{next(self.orders)}",
            "amount_fen": 100,
            "counter": "1号台",
            "cashier": {"id": "c1", "name": "张收银"},
            "cardholder": {"name": NAME, "id_number": NUMBER},
        }
        answer = self.till.post("/v1/verifications", json=body)
        if answer.status_code != HTTPStatus.CREATED:
            raise RuntimeError(answer.text)
        return str(answer.json["id"])


def install(folder: Path, url: str) -> Installation:
    """Return a new installation on this database."""
    settings = Settings(
        profile=Profile.DEMO,
        base_url="http://127.0.0.1:8000",
        database_url=url,
        objects_url=f"file://{folder / 'objects'}",
        jobs_url=f"sqlite:///{folder / 'jobs.sqlite'}",
        vault_keys=SecretStr(f"k1:{SECRET}"),
        vault_index_secret=SecretStr(SECRET),
        wechat_appid="wx-growth",
        wechat_secret=SecretStr(SECRET),
        wechat_template_id="growth",
        wechat_callback_token=SecretStr(SECRET[:32]),
        wechat_callback_aes_key=SecretStr(SECRET[:43]),
        anchor_file=folder / "anchors.jsonl",
    )
    migrate.upgrade(url)
    ports = build(settings)
    versions.ensure(ports, Policy(pad_required=False))
    enrolment.enrol(ports, Entry(NAME, IdType.RESIDENT, NUMBER), None)
    large, small = (institutions.add_institution(ports, name) for name in ("第一药房", "第二药房"))
    client = create_app(ports).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {large.api_key}"
    return Installation(ports, client, (large.institution_id, small.institution_id))


def probes(made: Installation) -> dict[str, Callable[[], object]]:
    """Return the probes by name; each has work to do."""
    ports, till = made.ports, made.till
    shown = made.opened()
    at = f"/v1/verifications/{shown}"
    order = till.get(at).json["order_no"]
    event_feed = EventFeed(ports)
    (newest, _) = event_feed._look(-1, [])[0]  # noqa: SLF001
    return {
        "POST /v1/verifications": made.opened,
        "GET /v1/verifications/{id}": lambda: till.get(at),
        "GET /v1/verifications?order_no=": lambda: till.get(
            "/v1/verifications", query_string={"order_no": order}
        ),
        "GET /v1/verifications/{id}/events": lambda: till.get(f"{at}/events?after=0&wait=0"),
        "POST /v1/verifications/{id}/attempts": lambda: till.post(f"{at}/attempts", json={"channel": "qr"}),
        "POST /v1/verifications/{id}/cancel": lambda: till.post(f"{at}/cancel", json={}),
        "due": lambda: due(ports),
        "feed": lambda: event_feed._look(newest - 1, [newest - 3]),  # noqa: SLF001
        "retention": lambda: retention.sweep(ports),
        "anchors": lambda: audit.write(ports),
        "orphans": lambda: _orphans_swept(ports),
    }


class _InTwoDays(SystemClock):
    """The clock by which what is stored now is old."""

    def now(self) -> datetime:
        """Return the time in two days."""
        return super().now() + timedelta(days=2)


def _orphans_swept(ports: Ports) -> None:
    """Store an object of each kind that no row refers to, and sweep them."""
    for key in ("photos/enr_x", "frames/chl_x/1", "appeals/apl_x/0", "codes/att_x"):
        ports.objects.put(key, b"x")
    orphans.sweep(replace(ports, clock=_InTwoDays()))
