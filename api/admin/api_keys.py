"""Adds an API key to an institution while its previous one stays valid."""

from datetime import timedelta

from api.admin.institutions import new_key
from api.ports import Ports
from models import tables
from models.domain.errors import Absent, Conflict
from models.vault import digest

LONGEST_OVERLAP = timedelta(days=30)


def add_key(ports: Ports, institution_id: str, overlap: timedelta) -> str:
    """Return a new API key of an institution; the previous one stays valid for `overlap`, at most 30 days.

    The webhook secret does not change. Raises Absent, or Conflict `key_change_open` during an earlier change.
    """
    with ports.database.transaction() as db:
        row = db.get(tables.Institution, institution_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise Absent("no such institution")
        if row.former_key_until is not None and row.former_key_until > ports.now():
            raise Conflict("two keys work already: wait, or rotate-key ends both", code="key_change_open")
        api_key = new_key(ports, row.sandbox)
        row.former_key_hash, row.former_key_until = (
            row.api_key_hash,
            ports.now() + min(overlap, LONGEST_OVERLAP),
        )
        row.api_key_hash = digest(api_key)
    return api_key
