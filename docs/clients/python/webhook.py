"""A webhook receiver in Python, without any library: YIBAO_WEBHOOK_SECRET=… python webhook.py PORT."""

import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["YIBAO_WEBHOOK_SECRET"].encode()
TOLERANCE_S = 300


def genuine(body: bytes, header: str) -> bool:
    """Tell whether a webhook is signed by us and at most 300 s old; `body` is the raw bytes."""
    fields = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    sent = fields.get("t", "")
    if not sent.isdecimal() or abs(time.time() - int(sent)) > TOLERANCE_S:
        return False
    expected = hmac.new(SECRET, f"{sent}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), fields.get("v1", "").encode())


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to all that is genuine, also what it knows or cannot use, and 401 to the rest."""

    seen: set[str] = set()

    def do_POST(self) -> None:
        """Receive one webhook; the same id may come again, and events may come out of order (data.seq)."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not genuine(body, self.headers.get("X-Signature", "")):
            self.send_response(401)
        else:
            webhook = json.loads(body)
            if webhook["id"] not in self.seen:
                self.seen.add(webhook["id"])
                print(webhook["type"], webhook["data"]["order_no"], flush=True)
            self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
