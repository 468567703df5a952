"""The texts of the filing."""

from collections.abc import Sequence
from datetime import datetime

from api.filing.counting import FILED_FROM
from api.settings import Settings
from models import tables
from models.domain import notice
from models.domain.law.assessment import HOLDS, Purpose
from models.domain.provider import Provider

PURPOSES = {
    Purpose.VERIFICATION: "核验实际到店购药人员是否本人或登记的代办人",
    Purpose.FAMILY: "与家庭成员的登记照片区分，防止亲属冒用",
    Purpose.BACKGROUND: "用成年参保人的特征值校准比对分数",
    Purpose.STRANGERS: "在陌生人之间测量误认率",
    Purpose.ABUSE: "从核验记录中发现可能的冒用和骗保",
    Purpose.MIGRATION: "换用新的比对模型",
}
PROVIDERS = {Provider.OWN: "小程序摄像头拍摄，本系统比对", Provider.WECHAT: "微信人脸核身，本系统不接收人脸"}
PAPERS = (
    ("01-处理者基本情况.md", "谁在处理，怎样联系"),
    ("02-处理目的和方式.md", "为什么处理，怎样处理"),
    ("03-存储数量.csv", "存储了多少人的人脸"),
    ("04-告知书.md", "向本人告知的全文"),
    ("05-影响评估.csv", "登记过的个人信息保护影响评估"),
    ("06-保存期限.csv", "各类资料保存多久"),
    ("07-接收方.csv", "资料到哪里去"),
    ("08-安全措施.csv", "怎样保护"),
    ("09-个人请求.csv", "本人提出的请求和办理情况"),
    ("10-操作规程.md", "日常怎样操作"),
)


def contents(settings: Settings, at: datetime, count: int) -> str:
    """Return the first page: what the folder holds, and what is still to be added by hand."""
    listed = "\n".join(f"| {name} | {what} |" for name, what in PAPERS)
    due = "已达到备案数量" if count >= FILED_FROM else "未达到备案数量"
    return (
        f"# 人脸识别技术应用备案材料\n\n{_who(settings)}\n\n生成时间：{at:%Y-%m-%d %H:%M}（北京时间）。"
        f"存储人脸信息的人数：{count}（{FILED_FROM} 人起 30 个工作日内备案；{due}）。\n\n"
        f"| 文件 | 内容 |\n|---|---|\n{listed}\n\n"
        "本目录由程序按现行代码、设置和数据库生成，SHA256SUMS 可核对是否改动。"
        "仍需人工补充：备案表、统一社会信用代码和负责人、影响评估报告原文（其 SHA-256 须与 05 一致）、"
        "与受托方的合同、等级保护备案证明。\n"
    )


def processor(settings: Settings) -> str:
    """Return who processes."""
    return (
        f"# 处理者基本情况\n\n{_who(settings)}\n\n- 服务地址：{settings.base_url}\n"
        f"- 小程序 AppID：{settings.wechat_appid}\n"
        "- 统一社会信用代码、法定代表人、个人信息保护负责人：（人工填写）\n"
    )


def purposes(found: tables.Assessment | None) -> str:
    """Return why and how faces are processed, by the assessment in force."""
    named = found.purposes if found else []
    listed = "\n".join(
        f"| {said} | {'已评估' if one in named else '未启用'} |" for one, said in PURPOSES.items()
    )
    ways = "\n".join(f"- {said}" for said in PROVIDERS.values())
    return (
        "# 处理目的和方式\n\n## 目的\n\n"
        f"| 目的 | 影响评估 |\n|---|---|\n{listed}\n\n## 方式\n\n{ways}\n\n"
        "每次核验前逐项征求同意（处理人脸、互联网传输、使用登记照片），不同意可出示证件，同样可以用医保购药。"
        "不满 14 周岁的不拍摄，由监护人核验；人脸不是唯一的核验方式。"
        "核验结果由阈值判定，本人可以申诉，由人工复核。\n"
    )


def told(settings: Settings) -> str:
    """Return the notices in force in full."""
    who = settings.processor, settings.processor_contact
    parts = [
        f"## {PROVIDERS[provider]}（{version}）\n\n{notice.text(version, *who)}\n"
        for provider, version in notice.IN_FORCE.items()
    ]
    return "# 告知书\n\n" + "\n".join(parts).replace("\n一、", "\n\n一、")


def assessed(rows: Sequence[tables.Assessment]) -> list[tuple[str, str, str, str, str]]:
    """Return the recorded assessments, newest first."""
    return [
        (
            f"{row.at:%Y-%m-%d}",
            f"{row.at + HOLDS:%Y-%m-%d}",
            row.author,
            "、".join(row.purposes),
            row.document_sha256,
        )
        for row in rows
    ]


ASSESSED_HEAD = ("登记日期", "有效至", "登记人", "用途", "报告的 SHA-256")
MANUAL = """# 操作规程

| 事项 | 怎样做 | 何时 |
|---|---|---|
| 影响评估 | `yibao assessment record 报告` | 每年，和启用新用途之前；没有有效评估，服务不启动 |
| 本人的请求 | `yibao requests list`，在 15 天内答复；导出和删除由系统自行办结 | 每天；超过 12 天报警 |
| 修改阈值 | 一人提议，另一人批准，分阶段发布，不低于代码下限 | 需要时 |
| 查看照片 | 须填写理由，逐次记录 | 复核时 |
| 核对审计 | `yibao audit check --exported` | 每月，和怀疑有改动时 |
| 轮换密钥 | `yibao keys add`、`reseal`、`retire` | 每年，和人员离岗时 |
| 备份 | `yibao backup`，恢复到临时库核对 | 每天 |
| 撤销账号 | 运营台 → 账号 | 人员离岗当天 |
| 人脸泄露 | 停用接入密钥，轮换封存密钥，保全审计，通知本人和主管部门 | 立即 |
"""


def _who(settings: Settings) -> str:
    name, contact = settings.processor or "（未设置）", settings.processor_contact or "（未设置）"
    return f"个人信息处理者：{name}，联系方式：{contact}。"
