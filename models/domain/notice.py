"""Versions of the consent notice. A changed text is a new version; old ones stay readable."""

from collections.abc import Mapping
from enum import StrEnum

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
    "2027-02": (
        "为核验“实际到店购药人员”，需要采集您的人脸。\n"
        "一、谁来处理：{processor}，联系方式：{contact}。\n"
        "二、处理人脸信息：本次拍摄的画面只用于判断是否本人、是否真人，并与医保登记照片比对；"
        "比对通过后立即删除画面。未通过的，最多保留 5 张至申诉期结束；"
        "您提出申诉的，连同申诉照片保留至最后一次复核作出结论，最长 15 天。\n"
        "三、通过互联网传输：画面经加密后通过互联网传送到医保经办机构的服务器。\n"
        "四、使用登记照片：与您比对的医保登记照片和特征值加密保存，到您要求删除或换用新照片为止。\n"
        "五、与家庭成员区分：为防止亲属冒用，会与您家庭成员的登记照片作区分比对。\n"
        "六、用作对照：您年满 18 岁且核验通过的，医保登记照片算出的特征值可能被随机选作对照，"
        "用来让比对对所有人一样准；不含姓名和画面，不另外保存，撤回同意后一小时内停用。\n"
        "七、为什么需要、有什么影响：医保基金只为到场的参保人或代办人支付，核对人脸是为了防止冒用。"
        "人脸泄露后无法更换，所以画面用完即删，其余一律加密。\n"
        "八、还会保留：画面的数字指纹 180 天（不能还原成画面，用来识别重复播放的录像）；比对分数 24 个月；"
        "您的同意、核验结果和购药记录按医保基金监管的规定保存。\n"
        "九、您的权利：在小程序“我的”里可以查看、导出、要求更正、撤回同意和删除人脸，15 天内办结；"
        "也可以按上面的联系方式找我们。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
    "2027-03": (
        "为核验“实际到店购药人员”，需要采集您的人脸。\n"
        "一、谁来处理：{processor}，联系方式：{contact}。\n"
        "二、处理人脸信息：本次拍摄的画面只用于判断是否本人、是否真人，并与医保登记照片比对；"
        "比对通过后立即删除画面。未通过的，最多保留 5 张至申诉期结束；"
        "您提出申诉的，连同申诉照片保留至最后一次复核作出结论，"
        "认为登记照片太旧的，画面保留至选出可换用的 1 张，最长 15 天；"
        "选出的 1 张另存，由您本人在小程序“我的”里决定是否换用，您不同意或 30 天内没有答复即删除。\n"
        "三、通过互联网传输：画面经加密后通过互联网传送到医保经办机构的服务器。\n"
        "四、使用登记照片：与您比对的医保登记照片和特征值加密保存，到您要求删除或换用新照片为止；"
        "您同意换用的，旧照片再加密保存 30 天，供您反悔。\n"
        "五、与家庭成员区分：为防止亲属冒用，会与您家庭成员的登记照片作区分比对。\n"
        "六、用作对照：您年满 18 岁且核验通过的，医保登记照片算出的特征值可能被随机选作对照，"
        "用来让比对对所有人一样准；不含姓名和画面，不另外保存，撤回同意后一小时内停用。\n"
        "七、为什么需要、有什么影响：医保基金只为到场的参保人或代办人支付，核对人脸是为了防止冒用。"
        "人脸泄露后无法更换，所以画面用完即删，其余一律加密。\n"
        "八、还会保留：画面的数字指纹 180 天（不能还原成画面，用来识别重复播放的录像）；比对分数 24 个月；"
        "您的同意、核验结果和购药记录按医保基金监管的规定保存。\n"
        "九、您的权利：在小程序“我的”里可以查看、导出、要求更正、撤回同意和删除人脸，15 天内办结；"
        "也可以按上面的联系方式找我们。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
    "2027-02-wechat": (
        "为核验“实际到店购药人员”，需要使用微信人脸核身服务核验您的人脸。\n"
        "一、谁来处理：{processor}，联系方式：{contact}。\n"
        "二、处理人脸信息：人脸由微信采集并比对，医保经办机构不接收、不保存您的人脸画面，只接收核验是否通过的结果。\n"
        "三、通过互联网传输：您的姓名和身份证号码经互联网提供给微信人脸核身服务，用于本次核验。\n"
        "四、为什么需要、有什么影响：医保基金只为到场的参保人或代办人支付，核对人脸是为了防止冒用。\n"
        "五、会保留：您的同意、核验结果和购药记录按医保基金监管的规定保存。\n"
        "六、您的权利：在小程序“我的”里可以查看、导出、要求更正和撤回同意，15 天内办结；"
        "也可以按上面的联系方式找我们。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
    "2026-11-wechat": (
        "为核验“实际到店购药人员”，需要使用微信人脸核身服务核验您的人脸。\n"
        "一、向微信提供信息：您的姓名和身份证号码将提供给微信人脸核身服务，用于本次核验。\n"
        "二、人脸信息由微信采集并比对：医保经办机构不接收、不保存您的人脸画面，只接收核验是否通过的结果。\n"
        "您可以不同意。不刷脸也可以买药，请出示身份证件，由工作人员核验。"
    ),
}
CURRENT = "2027-03"
# Versions whose consent includes the background for score normalisation.
NAMES_BACKGROUND = frozenset({"2026-12", "2027-01", "2027-02", "2027-03"})
# Versions whose consent lets a frame of an upheld appeal be kept until the insured decides on its use.
NAMES_RENEWAL = frozenset({"2027-03"})
IN_FORCE = {Provider.OWN: CURRENT, Provider.WECHAT: "2027-02-wechat"}


class Part(StrEnum):
    """Parts answered separately (PIPL, articles 14 and 29)."""

    FACE = "face"
    TRANSFER = "transfer"
    REFERENCE = "reference"


# Parts that each provider requires.
ASKED = {
    Provider.OWN: (Part.FACE, Part.TRANSFER, Part.REFERENCE),
    Provider.WECHAT: (Part.FACE, Part.TRANSFER),
}


def text(version: str, processor: str, contact: str) -> str:
    """Return a notice with the processor's name and contact filled in."""
    return NOTICES[version].format(processor=processor, contact=contact)


def answered(
    granted: bool,
    given: Mapping[Part, bool] | None,
    provider: Provider = Provider.OWN,
    *,
    separately: bool = False,
) -> dict[str, bool]:
    """Return the answer to each part; one answer to all counts unless they must be given `separately`.

    Raises Invalid `consent_missing` where consent is granted without a part that the check needs. Our own
    comparison needs the stored reference; WeChat's verification does not ask for it.
    """
    asked = ASKED[provider]
    if given is None and granted and separately:
        raise Invalid("each part of the notice needs its own answer", code="consent_missing")
    if given is None:
        return {str(part): granted for part in asked}
    if granted and not all(given.get(part) for part in asked):
        raise Invalid("without each of these answers nothing can be filmed", code="consent_missing")
    return {str(part): bool(given.get(part)) for part in asked}


def check(version: str, provider: Provider = Provider.OWN) -> None:
    """Raise Invalid `notice_stale` unless the provider's current notice was read."""
    if version != IN_FORCE[provider]:
        raise Invalid("the notice has changed; please show the new one", code="notice_stale")
