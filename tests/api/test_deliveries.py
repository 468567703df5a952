"""The webhook log, resending, and the go-live self-test."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from api.admin import institutions
from api.events import selftest, webhooks
from models.domain.console.operator import Role
from models.domain.errors import Absent
from scripts.admin import setting
from scripts.admin import webhooks as command
from tests.support import play
from tests.support.console import token
from tests.support.receiver import Till, ended
from tests.support.world import World


def log(world: World, verification: str) -> list[dict[str, Any]]:
    found = play.ok(world.till().get(f"/v1/verifications/{verification}/deliveries"))["deliveries"]
    return list(found)


def test_the_log_tells_what_the_receiver_answered(world: World, till: Till) -> None:  # noqa: F811
    till.status = 500
    verification = ended(world, till)
    assert [(one["state"], one["last_status"]) for one in log(world, verification)] == [("pending", None)]
    play.work(world.ports)
    row = log(world, verification)[0]
    assert (row["type"], row["state"], row["tries"]) == ("verification.cancelled", "retry", 1)
    assert (row["last_status"], row["error"]) == (500, "HTTP 500")
    assert row["last_at"] == world.clock.now().isoformat()
    assert row["next_at"] == (world.clock.now() + timedelta(seconds=1)).isoformat()
    till.status = 204
    world.clock.tick(1)
    play.work(world.ports)
    row = log(world, verification)[0]
    assert (row["state"], row["last_status"], row["error"], row["next_at"]) == ("delivered", 204, None, None)


def test_the_log_says_that_a_receiver_was_unreachable(world: World) -> None:
    verification = play.opened(world, notify_url="http://127.0.0.1:9/hook")
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    play.work(world.ports)
    row = log(world, verification)[0]
    assert (row["state"], row["last_status"], row["error"]) == ("retry", None, "refused")


def test_a_webhook_is_sent_again_with_its_id_and_a_fresh_signature(
    world: World,
    till: Till,  # noqa: F811
) -> None:
    verification = ended(world, till)
    play.work(world.ports)
    world.clock.tick(3600)
    row = log(world, verification)[0]
    url = f"/v1/verifications/{verification}/deliveries/{row['delivery_id']}/resend"
    assert play.ok(world.till().post(url, json={}))["state"] == "pending"
    play.work(world.ports)
    (first, body), (second, again) = till.received
    assert body == again and first["X-Signature"] != second["X-Signature"]
    assert (log(world, verification)[0]["state"], log(world, verification)[0]["tries"]) == ("delivered", 2)


def test_a_push_is_not_in_the_log(world: World) -> None:
    verification = play.opened(world)
    play.pushed(world, verification)
    assert log(world, verification) == []


def test_the_command_lists_and_resends(
    installed: World,  # noqa: F811
    till: Till,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    verification = ended(installed, till)
    play.work(installed.ports)
    delivery = log(installed, verification)[0]["delivery_id"]
    command.main(["list", "--institution", installed.institutions[0], "--state", "delivered"])
    command.main(["list", "--state", "dead"])
    signed = ["--token", token(setting.ports(), "chief", Role.ADMINISTRATOR)]
    command.main(["resend", delivery, *signed])
    told = capsys.readouterr().out
    assert "order_no" in told and "127.0.0.1:" in told and "/hook" not in told
    assert "delivered" in told and "No webhooks." in told and "will be sent again" in told
    assert log(installed, verification)[0]["state"] == "pending"
    with pytest.raises(SystemExit, match="not_found"):
        command.main(["resend", "dlv_none", *signed])
    with pytest.raises(SystemExit, match="sign in first"):
        command.main(["resend", delivery])


class Hook(HTTPServer):
    """A till's webhook receiver with a configurable check."""

    def __init__(self, judge: Callable[[str, bytes], bool]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204 if judge(self.headers["X-Signature"], body) else 401)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)


def right(world: World, secret: bytes) -> Callable[[str, bytes], bool]:
    return lambda header, body: webhooks.verify(secret, body, header, int(world.clock.now().timestamp()))


def without_the_clock(world: World, secret: bytes) -> Callable[[str, bytes], bool]:
    """Check the signature but not the time."""
    return lambda header, body: header == webhooks.sign(secret, body, int(header[2:].split(",")[0]))


def without_the_signature(world: World, secret: bytes) -> Callable[[str, bytes], bool]:
    """Check the time but not the signature."""
    return lambda header, _: abs(int(header[2:].split(",")[0]) - world.clock.now().timestamp()) < 300


HELD = {"good": True, "forged": True, "replayed": True, "stale": True}
RECEIVERS = {
    "right": (right, HELD),
    "takes everything": (
        lambda *_: lambda *_: True,
        {"good": True, "forged": False, "replayed": False, "stale": False},
    ),
    "refuses everything": (lambda *_: lambda *_: False, {"good": False}),
    "without the clock": (without_the_clock, HELD | {"stale": False}),
    "without the signature": (without_the_signature, HELD | {"forged": False, "replayed": False}),
}


@pytest.fixture
def tested(world: World) -> Iterator[Callable[[str], tuple[str, str]]]:
    """Start a receiver; return its institution and address."""
    servers: list[Hook] = []

    def start(name: str) -> tuple[str, str]:
        given = institutions.add_institution(world.ports, "第三药房")
        servers.append(Hook(RECEIVERS[name][0](world, given.webhook_secret.encode())))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return given.institution_id, f"http://127.0.0.1:{servers[-1].server_port}/hook"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("name", RECEIVERS)
def test_the_self_test_tells_receivers_apart(
    world: World, tested: Callable[[str], tuple[str, str]], name: str
) -> None:
    verdicts = selftest.check_receiver(world.ports, *tested(name))
    assert {one.probe.kind: one.held for one in verdicts} == RECEIVERS[name][1]


def test_the_self_test_never_leaves_the_addresses_a_webhook_may_go_to(world: World) -> None:
    verdicts = selftest.check_receiver(world.ports, world.institutions[0], "https://10.0.0.1/hook")
    assert [(one.held, one.sent.error) for one in verdicts] == [(False, "address_not_allowed")]
    with pytest.raises(Absent):
        selftest.check_receiver(world.ports, "ins_none", "http://127.0.0.1:9/")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("ftp://pos.example.org/", "地址不允许"),
        ("http://127.0.0.1:9/", "连不上"),
        ("https://pos.invalid/", "域名"),
    ],
)
def test_the_command_says_why_an_address_is_refused(
    installed: World,  # noqa: F811
    path: str,
    told: str,
) -> None:
    with pytest.raises(SystemExit, match=told):
        command.main(["selftest", installed.institutions[0], path])


def test_the_command_names_a_wrong_secret(
    installed: World,  # noqa: F811
    tested: Callable[[str], tuple[str, str]],
) -> None:
    with pytest.raises(SystemExit, match="密钥不符"):
        command.main(["selftest", *tested("refuses everything")])


@pytest.mark.parametrize("name", ["right", "takes everything"])
def test_the_command_explains_each_result(
    installed: World,  # noqa: F811
    tested: Callable[[str], tuple[str, str]],
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    # The command has a clock of its own, so the receiver must look at the same one.
    started = time.time() - installed.clock.now().timestamp()
    installed.clock.tick(started)
    institution, url = tested(name)
    if name == "right":
        command.main(["selftest", institution, url])
        assert "可以上线" in capsys.readouterr().out
        return
    with pytest.raises(SystemExit, match="不可上线"):
        command.main(["selftest", institution, url])
    assert "✗ forged" in capsys.readouterr().out
