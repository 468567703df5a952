"""The demo's console accounts: one of each role, and enough reviewers for three verdicts."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from api.appeals.impartial import Reviewer
from api.console import accounts
from api.ports import Ports
from models import tables
from models.domain.console.operator import Role
from models.domain.identity.idnumber import IdType, check_character, parse

ACCOUNTS = (
    ("operator", Role.OPERATOR),
    ("operator2", Role.OPERATOR),
    ("reviewer", Role.REVIEWER),
    ("reviewer2", Role.REVIEWER),
    ("reviewer3", Role.REVIEWER),
    ("auditor", Role.AUDITOR),
    ("admin", Role.ADMINISTRATOR),
)


def employ(ports: Ports) -> list[dict[str, str]]:
    """Create the accounts; return name, role, password and id of each."""
    found = []
    for number, (name, role) in enumerate(ACCOUNTS, start=1):
        first = f"33010619800101{number:03}"
        document = parse(IdType.RESIDENT, first + check_character(first), ports.today())
        invited = accounts.invite(ports, "demo", name, role, document)
        password = secrets.token_urlsafe(12)
        accounts.join(ports, invited.token, password, accounts.next_code(ports, invited.operator_id))
        found.append(
            {"name": name, "role": str(role), "password": password, "operator_id": invited.operator_id}
        )
    return found


def reviewers(ports: Ports, document: Mapping[str, Any]) -> Sequence[Reviewer]:
    """Return the accounts that may judge appeals."""
    ids = [one["operator_id"] for one in document["console"] if one["role"] == Role.REVIEWER]
    with ports.database.reading() as db:
        return [Reviewer(one, db.get_one(tables.Operator, one).id_index) for one in ids]
