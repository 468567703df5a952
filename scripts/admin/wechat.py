"""`yibao wechat`: diagnose this installation's WeChat configuration."""

import sys
from dataclasses import asdict
from typing import Any

import click

from api.messaging import wechat_check, wechat_refusals
from api.messaging.wechat_check import Finding
from api.ports import CHINA, Ports
from models import tables
from scripts.admin import shell, terminal
from wechat.refusals import Kind, meaning

MARKS = {True: "✓", False: "✗", None: "–"}
KINDS = {Kind.PERMANENT: "须处理", Kind.PASSING: "会自己好", Kind.USER: "只关个人"}
SHOWN = 10


@click.group(cls=shell.Group)
def wechat() -> None:
    """微信配置是否正确 / check this installation's WeChat configuration."""


@wechat.command("check")
@shell.as_json
@shell.on_ports
def _check(ports: Ports, as_json: bool) -> None:
    """试凭证、小程序码、模板、消息推送 / check token, code, templates, callback; list refusals."""
    findings = wechat_check.check(ports)
    refused = [_facts(row) for row in wechat_refusals.newest(ports)[:SHOWN]]
    if as_json:
        terminal.document({"findings": [asdict(one) for one in findings], "refused": refused})
    else:
        _print(findings, refused)
    if not all(finding.is_right for finding in findings):
        sys.exit("微信配置有误 / WeChat is not set up correctly")


def _print(findings: list[Finding], refused: list[dict[str, Any]]) -> None:
    """Print each check's result and remedy, then WeChat's recent refusals."""
    for one in findings:
        terminal.line(f"{MARKS[one.is_right]} {one.step}：{one.says}")
        if one.then:
            terminal.line(f"    → {one.then}")
    terminal.line("最近被微信拒绝的：" if refused else "没有被微信拒绝过。")
    for row in refused:
        at = f"{row['last']:%m-%d %H:%M:%S}"
        terminal.line(f"  {at}  {row['call']} {row['errcode']} ×{row['times']}（{row['kind']}）{row['says']}")


def _facts(row: tables.WeChatRefusal) -> dict[str, Any]:
    """Return one kind of refusal with its meaning."""
    found = meaning(row.errcode, row.call)
    return {
        "call": row.call,
        "errcode": row.errcode,
        "times": row.times,
        "last": row.last_at.astimezone(CHINA),
        "kind": KINDS[found.kind],
        "says": found.says,
        "then": found.then,
    }


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao wechat`."""
    shell.run(wechat, arguments, "python -m scripts.wechat")
