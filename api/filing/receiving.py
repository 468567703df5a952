"""Who receives or stores what, and how it is protected: read from settings, without any secret."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import make_url

from api.ports import Ports
from api.settings import Settings
from models.domain.policy import Policy
from models.vault import Ciphers

RECEIVERS_HEAD = ("接收方或存储处", "位置", "得到什么", "为什么", "是否含人脸")
MEASURES_HEAD = ("措施", "本机现状", "如何核对")


def receivers(settings: Settings) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield every place that data goes to; those of another owner need a contract (fill in by hand)."""
    database = make_url(settings.database_url)
    yield "数据库", database.host or "本机", "登记资料、核验记录", "运行", "特征值，加密"
    yield "照片库", _where(settings.objects_url), "登记照片、暂存画面", "运行", "是，加密"
    yield "任务队列", _where(settings.jobs_url), "任务编号", "运行", "否"
    matcher = _where(settings.matcher_url) if settings.matcher_url else "本机"
    yield "人脸比对服务", matcher, "画面、特征值，比对后不留存", "比对", "是，不留存"
    yield (
        "微信（腾讯）",
        _where(settings.wechat_base_url),
        "微信用户标识、消息内容；使用微信核身时另有姓名和证件号码",
        "登录、推送、核身",
        "否",
    )
    yield "接入机构的系统", "各机构登记的回调地址", "核验结果、签名凭证", "医保结算", "否"
    archive = _where(settings.archive_url) if settings.archive_url else "未设置"
    yield "审计归档", archive, "事件类型、时间、编号和摘要", "审计留存", "否"


def measures(ports: Ports, policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield the security measures with their state on this installation."""
    settings = ports.settings
    ring = settings.vault_ring()
    cipher = "SM4-GCM" if settings.ciphers is Ciphers.SM else "AES-256-GCM"
    yield "加密存储", f"{cipher}，逐行绑定；密钥 {len(ring)} 把，可轮换", "yibao keys show"
    yield "本人专用密钥", "每人的照片另用一把密钥，删除时销毁", "yibao keys show"
    yield "传输加密", "全程 https，回调和凭证签名", "yibao-deploy check"
    yield "活体检测", "必须通过" if policy.pad_required else "未强制（仅演示）", "yibao policy show"
    yield "判定阈值", f"第 {policy.version} 版，双人批准，不低于代码下限", "yibao policy show"
    yield "访问控制", "账号分角色，口令加一次性验证码；查看照片逐次记录理由", "运营台 → 操作记录"
    anchored = "已启用" if settings.anchor_file else "未设置"
    yield "操作和事件留痕", f"逐条哈希链，锚定{anchored}", "yibao audit check"
    exported = "已启用，只增不改" if settings.archive_url else "未设置"
    yield "审计异地归档", exported, "yibao audit check --exported"
    yield "日志不含个人信息", "只有编号和类别", "tests/journeys/test_canary.py"
    yield "限次", "按地址、微信用户、柜台和机构", "tests/api/test_rates.py"
    yield "备份", "加密，恢复到临时库核对后才算完成", "yibao backup"
    yield "供应链", "依赖按 SHA-256 锁定，附物料清单", "python -m scripts.supply sbom"


def _where(url: str) -> str:
    """Return the host of a URL, or that it is this machine; never its credentials."""
    parts = urlsplit(url)
    return parts.hostname or "本机" if parts.scheme not in ("file", "sqlite", "memory") else "本机"
