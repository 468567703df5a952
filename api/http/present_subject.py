"""Presenters of a person's own records on their phone; names are masked."""

from api.appeals.disputes import Bought
from api.appeals.renewals import Offer
from api.http.reasons import failure
from api.http.schemas import answers
from api.ports import CHINA, Ports
from api.privacy import requests
from api.privacy.rights import Kept
from models import tables
from models.domain.attempt import AttemptState, Channel
from models.domain.person import Sex, mask, sex_of

CAME_OF_IT = {
    AttemptState.PASSED: "人脸核验通过",
    AttemptState.APPEALED: "未通过，您提出了申诉",
    AttemptState.DECLINED: "您没有同意，没有核验",
    AttemptState.EXPIRED: "超时，没有核验",
    AttemptState.CANCELLED: "收费员取消，没有核验",
    AttemptState.SUPERSEDED: "改用了后一次核验",
    AttemptState.UNDELIVERABLE: "消息没有送达，没有核验",
}


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


def request(ports: Ports, row: tables.SubjectRequest) -> answers.RequestRow:
    """Return something a person asked for, with the answer or the receipt."""
    return answers.RequestRow(
        request_id=row.id,
        kind=row.kind,
        state=row.state,
        asked_at=row.asked_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        answer=requests.reply(ports, row),
        receipt=row.receipt,
    )


def renewal(offer: Offer) -> answers.RenewalRow:
    """Return a new reference for the person who decides on it."""
    return answers.RenewalRow(
        renewal_id=offer.row.id,
        state=offer.state,
        institution=offer.institution,
        offered_at=offer.row.offered_at or offer.row.created_at,
        until=offer.row.until,
        may_revoke=offer.may_revoke,
        old=offer.old,
        new=offer.new,
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


def exported_attempt(row: tables.Attempt, institution: str) -> answers.ExportedAttempt:
    """Return one attempt of the export."""
    when = row.created_at.astimezone(CHINA).strftime("%Y年%m月%d日 %H:%M")
    how = "收费员手机" if row.channel is Channel.QR else "本人微信"
    came = CAME_OF_IT.get(row.state, "尚未结束")
    if row.state is AttemptState.FAILED:
        came = f"未通过：{failure(row.reason, None)[0]}"
    return answers.ExportedAttempt(
        attempt_id=row.id,
        state=row.state,
        channel=row.channel,
        created_at=row.created_at,
        says=f"{when}，{institution}，在{how}上核验：{came}。",
    )
