"""Registers, on an installed machine, the invented persons and institutions that play the journeys there."""

import csv
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from api.acts.ledger import Entry, record
from api.admin import institutions, staff
from api.admin.institutions import Credentials
from api.ports import Ports
from models import tables
from models.domain.console.act import ActKind
from models.domain.provider import Provider
from models.domain.sandbox import CAST
from scripts.admin import enrol
from scripts.lab.faults.players import person

Document = dict[str, Any]
NAME = "验收药房（虚构）"
REAL = ".weixin.qq.com"


class RealWeChat(Exception):
    """The installation sends its messages to real people."""


def register(ports: Ports, actor: str, persons: int, networks: tuple[str, ...]) -> Document:
    """Enrol persons, register a pharmacy with a cashier and a sandbox; return what their clients need.

    Raises RealWeChat where WeChat is not the simulator.
    """
    settings = ports.settings
    if f".{urlsplit(settings.wechat_base_url).hostname}".endswith(REAL):
        raise RealWeChat
    with ports.database.reading() as db:
        first = db.scalar(select(func.count()).select_from(tables.Person)) or 0
    # Not those of an earlier run, whose appeals stay open.
    people = [person(first + number) for number in range(persons)]
    openid = f"oCashier{ports.random.token(16)}"
    _enrol(ports, people)
    native = institutions.add_institution(ports, NAME, networks=networks, provider=Provider.WECHAT)
    staff.add(ports, native.institution_id, staff.Member("收费员", openid))
    sandbox = institutions.add_sandbox(ports, f"{NAME}沙箱", networks=networks)
    with ports.database.transaction() as db:
        for one in (native, sandbox):
            record(ports, db, Entry(actor, ActKind.INSTITUTION_ADDED, one.institution_id))
    cast = [{"outcome": one.outcome, "name": one.name, "id_number": one.number} for one in CAST]
    return {
        "base_url": settings.base_url,
        "simulator_url": settings.wechat_base_url,
        "template_id": settings.wechat_template_id,
        "institutions": [_known(native) | {"staff_openid": openid}],
        "sandbox": _known(sandbox) | {"persons": cast},
        "persons": people,
    }


def _known(given: Credentials) -> Document:
    return asdict(given) | {"id": given.institution_id, "name": NAME}


def _enrol(ports: Ports, people: list[dict[str, str]]) -> None:
    """Import the persons as `yibao enrol` does."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        with file.open("w", encoding="utf-8", newline="") as rows:
            lines = csv.DictWriter(rows, enrol.PEOPLE)
            lines.writeheader()
            lines.writerows(people)
        given = {"people": file, "links": None, "photos": Path(folder), "check": False, "token": None}
        enrol.imported(ports, given)
