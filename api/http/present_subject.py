"""Presenters of a person's own records on their phone; names are masked."""

from api.appeals.disputes import Bought
from api.http.schemas import answers
from api.ports import Ports
from api.privacy.rights import Kept
from models import tables
from models.domain.person import Sex, mask, sex_of


def templates(ports: Ports) -> answers.TemplateAnswer:
    """Return the message templates the phone requests; without a second one no notices are sent."""
    settings = ports.settings
    return answers.TemplateAnswer(
        template_id=settings.wechat_template_id,
        agent_template_id=settings.wechat_agent_template_id or None,
    )


def staff(ports: Ports, row: tables.Staff, institution: tables.Institution) -> answers.StaffAnswer:
    """Return a member of staff for their own phone."""
    return answers.StaffAnswer(
        staff_id=row.id,
        name=mask(ports.vault.text(f"staff.name:{row.id}", row.name)),
        institution=institution.name,
        counters=row.counters,
        shifts=row.shifts,
    )


def agency(ports: Ports, bought: Bought) -> answers.AgencyRow:
    """Return a purchase by an agent for the card-holder."""
    row = bought.row
    agent = ports.directory.person(row.agent_id)
    return answers.AgencyRow(
        agency_id=row.id,
        institution=bought.institution.name,
        amount_fen=bought.verification.amount_fen,
        agent=answers.Agent(name=mask(agent.name) if agent else "*", relation=row.relation),
        result=row.result,
        created_at=row.created_at,
        disputed_at=row.disputed_at,
        finding=row.finding,
    )


def exported_person(kept: Kept) -> answers.ExportedPerson:
    """Return the person exported; the name is masked."""
    return answers.ExportedPerson(
        person_id=kept.person.id,
        name=kept.name,
        sex=sex_of(kept.person.sex) or Sex.UNKNOWN,
        birth=kept.person.birth,
        enrolled_photos=kept.photos,
    )


def exported_attempt(row: tables.Attempt) -> answers.ExportedAttempt:
    """Return one attempt of the export."""
    return answers.ExportedAttempt(
        attempt_id=row.id, state=row.state, channel=row.channel, created_at=row.created_at
    )
