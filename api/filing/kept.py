"""What is stored, how long, and what deletes it: the retention table of the filing."""

from collections.abc import Iterator
from datetime import timedelta

from api.archive.stores import KEPT_AT_LEAST
from api.facts.emptying import SCORES_KEPT
from models.domain import retention
from models.domain.appeal import WINDOW
from models.domain.console import renewal

HEAD = ("资料", "保存期限", "到期后", "执行位置")
UNTIL_ASKED = "至本人要求删除、撤回或换用新照片"
BY_LAW = "按医保基金监管的规定保存"


def periods() -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for every class of data."""
    sweep, decided = "api/privacy/retention.py，每分钟", "作出判断的同一事务"
    yield "通过核验的拍摄画面", "判断作出即删", "删除", decided
    most = f"至申诉期结束（最后一次失败后 {said(WINDOW)}），最多 {retention.FAILED_FRAMES_KEPT} 张"
    yield "未通过核验的拍摄画面", most, "删除", sweep
    appealed = f"至最后一次复核作出结论；登记照片太旧的，至选出换用的画面；最长 {said(retention.APPEALED)}"
    yield "申诉的画面和照片", appealed, "删除", sweep
    offered = f"至本人答复，最长 {said(renewal.ANSWER)}"
    yield "选出换用、等本人答复的画面", offered, "删除并确认", "api/privacy/renewals.py，每分钟"
    yield (
        "换用后的旧登记照片",
        f"{said(renewal.BACK)}，供本人反悔",
        "删除并确认",
        "api/privacy/renewals.py，每分钟",
    )
    yield "画面的数字指纹", said(retention.EXACT_HASHES), "删除", sweep
    yield "画面的相似指纹", said(retention.SIMILAR_HASHES), "清空", sweep
    yield "比对分数和测量值", said(SCORES_KEPT), "清空，结论保留", "api/facts/emptying.py"
    yield "登记照片和特征值", UNTIL_ASKED, "删除并销毁本人专用密钥", "api/privacy/erasure.py"
    yield "姓名、证件号码、亲属关系", BY_LAW, "—", "models/tables/person.py"
    yield "同意、核验结果、购药和申诉结论", BY_LAW, "—", "models/tables"
    yield "登录状态", said(retention.SESSIONS), "删除", sweep
    yield "重复请求的应答", said(retention.IDEMPOTENT_ANSWERS), "删除", sweep
    exported = f"不少于 {said(KEPT_AT_LEAST)}，由归档方决定；不含人脸、姓名和证件号码"
    yield "审计记录（归档）", exported, "归档方删除", "api/archive"


def said(period: timedelta) -> str:
    """Return a period in Chinese."""
    if period >= timedelta(days=1):
        return f"{period.days} 天"
    hours, minutes = divmod(round(period.total_seconds()) // 60, 60)
    return f"{hours} 小时" if hours else f"{minutes} 分钟"
