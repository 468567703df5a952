"""The simulator of WeChat's server as a process of its own."""

import os
import re
import subprocess
import sys
from types import TracebackType
from typing import Any

import httpx

APPID, SECRET, TEMPLATE = "wx0123456789abcdef", "s3cr3t-of-the-test", "template-1"


class Simulator:
    """A running simulator; its control calls, one line each."""

    def __enter__(self) -> "Simulator":
        environment = os.environ | {"SIM_APPID": APPID, "SIM_SECRET": SECRET, "SIM_TEMPLATE_ID": TEMPLATE}
        command = [sys.executable, "-m", "wechat.simulator", "--port", "0"]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        address = re.search(r"http://\S+", self._process.stdout.readline())
        assert address is not None
        self.url = address.group()
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()
        self._process.terminate()
        self.returncode = self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def log_in(self, openid: str) -> str:
        return str(self.control("login", openid=openid)["code"])

    def allow(self, openid: str, template_id: str = TEMPLATE) -> None:
        self.control("subscribe", openid=openid, template_id=template_id, result="accept")

    def faults(self, **wanted: Any) -> None:
        self.control("faults", **wanted)

    def messages(self, openid: str) -> list[dict[str, Any]]:
        return list(self.http.get(f"/sim/v1/chats/{openid}").json()["messages"])

    def calls(self, path: str) -> int:
        return int(self.http.get("/sim/v1/calls").json()["calls"].get(path, 0))

    def control(self, name: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(f"/sim/v1/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
