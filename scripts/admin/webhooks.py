"""`yibao webhooks`: delivery log, resending, forwarding to this machine and the go-live self-test."""

import sys
import time
from typing import Any
from urllib.parse import urlsplit

import click

from api.acts.ledger import Entry, record
from api.console.sessions import SignedIn
from api.events import deliveries, listen, selftest
from api.events.deliveries import Logged
from api.events.selftest import Verdict
from api.ports import Ports
from models.domain.console.act import ActKind
from models.domain.console.operator import Right
from models.domain.delivery import DUE, DeliveryState
from scripts.admin import identity, shell, terminal

LOOK_S = 0.5
# Why the receiver refused the genuine webhook, and what to check.
WHY = {
    "address_not_allowed": "地址不允许：须为 https 公网地址，或请管理员放行网段 / address not allowed",
    "name_not_found": "域名无法解析 / the name cannot be resolved",
    "refused": "连不上：端口没有程序在听，或被防火墙拒绝 / connection refused",
    "timed_out": "5 秒内没有回答 / no answer within 5 s",
    "tls_failed": "证书不被信任，或 TLS 握手失败 / certificate not trusted, or TLS failed",
    "closed": "没有回答就断开了连接 / closed without an answer",
    "not_http": "回答的不是 HTTP / what answered is no HTTP server",
    "unreachable": "网络不通 / unreachable",
}
OTHERS_KEY = "密钥不符，或签名算法与文档不同 / wrong secret, or another signature than the documents'"
REFUSED = {
    401: OTHERS_KEY,
    403: OTHERS_KEY,
    404: "路径不对 / wrong path",
    405: "路径不对：这个地址不收 POST / this path takes no POST",
}
OVER = (DeliveryState.DELIVERED, DeliveryState.DEAD)
EXPECTED = {True: "必须接受 / must be taken (2xx)", False: "必须拒绝 / must be refused (4xx)"}


@click.group(cls=shell.Group)
def webhooks() -> None:
    """回调 / webhook log, resending, the go-live test."""


@webhooks.command("list")
@click.option("--institution", metavar="ID", help="只看一家机构 / of one institution")
@click.option(
    "--state", type=click.Choice([*map(str, DUE), *map(str, OVER)]), help="只看一种状态 / in one state"
)
@shell.as_json
@shell.on_ports
def _list(ports: Ports, institution: str | None, state: str | None, as_json: bool) -> None:
    """列出最近的回调及对方的答复 / list the newest webhooks and the receivers' answers."""
    found = [_facts(one) for one in deliveries.newest(ports, institution, state)]
    if as_json:
        terminal.document(found)
    else:
        terminal.table([_short(one) for one in found], "没有回调 / No webhooks.")


def _facts(one: Logged) -> dict[str, Any]:
    """Return one webhook's fields; of its URL only the host, because the path may contain a secret."""
    row = one.delivery
    return {
        "institution": one.institution_id,
        "delivery": row.id,
        "order_no": one.order_no,
        "host": urlsplit(one.notify_url or "").netloc,
        "event": one.event.type,
        "state": one.state,
        "tries": row.tries,
        "answer": row.error or row.last_status,
        "last": row.last_at,
        "next": row.next_at if one.state in DUE else None,
    }


def _short(told: dict[str, Any]) -> dict[str, Any]:
    """Return a webhook's table row, with times without the year."""
    last, due = (f"{at:%m-%d %H:%M:%S}" if (at := told[name]) else None for name in ("last", "next"))
    return told | {"last": last, "next": due}


@webhooks.command("resend")
@click.argument("delivery_id", nargs=-1, required=True)
@shell.on_ports
@identity.needs(Right.CHANGE_INSTITUTIONS)
def _resend(ports: Ports, who: SignedIn, delivery_id: tuple[str, ...]) -> None:
    """重发，编号不变 / resend webhooks, with the same id."""
    for one_id in delivery_id:
        with ports.database.transaction() as db:
            one = deliveries.resend_any(ports.within(db), one_id)
            record(ports, db, Entry(who.operator_id, ActKind.WEBHOOK_RESENT, one_id))
        terminal.line(f"{one_id} {one.event.type} will be sent again now")


@webhooks.command("listen")
@click.argument("institution_id")
@click.argument("url")
@shell.on_ports
def _listen(ports: Ports, institution_id: str, url: str) -> None:
    """把沙箱的回调转到本机，直到 Ctrl-C / forward a sandbox's webhooks to a till on this machine."""
    last = listen.newest(ports, institution_id, url)
    terminal.line(f"等待沙箱的回调，转到 {url}（Ctrl-C 停止）/ waiting for webhooks")
    try:
        while True:
            for one in listen.forward(ports, institution_id, url, last):
                last = one.event_id
                terminal.line(f"{one.order_no} {one.kind} → {one.sent.error or f'HTTP {one.sent.status}'}")
            time.sleep(LOOK_S)
    except KeyboardInterrupt:
        terminal.line("再见 / bye")


@webhooks.command("selftest")
@click.argument("institution_id")
@click.argument("url")
@shell.as_json
@shell.on_ports
def _selftest(ports: Ports, institution_id: str, url: str, as_json: bool) -> None:
    """上线自检：真、伪、重放、过期各一条 / send a good, a forged, a replayed and a stale webhook to URL."""
    verdicts = selftest.check_receiver(ports, institution_id, url)
    ready = all(verdict.held for verdict in verdicts)
    if as_json:
        terminal.document({"ready": ready, "sent": [_verdict(one) for one in verdicts]})
        sys.exit(not ready)
    for verdict in verdicts:
        click.echo(_told(verdict))
    first = verdicts[0].sent
    if not verdicts[0].held:
        why = WHY.get(first.error or "") or REFUSED.get(first.status or 0, "应回答 2xx / must answer 2xx")
        sys.exit(f"不可上线 / not ready: {why}")
    if not ready:
        sys.exit(
            "不可上线：请按文档核对签名与时间 / not ready: check the signature over t.body, and t (300 s)"
        )
    click.echo("可以上线：只接受了真实回调 / ready: exactly the genuine webhook was taken")


def _verdict(verdict: Verdict) -> dict[str, object]:
    """Return the result of one self-test webhook as JSON-ready fields."""
    sent, probe = verdict.sent, verdict.probe
    return {"kind": probe.kind, "held": verdict.held, "status": sent.status, "error": sent.error}


def _told(verdict: Verdict) -> str:
    """Return the result of one self-test webhook as a line of text."""
    came = (
        f"HTTP {verdict.sent.status}"
        if verdict.sent.status
        else f"没有回答 / no answer ({verdict.sent.error})"
    )
    mark = "✓" if verdict.held else "✗"
    return f"{mark} {verdict.probe.kind:<9} {EXPECTED[verdict.probe.genuine]}: {came}"


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao webhooks`."""
    shell.run(webhooks, arguments, "python -m scripts.webhooks")
