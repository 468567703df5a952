"""`python -m scripts.demo.buy`, beside make demo or make serve: open a verification to complete by hand."""

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import httpx

from scripts.demo.phone import Phone
from scripts.demo.profile import DOCUMENT
from scripts.demo.till import Till


def main() -> None:
    """Open a verification and print the popup's URL and where the phone is."""
    if not DOCUMENT.exists():
        sys.exit("no demo here yet: make demo")
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    try:
        popup_url = opened(document)
    except httpx.HTTPError:
        sys.exit(f"nobody answers at {document['base_url']}: start make demo or make serve first")
    name = document["persons"][0]["name"]
    print(f"收银台弹窗 / popup  {popup_url}   （30 分钟内有效，只能在一个浏览器里打开）")
    print(f"选 {name}（本人）→ 推送人脸认证，再到微信模拟器点他“服务通知”里的新消息：")
    print(f"微信模拟器 / WeChat {document['simulator_url']}/")


def opened(document: Mapping[str, Any]) -> str:
    """Open a verification for 李建国, let him allow one message, and return the popup's URL.

    Raises httpx.HTTPError while the servers are away.
    """
    holder = document["persons"][0]
    with (
        closing(Till(document["base_url"], document["institutions"][0])) as till,
        closing(Phone(document["base_url"], document["simulator_url"], holder["openid"])) as phone,
    ):
        phone.allow(document["template_id"])
        return str(till.open(holder)["popup_url"])


if __name__ == "__main__":
    main()
