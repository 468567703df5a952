"""What people see of their own affairs on their own phones; names are masked here too."""

from typing import Any

from api.appeals.disputes import Bought
from api.ports import Ports
from models import tables
from models.domain.person import mask


def templates(ports: Ports) -> dict[str, Any]:
    """Return the message templates as the phone asks for them; without a second one there are no notices."""
    settings = ports.settings
    return {
        "template_id": settings.wechat_template_id,
        "agent_template_id": settings.wechat_agent_template_id or None,
    }


def staff(ports: Ports, row: tables.Staff, institution: tables.Institution) -> dict[str, Any]:
    """Return a member of staff as their own phone reads it."""
    return {
        "staff_id": row.id,
        "name": mask(ports.vault.text(f"staff.name:{row.id}", row.name)),
        "institution": institution.name,
        "counters": row.counters,
        "shifts": row.shifts,
    }


def agency(ports: Ports, bought: Bought) -> dict[str, Any]:
    """Return a purchase by an agent as the card-holder reads it."""
    row = bought.row
    agent = ports.directory.person(row.agent_id)
    return {
        "agency_id": row.id,
        "institution": bought.institution.name,
        "amount_fen": bought.verification.amount_fen,
        "agent": {"name": mask(agent.name) if agent else "*", "relation": row.relation},
        "result": row.result.value,
        "created_at": row.created_at.isoformat(),
        "disputed_at": row.disputed_at.isoformat() if row.disputed_at else None,
        "finding": row.finding.value if row.finding else None,
    }
