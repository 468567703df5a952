"""What people see of their own affairs on their own phones; names are masked here too."""

from typing import Any

from api.ports import Ports
from models import tables
from models.domain.person import mask


def staff(ports: Ports, row: tables.Staff, institution: tables.Institution) -> dict[str, Any]:
    """Return a member of staff as their own phone reads it."""
    return {
        "staff_id": row.id,
        "name": mask(ports.vault.text(f"staff.name:{row.id}", row.name)),
        "institution": institution.name,
        "counters": row.counters,
        "shifts": row.shifts,
    }
