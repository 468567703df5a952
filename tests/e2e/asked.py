"""Let a reviewer of the demo ask the insured for a photo and a word to the newest appeal.

`python -m tests.e2e.clocked tests.e2e.asked` in the installation's environment.
"""

from sqlalchemy import select

from api.appeals import asking, reviewing
from api.appeals.impartial import Reviewer
from api.composition import build
from api.settings import settings_or_exit
from models import tables
from models.domain.console.operator import Role
from models.domain.console.review import Wanted

NOTE = "照片有点暗，请在亮处再拍一张正面的，并说说和登记照片有什么不同。"


def main() -> None:
    """Take the newest appeal and ask."""
    ports = build(settings_or_exit())
    with ports.database.reading() as db:
        appeal_id = db.scalars(select(tables.Appeal.id).order_by(tables.Appeal.created_at.desc())).first()
        one = db.scalars(select(tables.Operator).filter_by(role=Role.REVIEWER)).first()
    assert appeal_id and one
    who = Reviewer(one.id, one.id_index)
    reviewing.claim(ports, who, appeal_id)
    asking.ask(ports, who, appeal_id, (Wanted.PHOTO_NOW, Wanted.STATEMENT), NOTE)


if __name__ == "__main__":
    main()
