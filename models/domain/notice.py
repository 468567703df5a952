"""The notice a person consents to. A changed text is a new version; old ones stay readable."""

from models.domain.errors import Invalid

NOTICES = {
    "2026-11": (
        "为核验“实际到店购药人员”，需要采集您的人脸。\n"
        "一、处理人脸信息：本次拍摄的画面只用于判断是否本人、是否真人，并与医保登记照片比对；"
        "比对通过后立即删除画面。未通过的，最多保留 5 张至申诉期结束。\n"
        "二、通过互联网传输：画面经加密后通过互联网传送到医保经办机构的服务器。\n"
        "三、与家庭成员区分：为防止亲属冒用，会与您家庭成员的登记照片作区分比对。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
}
CURRENT = "2026-11"


def check(version: str) -> None:
    """Raise Invalid `notice_stale` unless the current notice was read."""
    if version != CURRENT:
        raise Invalid("the notice has changed; please show the new one", code="notice_stale")
