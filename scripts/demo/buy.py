"""`python -m scripts.demo.buy`, beside make demo or make serve: open a verification to complete by hand."""

import json
import sys

import httpx

from scripts.demo.phone import Phone
from scripts.demo.profile import DOCUMENT
from scripts.demo.till import Till


def main() -> None:
    """Open a verification for 李建国, subscribe him to one message and print the popup's URL."""
    if not DOCUMENT.exists():
        sys.exit("no demo here yet: make demo")
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    holder = document["persons"][0]
    till = Till(document["base_url"], document["institutions"][0])
    phone = Phone(document["base_url"], document["simulator_url"], holder["openid"])
    try:
        phone.allow(document["template_id"])
        opened = till.open(holder)
    except httpx.HTTPError:
        sys.exit(f"nobody answers at {document['base_url']}: start make demo or make serve first")
    finally:
        phone.close()
        till.close()
    print(f"收银台弹窗 / popup  {opened['popup_url']}   （30 分钟内有效，只能在一个浏览器里打开）")
    print(f"选 {holder['name']}（本人）→ 推送人脸认证，再到他的手机上点“服务通知”里的消息。")


if __name__ == "__main__":
    main()
