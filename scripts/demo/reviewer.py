"""Concludes the demo's appeals, so that no person stays at the limit of open appeals."""

from api.appeals import review
from models.domain.appeal import AppealState
from scripts.admin import setting
from scripts.demo.stage import Stage


def conclude_all(stage: Stage) -> None:
    """Reject every open appeal, as `python -m scripts.appeals reject` does."""
    with stage.step("审核员看过申诉，购药不受影响", "a reviewer concludes; the purchase stays"):
        ports = setting.ports()
        for row in review.open_appeals(ports):
            review.conclude(ports, row.id, AppealState.REJECTED, "演示审核员", "演示：照片上不是本人")
        stage.expect(review.open_appeals(ports) == [], "no appeal waits")
        ports.database.dispose()
