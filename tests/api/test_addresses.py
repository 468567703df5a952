"""Allowed webhook addresses, and how they are tried."""

import socket

import pytest

from api.outbound import http_post
from api.outbound.addresses import Target, check_url, resolve
from models.domain.errors import Invalid
from tests.support import play
from tests.support.receiver import Till, ended
from tests.support.world import World


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "ftp://example.com/",
        "https://user:pw@example.com/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "https://",
        "https://0.0.0.0/", "https://example.com/#x", "http://127.0.0.2/",
        "https://localhost/", "https://pos.localhost/", "https://0x7f.1/", "https://2130706433/",
        "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:7f00:1::]/",
        "https://localhost./", "https://pos.localhost./", "https://127.0.0.1./", "https://[64:ff9b:1::a00:1]/",
        "https://[::a00:1]/", "https://[::7f00:1]/",
    ],
)  # fmt: skip
def test_an_address_inside_is_never_called(url: str) -> None:
    for demo in (True, False):
        with pytest.raises(Invalid):
            check_url(url, demo, [])


def test_a_network_may_be_allowed_and_local_only_in_the_demo() -> None:
    check_url("https://10.1.2.3/hook", False, ["10.1.0.0/16"])
    check_url("http://127.0.0.1:9000/hook", True, [])
    with pytest.raises(Invalid):
        check_url("http://127.0.0.1:9000/hook", False, [])


def _points_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)


def test_a_name_that_points_inside_is_refused_when_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    _points_to(monkeypatch, "1.2.3.4", "10.0.0.1")
    with pytest.raises(Invalid):
        resolve("https://pos.example.org/hook", False, [])


def test_every_address_of_a_name_is_tried_ipv4_first(monkeypatch: pytest.MonkeyPatch) -> None:
    _points_to(monkeypatch, "2400:3200::1", "47.96.1.2", "9.9.9.9")
    assert resolve("https://pos.example.org/", False, []).addresses == (
        "9.9.9.9",
        "47.96.1.2",
        "2400:3200::1",
    )


def test_the_next_address_is_tried_where_one_does_not_answer(
    world: World, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(world, till)
    monkeypatch.setattr(http_post, "resolve", lambda *_: _target(till.server_port, "127.0.0.9", "127.0.0.1"))
    play.work(world.ports)
    assert len(till.received) == 1


def _target(port: int, *addresses: str) -> Target:
    return Target("http", "pos.example.org", port, "/hook", addresses)


def test_an_unparsable_address_is_refused() -> None:
    for url in (f"https://{'a' * 64}.example/", "https://47.96.1.2/药"):
        assert http_post.send(url, [], b"", "", demo=False).error == "address_not_allowed"
