"""Chinese texts of the popup."""

from api.http.reasons import failure

__all__ = ["failure", "refusal"]

UNDELIVERABLE = {
    "not_subscribed": "对方没有可用的消息额度",
    "not_bound": "对方尚未开通微信推送",
    "refused_by_wechat": "微信拒绝了这条消息",
    "wechat_unavailable": "微信暂时无法送达",
    "wechat_misconfigured": "微信配置有误",
}
MISCONFIGURED = "微信配置有误，请用收费员手机人脸或核对证件"
NO_CODE = "微信配置有误，小程序码出不来。请推送人脸认证，或核对证件"
NO_SUBSCRIBE_CODE = "微信配置有误，开通二维码出不来。请用“其他方式核验”，并告诉管理员"
REFUSED = {
    "person_missing": "请先选择实际到店购药人员。",
    "person_not_found": "没有找到此人，请核对姓名和证件号。",
    "id_number_invalid": "证件号不正确，请核对后重新填写。",
    "relation_missing": "请选择与本人关系。",
    "not_enrolled": "此人没有比对照片，无法刷脸。请用“其他方式核验”。",
    "look_alike": "另有一人与此人长得一样，刷脸分不清。请用“其他方式核验”。",
    "native_resident_only": "微信人脸核身只支持居民身份证。请用“其他方式核验”。",
    "guardian_needed": "孩子不用刷脸，请家长本人刷脸。",
    "minor_not_filmed": "未满 18 岁不刷脸，容易认错。请用“其他方式核验”看证件，或请家长刷脸代办。",
    "not_bound": "此人尚未开通微信推送。请用“收费员手机人脸”，或点“引导开通”。",
    "no_credit": "对方没有消息额度，消息可能送不到。可用“收费员手机人脸”；仍要推送，请再点一次推送。",
    "no_credit_left": "对方没有消息额度，重新发送收不到。原来那条还有效；也可以改用收费员手机人脸。",
    "in_hand": "对方已打开，正在刷脸，没有打断。要重新开始，请先点“返回上一步”。",
    "checks_missing": "请先核对参保人和代办人的身份证，并逐项勾选。",
    "agent_is_staff": "本机构工作人员不能在本机构代办，请另选实际到店的人。",
    "agent_quota": "此人本月代办的人数已满。请用“其他方式核验”。",
    "too_soon": "消息刚刚发出，请稍候再重新发送。",
    "deciding": "正在比对，请稍候。",
    "tries_used_up": "本次核验的次数已用完。请用“其他方式核验”。",
    "verification_ended": "本次核验已结束。",
    "wrong_state": "本次核验已结束。",
    "wechat_misconfigured": "微信配置有误。请用“其他方式核验”，并告诉管理员。",
    "csrf_wrong": "页面已过期，请再试一次。",
    "rate_limited": "查询次数过多，请稍候再试，或用“其他方式核验”。",
    "malformed": "请把各项填写完整。",
    "busy": "系统繁忙，请稍候再试。",
}
GENERAL = "没有办成，请再试一次，或用“其他方式核验”。"
PUSH = {"ready": "可推送", "not_bound": "未开通", "no_credit": "无额度"}
ID_TYPES = {
    "resident": "居民身份证",
    "hk_macao_taiwan": "港澳台通行证或居住证",
    "foreign_permanent": "外国人永久居留证",
    "passport": "护照",
    "birth_certificate": "出生医学证明",
}
DOCUMENTS = ("居民身份证", "社会保障卡", "医保电子凭证", "户口簿", "护照", "其他有效证件")
REASONS = ("本人不愿刷脸", "没有比对照片", "人脸比对未通过", "没有微信或未开通推送", "网络或设备故障", "其他")


def refusal(code: str) -> str:
    """Return the popup's text for a refusal's code."""
    return REFUSED.get(code, GENERAL)
