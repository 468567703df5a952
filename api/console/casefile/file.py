"""The parts of an appeal's page that are not its forms, gathered."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.abuse.concerning import concerning
from api.console import accounts, cases
from api.console.casefile import steps
from api.console.casefile.axis import Axis, axis
from api.console.casefile.steps import Told
from api.console.cases import CaseView
from api.console.sessions import SignedIn
from api.console.watch import sentences
from api.ports import CHINA, Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.console import review as rules
from models.domain.console.operator import Right

SOURCES = {
    "imported": "随参保数据导入",
    "reviewed": "导入后经人工审核",
    "renewed": "申诉成立后经本人同意换用",
}


@dataclass(frozen=True, slots=True)
class Warned:
    """One alert that concerns the appeal: its kind, what it is about, and its sentence."""

    row: tables.Alert
    kind: str
    about: str
    said: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What the page tells; `gone` says when and why pictures were deleted, "" while they are kept."""

    alerts: Sequence[Warned]
    steps: Sequence[Told]
    axis: Axis | None
    verdicts: Sequence[tuple[tables.Review, str]]
    names: dict[str, str]
    photos: int
    gone: str
    costly: bool


def of(ports: Ports, who: SignedIn, view: CaseView) -> CaseFile:
    """Return the parts of the page that this account may see."""
    row = view.exhibit.row
    alerts: Sequence[Warned] = ()
    if who.may(Right.SEE_ALERTS):
        with ports.database.reading() as db:
            found = concerning(db, [row])[row.id]
        alerts = [_warned(one) for one in found]
    return CaseFile(
        alerts,
        steps.told(view.dossier.timeline),
        axis(view.dossier.scored),
        [(one, cases.note_of(ports, one)) for one in view.verdicts],
        accounts.names(ports) if view.verdicts else {},
        sum("+" not in one for one in view.pictures),
        _gone(view),
        view.exhibit.case.amount_fen > rules.TWO_ABOVE_FEN,
    )


def _warned(row: tables.Alert) -> Warned:
    said = sentences.sentence(row.kind, row.numbers)
    return Warned(row, sentences.KINDS[row.kind], sentences.ABOUT[row.about], said)


def flagged(ports: Ports, who: SignedIn, rows: Sequence[tables.Appeal]) -> dict[str, int]:
    """Return how many alerts concern each appeal of a queue, those without any left out."""
    if not who.may(Right.SEE_ALERTS):
        return {}
    with ports.database.reading() as db:
        return {key: len(found) for key, found in concerning(db, rows).items() if found}


def _gone(view: CaseView) -> str:
    """Return when and why the pictures of the try and of the appeal were deleted."""
    at, row = view.dossier.deleted_at, view.exhibit.row
    if at is None:
        return ""
    why = "复核已有结论，按规定随即删除"
    if row.state is AppealState.LODGED:
        why = "已满 15 天，按规定删除"
    elif view.dossier.insured is not None and view.dossier.insured.name is None:
        why = "本人已注销，按规定删除"
    elif row.state is AppealState.WITHDRAWN:
        why = "申诉已撤回，按规定删除"
    return f"本次拍摄和申诉照片已于 {at.astimezone(CHINA):%Y-%m-%d %H:%M} 删除：{why}。"
