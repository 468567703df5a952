"""The console's lists by the names in their URLs."""

from api.console.lists import people, places, recoveries, requests
from api.console.lists.table import Listed
from models.domain.errors import Absent

LISTS: dict[str, Listed] = {
    "institutions": places.INSTITUTIONS,
    "staff": places.STAFF_LIST,
    "deliveries": places.DELIVERIES,
    "disputes": people.DISPUTES,
    "bindings": people.BINDINGS,
    "consents": people.CONSENTS,
    "held": people.HELD_PHOTOS,
    "recoveries": recoveries.RECOVERIES,
    "requests": requests.REQUESTS,
}


def of(name: str) -> Listed:
    """Return a list by its name, or raise Absent."""
    if name not in LISTS:
        raise Absent("no such list")
    return LISTS[name]
