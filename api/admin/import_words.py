"""Chinese texts of an import's report: the result of each row, and what to do about it."""

from api.admin.lines import Verdict

FINE = ("ok", "unchanged", "none", "linked", "offered")
HELD = (
    "held",
    "unlike_earlier",
    "same_photo",
    "near_duplicate",
    "alike",
    "named_after_another",
    "unlike_row",
    "column_slipped",
    "unvouched",
)
_REVIEW = "请用 yibao enrol --review 看两边照片后决定"
_SLIPPED = "请核对照片列；错行的先用 yibao enrol --refuse 批次号 全部退回，改正后再导入；没有错行的" + _REVIEW
_TAKE = "请换一张正面免冠清晰照片"
SAY = {
    "ok": ("照片可用", ""),
    "unchanged": ("照片未变", ""),
    "none": ("没有照片", ""),
    "linked": ("关系已记录", ""),
    "withdrawn": ("本人已撤回，不再导入照片", "如本人要求恢复，请由本人重新办理"),
    "name_conflict": ("同一证件号有两个姓名，两边都没有改动", "请核对原始证件，改正其中一行后再导入"),
    "held": ("照片待人工审核，暂不使用", _REVIEW),
    "unlike_earlier": ("照片与本人以前的照片不像，暂不使用", _REVIEW),
    "same_photo": ("与别人用了同一张照片，暂不使用", _REVIEW),
    "near_duplicate": ("与别人的照片几乎相同，暂不使用", _REVIEW),
    "alike": ("与别人的照片很像，暂不使用", _REVIEW + "；双胞胎请加 --twins 确认"),
    "named_after_another": ("照片文件名是别人的姓名或证件号，暂不使用", "请核对照片列是否错行；" + _REVIEW),
    "unlike_row": ("照片上的人与本行的性别不符，暂不使用", "请核对照片列和性别；" + _REVIEW),
    "column_slipped": ("附近几行的照片与性别、年龄对不上，照片列可能错行，暂不使用", _SLIPPED),
    "unvouched": (
        "照片可用，但文件名看不出是谁，要有人看过才启用",
        "请用 yibao enrol --review 看过这一批，都对就用 --accept 批次号 整批启用；"
        "文件名里写上姓名或证件号的不用再看",
    ),
    "offered": ("已请本人在手机上决定是否换用，30 天内有效", ""),
    "not_live": ("这次拍摄没有先通过真人检查，不能用", "请选比对不通过的那次拍摄的画面"),
    "refused_before": ("这张照片以前审核时已被拒绝", "请换一张本人的照片"),
    "photo_missing": ("找不到照片文件", "请核对照片列的文件名和 --photos 文件夹"),
    "photo_ambiguous": ("有几个文件都叫这个名字", "请给照片改成不同的名字，写全路径"),
    "no_face": ("照片中没有人脸", _TAKE),
    "two_faces": ("照片中不止一张人脸", _TAKE),
    "too_dark": ("照片太暗", _TAKE),
    "too_bright": ("照片太亮", _TAKE),
    "too_far": ("人脸太小", _TAKE),
    "too_close": ("人脸太大", _TAKE),
    "blurred": ("照片模糊", _TAKE),
    "covered": ("人脸被遮挡", _TAKE),
    "turned": ("不是正面", _TAKE),
    "upside_down": ("照片上下颠倒", "请把照片转正后再导入"),
    "sideways": ("照片横倒", "请把照片转正后再导入"),
    "truncated": ("照片文件不完整", "请重新导出或拍摄"),
    "not_an_image": ("不是 JPEG、PNG 或 BMP 照片", "请另存为 JPEG"),
    "too_many_bytes": ("照片文件太大", "请缩小到 32 MB 以内"),
    "too_many_pixels": (
        "照片尺寸太大",
        "请缩小到 5000 万像素以内；渐进式 JPEG 请另存为普通 JPEG，或缩小到 2400 万像素",
    ),
    "id_number_invalid": ("证件号有误", "请对照证件核对号码和证件类型（15 位旧号码请改用 18 位）"),
    "digits_lost": ("证件号被表格改成了科学计数，末几位已丢失", "请把这一列设为文本格式，重新填写号码"),
    "birth_mismatch": ("出生日期与证件号不符", "请核对证件号和出生日期"),
    "name_invalid": ("姓名缺失、太长或有丢失的字", "请对照证件补全姓名；生僻字请用 UTF-8 或 .xlsx 保存"),
    "id_type_unknown": (
        "证件类型不认识或不支持",
        "请写 居民身份证、港澳台通行证、永久居留证、护照、出生证",
    ),
    "sex_mismatch": ("性别与证件号不符", "请核对证件号和性别"),
    "sex_unknown": ("性别不认识", "请写 男、女 或留空"),
    "date_unreadable": ("出生日期不认识", "请写成 1990-01-31"),
    "openid_invalid": ("openid 有误", "请从微信后台重新复制，或留空"),
    "column_missing": ("缺少这一列", "请在第一行补上列名"),
    "column_doubled": ("这一列出现两次且内容不同", "请只保留一列"),
    "quote_open": ("这一行的引号没有成对", "请去掉多余的双引号"),
    "person_not_found": ("名单中没有此人", "请先导入此人，或核对证件号"),
    "person_ambiguous": ("两个人的不同证件是同一个号码", "请加 id_type 和 relative_id_type 列说明证件类型"),
    "link_invalid": ("本人不能是自己的亲属", "请核对两个证件号"),
    "network_unknown": ("网络不认识", "请写 family_share（家庭共济）或 family_proxy（亲情代办）"),
    "relation_invalid": ("关系缺失或太长", "请写 配偶、父母、子女 等，最多 16 字"),
}
COLUMNS = {
    "name": "姓名", "id_type": "证件类型", "id_number": "证件号", "sex": "性别", "birth": "出生日期",
    "photo": "照片", "openid": "openid",
    "relative_id_number": "亲属证件号", "relative_id_type": "亲属证件类型",
    "network": "网络", "relation": "关系",
}  # fmt: skip


def conclusion(code: str) -> str:
    """Return the result of a row as one Chinese sentence."""
    return SAY.get(code, (code, ""))[0]


def told(verdict: Verdict) -> dict[str, str | int]:
    """Return one row of the report: its place, the person, the result and what to do."""
    what, then = SAY.get(verdict.code, (verdict.code, ""))
    others = f"（{'、'.join(verdict.others)}）" if verdict.others else ""
    if verdict.note:
        noted, look = SAY[verdict.note]
        what, then = f"{noted} ({verdict.note})；{what}", f"{look}；{then}".rstrip("；")
    return {
        "文件": verdict.file,
        "行": verdict.row,
        "列": COLUMNS.get(verdict.column, ""),
        "姓名或关系": verdict.who,
        "结论": f"{what}{others} ({verdict.code})",
        "怎么办": then,
    }
