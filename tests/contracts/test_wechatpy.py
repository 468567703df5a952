"""An unmodified wechatpy client runs on the simulator."""

from collections.abc import Iterator
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException

from tests.support.simulated import APPID, DATA, SECRET, TEMPLATE, Simulator

OFFICIAL = "https://api.weixin.qq.com"


class Elsewhere(HTTPAdapter):
    """Redirects calls for WeChat to the simulator."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        assert request.url is not None and request.url.startswith(OFFICIAL)
        request.url = request.url.replace(OFFICIAL, self._url)
        return super().send(request, *args, **options)


@pytest.fixture
def client(simulator: Simulator) -> Iterator[WeChatClient]:
    one = WeChatClient(APPID, SECRET, timeout=5)
    one._http.trust_env = False
    one._http.mount(OFFICIAL, Elsewhere(simulator.url))
    yield one
    one._http.close()


def test_the_simulator_logs_a_phone_in(client: WeChatClient, simulator: Simulator) -> None:
    session = client.wxa.code_to_session(simulator.log_in("openid-p1"))
    assert session["openid"] == "openid-p1" and session["session_key"]


def test_the_simulator_sends_a_message_for_a_credit(client: WeChatClient, simulator: Simulator) -> None:
    data = {key: {"value": value} for key, value in DATA.items()}
    with pytest.raises(WeChatClientException) as refused:
        client.wxa.send_subscribe_message("openid-p2", TEMPLATE, data, page="pages/a/a")
    assert refused.value.errcode == 43101
    simulator.allow("openid-p2")
    client.wxa.send_subscribe_message("openid-p2", TEMPLATE, data, page="pages/a/a")
    assert [message["data"] for message in simulator.messages("openid-p2")] == [data]


def test_the_simulator_creates_a_code(client: WeChatClient) -> None:
    assert client.wxa.get_wxa_code_unlimited("scene-1", page="pages/a/a").content.startswith(b"\x89PNG")


def test_the_gateway_replaces_an_expired_token(client: WeChatClient, simulator: Simulator) -> None:
    client.wxa.get_wxa_code_unlimited("scene-1", page="pages/a/a")
    simulator.faults(token="expired")
    assert client.wxa.get_wxa_code_unlimited("scene-1", page="pages/a/a").content.startswith(b"\x89PNG")


def test_the_gateway_recognises_an_exhausted_quota(client: WeChatClient, simulator: Simulator) -> None:
    simulator.faults(quota={"/wxa/getwxacodeunlimit": 0})
    with pytest.raises(APILimitedException):
        client.wxa.get_wxa_code_unlimited("scene-1", page="pages/a/a")
