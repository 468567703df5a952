"""The log of webhooks, sending one again, and the go-live test: `python -m scripts.webhooks --help`."""

import argparse
import sys
from urllib.parse import urlsplit

from api.events import deliveries, selftest
from api.events.selftest import Verdict
from api.ports import Ports
from models.domain.delivery import DUE, DeliveryState
from scripts.admin import setting

# Why the genuine webhook was not taken, and what to look at.
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
HEADINGS = (
    "institution", "delivery", "order_no", "host", "event", "state", "tries", "answer", "last (UTC)", "next"
)  # fmt: skip
EXPECTED = {True: "必须接受 / must be taken (2xx)", False: "必须拒绝 / must be refused (4xx)"}


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.webhooks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="list | resend | selftest")
    listing = commands.add_parser("list", help="list the newest webhooks and what the receiver answered")
    listing.add_argument("--institution", metavar="ID")
    listing.add_argument("--state", choices=[*DUE, DeliveryState.DELIVERED, DeliveryState.DEAD])
    listing.set_defaults(run=_list)
    resend = commands.add_parser("resend", help="send webhooks once more, with the same id")
    resend.add_argument("delivery_id", nargs="+")
    resend.set_defaults(run=_resend)
    test = commands.add_parser("selftest", help="send a good, a forged, a replayed and a stale webhook")
    test.add_argument("institution_id")
    test.add_argument("url", help="the notify_url to test")
    test.set_defaults(run=_selftest)
    return parser


def _list(ports: Ports, options: argparse.Namespace) -> None:
    """Print one line a webhook; of its address the host alone, for a path may hold a secret."""
    found = deliveries.newest(ports, options.institution, options.state)
    if not found:
        print("No webhooks.")
        return
    line = "{:<26} {:<26} {:<20} {:<24} {:<22} {:<9} {:>5}  {:<19} {:<14} {}"
    print(line.format(*HEADINGS))
    for one in found:
        row = one.delivery
        last = f"{row.last_at:%m-%d %H:%M:%S}" if row.last_at else "-"
        due = f"{row.next_at:%m-%d %H:%M:%S}" if row.state in DUE else "-"
        host = urlsplit(one.notify_url or "").netloc
        told = (one.institution_id, row.id, one.order_no, host, one.event.type, row.state, row.tries)
        print(line.format(*told, row.error or row.last_status or "-", last, due))


def _resend(ports: Ports, options: argparse.Namespace) -> None:
    for delivery_id in options.delivery_id:
        one = deliveries.resend_any(ports, delivery_id)
        print(f"{delivery_id} {one.event.type} will be sent again now")


def _selftest(ports: Ports, options: argparse.Namespace) -> None:
    """Print each verdict in plain words; exit 0 only if exactly the good one was taken."""
    verdicts = selftest.check_receiver(ports, options.institution_id, options.url)
    for verdict in verdicts:
        print(_told(verdict))
    first = verdicts[0].sent
    if not verdicts[0].held:
        why = WHY.get(first.error or "") or REFUSED.get(first.status or 0, "应回答 2xx / must answer 2xx")
        sys.exit(f"不可上线 / not ready: {why}")
    if not all(verdict.held for verdict in verdicts):
        sys.exit(
            "不可上线：请按文档核对签名与时间 / not ready: check the signature over t.body, and t (300 s)"
        )
    print("可以上线：只接受了真实回调 / ready: exactly the genuine webhook was taken")


def _told(verdict: Verdict) -> str:
    """Return one line about one webhook."""
    came = (
        f"HTTP {verdict.sent.status}"
        if verdict.sent.status
        else f"没有回答 / no answer ({verdict.sent.error})"
    )
    mark = "✓" if verdict.held else "✗"
    return f"{mark} {verdict.probe.kind:<9} {EXPECTED[verdict.probe.genuine]}: {came}"


if __name__ == "__main__":
    main()
