"""The background faces for score normalisation: consenting insured adults, held in memory only.

Members follow from a keyed hash of month and person, so that all processes draw the same people, nobody can
predict them, and a withdrawal takes effect within the hour.
"""

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import Select, select

from api.policies import versions
from api.ports import Ports
from matcher.comparison.background import background as made_of
from matcher.types import Background, Embedder
from models import tables
from models.domain.attempt import AttemptState
from models.domain.layers.background import LEAST, balanced, cell
from models.domain.notice import NAMES_BACKGROUND
from models.domain.person import ADULT, age
from models.domain.policy import FIRST_SET

RENEWED = timedelta(hours=1)
# Upper bound on the photos read, above what all cells need.
CANDIDATES = 20_000


def renew(ports: Ports) -> None:
    """Draw the background of the model set in force again where it is due."""
    with ports.database.reading() as db:
        model_set = versions.active(db).model_set
    held(ports, model_set)


def in_force(ports: Ports, model_set: str = FIRST_SET) -> str | None:
    """Return the version of a model set's background, or None while there are too few faces."""
    found = held(ports, model_set)
    return found.version if found else None


def held(ports: Ports, model_set: str = FIRST_SET) -> Background | None:
    """Return a model set's background, which the matcher has learnt, or None below LEAST faces."""
    kept, at = ports.background.of.get(model_set, (None, None))
    if at is None or ports.now() >= at + RENEWED:
        kept = drawn(ports, model_set)
        ports.background.of[model_set] = kept, ports.now()
        if kept is not None:
            ports.matcher.learn(kept)
    return kept


def drawn(ports: Ports, model_set: str = FIRST_SET) -> Background | None:
    """Return a background balanced by sex and age band, or None below LEAST faces."""
    engine = Embedder(model_set)
    faces = []
    for person_id in members(ports):
        mine = [one for one in ports.directory.references(person_id) if one.engine is engine]
        faces += [mine[:1]] if mine else []
    return made_of(faces, engine) if len(faces) >= LEAST else None


def members(ports: Ports) -> list[str]:
    """Return this month's background members."""
    today = ports.today()
    with ports.database.reading() as db:
        agreed = db.execute(_agreed().limit(CANDIDATES)).all()
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person_id, sex, birth in sorted(agreed, key=lambda row: _place(ports, row[0])):
        years = age(birth, today) if birth else None
        if years is not None and years >= ADULT:
            cells[cell(sex, years)].append(person_id)
    return balanced(cells)


def _place(ports: Ports, person_id: str) -> str:
    """Return the key that sorts a person into this month's random order."""
    return ports.vault.index("background", f"{ports.today():%Y-%m}:{person_id}")


def _agreed() -> Select[str, str | None, date | None]:
    """Select enrolled persons who consented to a notice that names this use and then passed."""
    person, consent, attempt = tables.Person, tables.Consent, tables.Attempt
    return (
        select(person.id, person.sex, person.birth)
        .join(consent, consent.person_id == person.id)
        .join(attempt, attempt.id == consent.attempt_id)
        .where(consent.granted, consent.withdrawn_at.is_(None), consent.notice_version.in_(NAMES_BACKGROUND))
        .where(attempt.person_id == person.id, attempt.state == AttemptState.PASSED)
        .where(person.deleted_at.is_(None), person.birth.is_not(None))
        .where(person.id_index.not_in(select(tables.Tombstone.id_index)))
        .where(
            select(tables.Enrolment.id)
            .where(tables.Enrolment.person_id == person.id, tables.Enrolment.revoked_at.is_(None))
            .exists()
        )
        .group_by(person.id, person.sex, person.birth)
        .order_by(person.id)
    )
