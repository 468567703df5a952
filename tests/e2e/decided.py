"""Prints the results of an installation's newest tries with their reports, for failed scenes.

`python -m tests.e2e.decided` in the installation's environment.
"""

import json

from sqlalchemy import select

from api.composition import build
from api.settings import settings_or_exit
from models import tables

NEWEST = 5


def main() -> None:
    """Print a line for each decision, newest first, and its report beneath."""
    ports = build(settings_or_exit())
    with ports.database.reading() as db:
        row = tables.Decision
        for one in db.scalars(select(row).order_by(row.created_at.desc()).limit(NEWEST)):
            print(one.reason, one.hint, one.created_at)
            stored = ports.vault.text(f"decision.report:{one.challenge_id}", one.report or b"")
            print("   ", json.dumps(json.loads(stored).get("facts")))


if __name__ == "__main__":
    main()
