"""Judges the demo's appeals, so that no person stays at the limit of open appeals."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.appeals import review, reviewing
from api.appeals.impartial import Reviewer
from api.appeals.reviewing import Judgement
from api.ports import Ports
from models import tables
from models.domain.console.review import Ground, Verdict
from scripts.admin import setting
from scripts.demo import colleagues
from scripts.demo.stage import Stage

REJECTED = Judgement(Verdict.REJECTED, Ground.OTHER_PERSON, "演示：照片上不是本人")


def conclude_all_but_one(stage: Stage, document: Mapping[str, Any]) -> None:
    """Reject the story's appeals but the newest, which stays for people who try the console."""
    with stage.step("复核员看过申诉，购药不受影响", "reviewers judge; the purchase stays"):
        ports = setting.ports()
        judges = colleagues.reviewers(ports, document)
        for row in _own(ports, document)[:-1]:
            _reject(ports, judges, row.id)
        stage.expect(len(_own(ports, document)) == 1, "one appeal waits")
        ports.database.dispose()


def _own(ports: Ports, document: Mapping[str, Any]) -> list[tables.Appeal]:
    """Return the open appeals of the story's institutions; those of the simulated history stay."""
    ours = {one["id"] for one in document["institutions"]}
    return [row for row in review.open_appeals(ports) if row.institution_id in ours]


def _reject(ports: Ports, judges: Sequence[Reviewer], appeal_id: str) -> None:
    """Have as many reviewers reject an appeal as its rules require."""
    for one in judges:
        reviewing.claim(ports, one, appeal_id)
        if reviewing.judge(ports, one, appeal_id, REJECTED) is not None:
            return
