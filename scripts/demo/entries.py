"""Entries of demo.json for institutions and persons."""

import secrets
from typing import Any

from api.admin import institutions, staff
from api.admin.staff import Member
from api.ports import Ports
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdType
from scripts.demo.cast import Player
from scripts.demo.film import samples


def institution(ports: Ports, name: str, window_s: int) -> dict[str, Any]:
    """Register an institution with one member of staff and return its entry."""
    given = institutions.add_institution(ports, name, window_s=window_s)
    openid = f"oStaff{secrets.token_hex(10)}"
    staff.add(ports, given.institution_id, Member("收费员", openid))
    return {
        "id": given.institution_id,
        "name": name,
        "api_key": given.api_key,
        "webhook_secret": given.webhook_secret,
        "staff_openid": openid,
        "window_s": window_s,
    }


def person(ports: Ports, player: Player) -> dict[str, Any]:
    """Return a person's entry."""
    number = idnumber.parse(IdType.RESIDENT, player.id_number, ports.today())
    found = ports.directory.find(number, player.name)
    return {
        "person_id": found.person_id if found else None,
        "name": player.name,
        "id_number": player.id_number,
        "openid": player.openid,
        "photo": str(samples() / player.photo) if player.photo else None,
        "relation": player.relation,
        "network": player.network,
    }
