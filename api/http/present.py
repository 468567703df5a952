"""Presenters of till responses; names are masked here, and ID numbers, scores and openids never included."""

from api.appeals import asking
from api.contacts import credits, receivers
from api.directory.identify import youngest
from api.http.schemas import answers
from api.ports import PersonView, Ports
from api.verification.case import Case
from models import tables
from models.domain.attempt import Channel
from models.domain.person import Push, Sex, age, mask, not_filmed, sex_of


def verification(ports: Ports, case: Case) -> answers.VerificationAnswer:
    """Return the verification as the till reads it."""
    row = case.verification
    return answers.VerificationAnswer(
        id=row.id,
        order_no=row.order_no,
        amount_fen=row.amount_fen,
        state=row.state,
        expires_at=row.expires_at,
        persons=persons(ports, row.cardholder_id),
        attempts=[attempt(ports, one) for one in case.attempts],
        receipt=row.receipt,
    )


def created(ports: Ports, case: Case, popup_token: str) -> answers.VerificationCreated:
    """Return a new verification as the till reads it."""
    row = case.verification
    return answers.VerificationCreated(
        id=row.id,
        state=row.state,
        popup_url=popup_url(ports, popup_token),
        expires_at=row.expires_at,
        persons=persons(ports, row.cardholder_id),
    )


def popup_url(ports: Ports, token: str) -> str:
    """Return the absolute address of the popup."""
    return f"{ports.settings.base_url}/popup/{token}"


def persons(ports: Ports, cardholder_id: str) -> list[answers.ListedPerson]:
    """Return the card-holder and the family network, with what the counter may see."""
    network = ports.directory.network(cardholder_id)
    pushes = receivers.pushes(ports, [one.person.person_id for one in network])
    with ports.database.reading() as db:
        filmed_from = youngest(db)
    return [
        answers.ListedPerson(
            **dict(person(ports, one.person, one.relation, pushes[one.person.person_id], filmed_from)),
            network=one.network,
        )
        for one in network
    ]


def person(
    ports: Ports, view: PersonView, relation: str, push: Push, filmed_from: int
) -> answers.CounterPerson:
    """Return one person with what the counter may see; `policy` sets the minimum age for filming."""
    return answers.CounterPerson(
        person_id=view.person_id,
        name=mask(view.name),
        relation=relation,
        sex=sex_of(view.sex) or Sex.UNKNOWN,
        age=age(view.birth, ports.today()) if view.birth else None,
        not_filmed=not_filmed(view.birth, ports.today(), filmed_from),
        enrolled=view.enrolled,
        subscribed=push is Push.READY,
        push=push,
    )


def attempt(ports: Ports, row: tables.Attempt) -> answers.AttemptAnswer:
    """Return an attempt as the till reads it."""
    facts = row.snapshot()
    qr = row.channel is Channel.QR
    return answers.AttemptAnswer(
        attempt_id=row.id,
        channel=row.channel,
        state=row.state,
        person=chosen(ports, row),
        created_at=row.created_at,
        expires_at=facts.deadline,
        tries_left=facts.tries_left,
        reason=row.reason,
        qr_url=f"{ports.settings.base_url}/qr/{row.scene}.png" if qr else None,
        presence_code=row.presence_code,
    )


def chosen(ports: Ports, row: tables.Attempt) -> answers.ChosenPerson | None:
    """Return the attempt's person, or None while none is chosen."""
    person = ports.directory.person(row.person_id) if row.person_id else None
    if person is None:
        return None
    return answers.ChosenPerson(person_id=person.person_id, name=mask(person.name), relation=row.relation)


def appeal(ports: Ports, row: tables.Appeal, institution: str) -> answers.AppealRow:
    """Return an appeal for the person who lodged it, with what they are asked to send."""
    asked = asking.request_of(ports, row)
    return answers.AppealRow(
        appeal_id=row.id,
        institution=institution,
        appeal_state=row.state,
        appeal_reason=row.reason,
        created_at=row.created_at,
        reviewed_at=row.reviewed_at,
        wanted=list(asked.wanted) if asked else [],
        wanted_note=asked.note if asked else None,
        wanted_until=asked.until if asked else None,
        may_send=asked is not None and asked.may_answer,
        answered_at=row.answered_at,
    )


def consent(row: tables.Consent, institution: str) -> answers.ConsentRow:
    """Return a consent for the person who gave it."""
    return answers.ConsentRow(
        consent_id=row.id,
        institution=institution,
        notice_version=row.notice_version,
        granted=row.granted,
        parts=row.parts,
        created_at=row.created_at,
        withdrawn_at=row.withdrawn_at,
    )


def binding(ports: Ports, row: tables.Binding) -> answers.BindingRow:
    """Return a binding with the masked name of the person it reaches."""
    person = ports.directory.person(row.person_id)
    name = mask(person.name) if person else "*"
    return answers.BindingRow(
        binding_id=row.id,
        person=answers.BoundPerson(person_id=row.person_id, name=name),
        proof=row.proof,
        subscribed=credits.ledger(ports, row.openid_index).ready,
        created_at=row.created_at,
    )


def redemption(row: tables.Redemption) -> answers.Redemption:
    """Return the redemption of a receipt."""
    return answers.Redemption(
        jti=row.jti,
        settlement_no=row.settlement_no,
        amount_fen=row.amount_fen,
        redeemed_at=row.created_at,
    )
