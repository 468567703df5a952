"""The log of webhooks, sending one again, and the go-live test: `python -m scripts.webhooks --help`."""

import argparse
import sys

from api.flows import deliveries, golive
from api.flows.golive import Verdict
from api.ports import Ports
from scripts import setting

EXPECTED = {True: "必须接受 / must be taken (2xx)", False: "必须拒绝 / must be refused (4xx)"}


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    setting.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.webhooks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="list | resend | selftest")
    listing = commands.add_parser("list", help="list the newest webhooks and what the receiver answered")
    listing.add_argument("--institution", metavar="ID")
    listing.add_argument("--state", choices=["pending", "retry", "delivered", "dead"])
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
    """Print one line a webhook."""
    found = deliveries.newest(ports, options.institution, options.state)
    for one in found:
        row = one.delivery
        last = f"{row.last_at:%Y-%m-%d %H:%M:%S}" if row.last_at else "-"
        answer = row.last_status or row.error or "-"
        due = f"next {row.next_at:%H:%M:%S} UTC" if row.state in ("pending", "retry") else ""
        print(one.institution_id, row.id, one.event.type, row.state, f"tries={row.tries}", last, answer, due)
    if not found:
        print("No webhooks.")


def _resend(ports: Ports, options: argparse.Namespace) -> None:
    for delivery_id in options.delivery_id:
        one = deliveries.resend_any(ports, delivery_id)
        print(f"{delivery_id} {one.event.type} will be sent again now")


def _selftest(ports: Ports, options: argparse.Namespace) -> None:
    """Print each verdict in plain words; exit 0 only if exactly the good one was taken."""
    verdicts = golive.check_receiver(ports, options.institution_id, options.url)
    for verdict in verdicts:
        print(_told(verdict))
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
