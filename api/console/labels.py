"""Chinese names of thresholds, release stages, reasons and refusals."""

from collections.abc import Mapping

from models.domain.console.act import ActKind
from models.domain.decision import Reason
from models.domain.release.calculation import CalculationState
from models.domain.release.guard import Cause
from models.domain.release.migration import MigrationState
from models.domain.release.overrides import Place
from models.domain.release.stages import Stage
from models.domain.release.strangers import RunState

FIELDS: Mapping[str, str] = {
    "score_min": "比对分下限（已归一）",
    "raw_score_min": "比对分下限（未归一）",
    "raw_score_min_old": "比对分下限（未归一，60 岁以上及未成年）",
    "cohort_margin": "与亲属的间隔",
    "same_face_min": "同一张脸：单帧下限",
    "same_face_mean_min": "同一张脸：平均下限",
    "pad_required": "必须做活体检测",
    "pad_min": "活体分下限",
    "pad_doubt_min": "活体分：低于即判假",
    "pad_low_min": "活体分：最差一段下限",
    "bezel_max": "屏幕边框上限",
    "colour_required": "必须回应屏幕颜色",
    "colour_p_max": "颜色回应：可疑度上限",
    "gap_max_ms": "画面中断上限（毫秒）",
    "frozen_max_ms": "画面静止上限（毫秒）",
    "loop_max_ms": "画面循环上限（毫秒）",
    "repeated_max": "重复帧上限",
    "duration_min_ms": "拍摄时长下限（毫秒）",
    "rate_min": "帧率下限",
    "motion_min": "动作帧下限",
    "evidence_min": "取证帧下限",
    "similar_run": "与旧片相似的帧数",
    "similar_movement_ms": "与旧片动作相同（毫秒）",
    "action_count": "动作个数（不可重放）",
    "colour_count": "颜色个数（不可重放）",
    "grey_low": "灰区下限（不可重放）",
    "grey_high": "灰区上限（不可重放）",
}
POLICY_WORDS: Mapping[str, str] = {
    CalculationState.QUEUED: "计算中",
    CalculationState.GIVEN_UP: "没有算成",
    Stage.DRAFT: "草稿",
    Stage.PROPOSED: "待批准",
    Stage.APPROVED: "已批准",
    Stage.SHADOW: "影子运行（只算不用）",
    Stage.FIVE: "5%",
    Stage.QUARTER: "25%",
    Stage.FULL: "全部",
    Stage.ROLLED_BACK: "已退回",
    Stage.WITHDRAWN: "已撤回",
    Cause.FAILURES: "失败明显多于对照组",
    Cause.BUDGET_PASSES: "前一版会拒绝的放行次数超出预算",
    Cause.BUDGET_FEN: "前一版会拒绝的放行金额超出预算",
    Cause.MISSING: "有判定缺数据，不再前进",
    Cause.DRIFT: "两组分数同时变化：不是策略的问题，请查相机、网络或模型",
    Cause.OVERTAKEN: "现行策略已被另一版取代",
    Cause.BY_HAND: "由运营员退回",
    Reason.OK: "通过",
    Reason.NOT_ACQUIRED: "未拍到可用画面",
    Reason.ACTION_MISSING: "缺动作",
    Reason.ACTION_ORDER: "动作顺序不对",
    Reason.NOT_LIVE: "不像真人",
    Reason.NOT_MATCHED: "不像本人",
    Reason.FRAMES_SEEN_BEFORE: "画面以前出现过",
    Reason.FRAMES_IRREGULAR: "画面不连续",
    Reason.MATCHER_UNAVAILABLE: "比对没有应答",
    Reason.TRIES_USED_UP: "次数已用完",
    ActKind.RELEASE_PROPOSED: "提议策略发布",
    ActKind.RELEASE_APPROVED: "批准策略发布",
    ActKind.RELEASE_WITHDRAWN: "撤回策略发布",
    ActKind.RELEASE_MOVED: "策略发布进入下一阶段",
    ActKind.RELEASE_HELD: "策略发布暂停",
    ActKind.RELEASE_RESUMED: "策略发布继续",
    ActKind.RELEASE_ROLLED_BACK: "策略退回前一版",
    ActKind.OVERRIDE_PROPOSED: "提议例外",
    ActKind.OVERRIDE_APPROVED: "批准例外",
    ActKind.OVERRIDE_ENDED: "结束例外",
    ActKind.STRANGERS_ASKED: "申请陌生人比对统计",
    ActKind.STRANGERS_STARTED: "启动陌生人比对统计",
    ActKind.STRANGERS_WITHDRAWN: "撤回陌生人比对统计",
    ActKind.STRANGERS_DONE: "陌生人比对统计完成",
    MigrationState.LIVE: "两套模板并用",
    MigrationState.DESTROYING: "正在销毁旧模板",
    MigrationState.ABANDONING: "正在销毁新模板",
    MigrationState.ABANDONED: "已放弃",
    ActKind.MIGRATION_BEGUN: "开始模型迁移",
    ActKind.MIGRATION_CHANGED: "改变模型迁移的速度",
    ActKind.MIGRATION_ABANDONED: "放弃模型迁移",
    ActKind.DESTRUCTION_ASKED: "申请销毁旧模板",
    ActKind.DESTRUCTION_BEGUN: "批准销毁旧模板",
    ActKind.TEMPLATES_DESTROYED: "模板销毁完毕",
    RunState.ASKED: "待第二人启动",
    RunState.STARTED: "计算中",
    RunState.DONE: "完成",
    ActKind.FIGURES_READ: "查看统计",
    ActKind.POLICY_PROPOSED: "提议阈值",
    ActKind.POLICY_APPROVED: "批准阈值",
    ActKind.POLICY_WITHDRAWN: "撤回阈值提议",
    Place.DISTRICT: "区县",
    Place.INSTITUTION: "机构",
    Place.AGE_BAND: "年龄段",
}
POLICY_CODES: Mapping[str, str] = {
    "override_invalid": "请选好范围，并至少填一项与现行策略不同的值。",
    "override_loosens": "年龄段的例外只能收紧：值不能低于现行策略。",
    "override_end": "例外必须在 90 天以内结束。",
    "override_open": "同一范围的这一项已有例外或待批准的提议，请先结束它。",
    "migration_open": "模型迁移正在进行，两套分数的尺度不同：请等它结束。",
    "migration_unfinished": "还有照片没有用新模型算过，请等进度到头。",
    "model_set_unavailable": "比对服务没有这套模型，或它的模板已不存在。",
    "strangers_open": "已有一次陌生人比对统计在进行，请等它完成或先撤回。",
    "not_assessed": "影响评估没有写明这一用途：请管理员先登记包含它的评估（yibao assessment record）。",
    "own_proposal": "不能批准自己的提议，请由另一位运营员批准。",
    "evidence_expired": "提议已超过 7 天，依据可能过时。请撤回后重新提议。",
    "overtaken": "提议之后现行策略已变。请撤回后按现行策略重新提议。",
    "below_floor": "低于代码规定的底线（活体检测、亲属间隔或陌生人误识率 0.1%），生产环境不接受。",
    "release_open": "另一项策略发布还在进行，请等它结束或先撤回。",
    "policy_invalid": "阈值填写有误：名称不认识、数值超出范围，或与现行策略相同。",
    "budget_invalid": "放行预算超出允许范围（至多 500 次、5 万元）。",
    "policy_decided": "这一版已生效、已撤回或已被取代。",
}

_PEOPLE = {
    "score": "已归一", "sface": "未归一", "ea": "东亚", "white": "欧洲", "other": "其他", "men": "男",
    "women": "女", "single": "", "lfw": "新闻照片", "scut": "证件式照片", "portraits": "肖像",
    "60": "60 岁以上", "18-39": "18–39 岁", "40-59": "40–59 岁",
}  # fmt: skip


def people(group: str) -> str:
    """Return the Chinese name of a group in the published table, with its kind of score if it has one."""
    return " ".join(filter(None, (_PEOPLE.get(one, one) for one in group.replace("_", " ").split())))
