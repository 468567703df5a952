"""Versions of the consent notice. A changed text is a new version; old ones stay readable."""

from models.domain.errors import Invalid
from models.domain.provider import Provider

NOTICES = {
    "2026-11": (
        "为核验“实际到店购药人员”，需要采集您的人脸。\n"
        "一、处理人脸信息：本次拍摄的画面只用于判断是否本人、是否真人，并与医保登记照片比对；"
        "比对通过后立即删除画面。未通过的，最多保留 5 张至申诉期结束。\n"
        "二、通过互联网传输：画面经加密后通过互联网传送到医保经办机构的服务器。\n"
        "三、与家庭成员区分：为防止亲属冒用，会与您家庭成员的登记照片作区分比对。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
    "2026-12": (
        "为核验“实际到店购药人员”，需要采集您的人脸。\n"
        "一、处理人脸信息：本次拍摄的画面只用于判断是否本人、是否真人，并与医保登记照片比对；"
        "比对通过后立即删除画面。未通过的，最多保留 5 张至申诉期结束。\n"
        "二、通过互联网传输：画面经加密后通过互联网传送到医保经办机构的服务器。\n"
        "三、与家庭成员区分：为防止亲属冒用，会与您家庭成员的登记照片作区分比对。\n"
        "四、用作对照：您年满 18 岁且核验通过的，医保登记照片算出的特征值可能被随机选作对照，"
        "用来让比对对所有人一样准；不含姓名和画面，不另外保存，撤回同意后一小时内停用。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
    "2027-01": (
        "为核验“实际到店购药人员”，需要采集您的人脸。\n"
        "一、处理人脸信息：本次拍摄的画面只用于判断是否本人、是否真人，并与医保登记照片比对；"
        "比对通过后立即删除画面。未通过的，最多保留 5 张至申诉期结束；"
        "您提出申诉的，连同申诉照片保留至最后一次复核作出结论，最长 15 天。\n"
        "二、通过互联网传输：画面经加密后通过互联网传送到医保经办机构的服务器。\n"
        "三、与家庭成员区分：为防止亲属冒用，会与您家庭成员的登记照片作区分比对。\n"
        "四、用作对照：您年满 18 岁且核验通过的，医保登记照片算出的特征值可能被随机选作对照，"
        "用来让比对对所有人一样准；不含姓名和画面，不另外保存，撤回同意后一小时内停用。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
    "2026-11-wechat": (
        "为核验“实际到店购药人员”，需要使用微信人脸核身服务核验您的人脸。\n"
        "一、向微信提供信息：您的姓名和身份证号码将提供给微信人脸核身服务，用于本次核验。\n"
        "二、人脸信息由微信采集并比对：医保经办机构不接收、不保存您的人脸画面，只接收核验是否通过的结果。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
}
CURRENT = "2027-01"
# Versions whose consent includes the background for score normalisation.
NAMES_BACKGROUND = frozenset({"2026-12", "2027-01"})
IN_FORCE = {Provider.OWN: CURRENT, Provider.WECHAT: "2026-11-wechat"}


def check(version: str, provider: Provider = Provider.OWN) -> None:
    """Raise Invalid `notice_stale` unless the provider's current notice was read."""
    if version != IN_FORCE[provider]:
        raise Invalid("the notice has changed; please show the new one", code="notice_stale")
