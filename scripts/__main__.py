"""`yibao`, or `python -m scripts`: the root command group; commands are imported on demand."""

import importlib
from typing import Any

import click

from scripts.admin import shell

# Module and help text of each click command.
OPERATOR = {
    "institution": ("scripts.admin.institution:institution", "机构与密钥 / institutions and their keys"),
    "staff": ("scripts.admin.staffing:staff", "收银员 / an institution's staff"),
    "enrol": ("scripts.admin.enrol:enrol", "导入参保人、照片和家庭 / import persons, photos, families"),
    "policy": ("scripts.admin.policy:policy", "阈值：提议、批准、撤回 / thresholds"),
    "models": ("scripts.admin.faces.models:models", "换人脸模型 / move to another face model set"),
    "appeals": ("scripts.admin.appeals:appeals", "申诉复核 / review appeals"),
    "console": ("scripts.admin.console:console", "运营台账号 / accounts of the console"),
    "disputes": ("scripts.admin.disputes:disputes", "不是我授权的 / purchases not authorised"),
    "assessment": ("scripts.admin.law.assessment:assessment", "影响评估登记 / impact assessments"),
    "filing": ("scripts.admin.law.filing:filing", "备案材料 / papers for filing"),
    "requests": ("scripts.admin.law.requests:requests", "个人信息请求 / what persons ask for"),
    "audit": ("scripts.admin.audit:audit", "核对事件链 / check the recorded events"),
    "backup": ("scripts.admin.backup:backup", "备份并核对 / make a verified backup"),
    "restore": ("scripts.admin.backup:restore", "从备份恢复 / restore an installation from a backup"),
    "keys": ("scripts.admin.keys:keys", "封存与签名密钥 / keys that seal and sign"),
    "webhooks": ("scripts.admin.webhooks:webhooks", "回调记录、重发、自检 / webhooks"),
    "subscriptions": ("scripts.admin.subscriptions:subscriptions", "消息订阅 / the opt-in to messages"),
    "wechat": ("scripts.admin.wechat:wechat", "微信配置是否正确 / check the WeChat configuration"),
    "setting": ("scripts.admin.settings:setting", "本机设置是否齐全 / check the settings"),
    "simulate": ("scripts.simulation.command:simulate", "演示的八周历史 / eight weeks of history for a demo"),
    "weights": ("scripts.admin.weights:weights", "下载活体检测权重 / download the PAD weights"),
}
# Programs that parse their own arguments.
PROGRAMS = {
    "evaluate": ("scripts.lab.evaluate.__main__:main", "评测比对与活体 / measure the matcher"),
    "bench": ("scripts.lab.bench.__main__:main", "测量耗时 / measure the matcher's cost"),
    "fuzz": ("scripts.lab.fuzz.__main__:main", "损坏的图片 / malformed pictures against the matcher"),
    "load": ("scripts.lab.load.__main__:main", "压力测试 / load test"),
    "demo": ("scripts.demo.__main__:main", "演示 / set up the demo and play its scenarios"),
    "phone": ("scripts.phone.__main__:main", "浏览器里的手机 / the phone in a browser"),
}


class Yibao(shell.Group):
    """Root group with the commands of both tables."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names, operators' commands first."""
        return [*OPERATOR, *PROGRAMS]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a command; None for an unknown name."""
        if name in OPERATOR:
            found = _load(OPERATOR[name][0])
            return found if isinstance(found, click.Command) else None
        return _program(name) if name in PROGRAMS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command's help text without importing the commands."""
        for title, table in (("运维 / for operators", OPERATOR), ("测量与演示 / lab and demo", PROGRAMS)):
            with formatter.section(title):
                formatter.write_dl([(name, what) for name, (_, what) in table.items()])


def _load(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _program(name: str) -> click.Command:
    """Return a command that passes all its arguments, --help included, to a program."""
    place, what = PROGRAMS[name]
    settings = {"ignore_unknown_options": True, "help_option_names": []}

    @click.command(name, context_settings=settings, help=what)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def program(arguments: tuple[str, ...]) -> None:
        _load(place)(list(arguments))

    return program


@click.command(cls=Yibao)
def yibao() -> None:
    """医保人脸核验 / face verification of the person at the pharmacy till.

    \b
    设置取自环境变量 YIBAO_…；要用 make demo 的演示库，请加 --demo。
    Settings come from the environment (YIBAO_…); --demo selects the installation of make demo.

    \b
    退出码 / exit codes: 0 完成 done, 1 拒绝或不符 refused, 2 写法或设置有误 usage or settings.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    shell.run(yibao, arguments, "yibao")


if __name__ == "__main__":
    main()
