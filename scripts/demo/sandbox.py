"""The demo's sandbox institution for till programmers."""

from typing import Any

from api.admin import institutions
from api.ports import Ports
from models.domain.sandbox import CAST

WINDOW_S = 20


def register(ports: Ports) -> dict[str, Any]:
    """Register the sandbox; return its keys and test persons for var/demo.json."""
    given = institutions.add_sandbox(ports, "沙箱药房（示例）", window_s=WINDOW_S)
    persons = [{"outcome": one.outcome, "name": one.name, "id_number": one.number} for one in CAST]
    return {
        "id": given.institution_id,
        "api_key": given.api_key,
        "webhook_secret": given.webhook_secret,
        "persons": persons,
    }
