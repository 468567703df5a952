"""`python -m tests.support.provider`: an OpenID Connect provider in a process of its own, for tests.

It prints its address, signs in whoever `POST /next` names (with changes to the ID token's claims), and checks
PKCE and the client's secret as RFC 7636 and OpenID Connect Core say.
"""

import base64
import hashlib
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "console", "a client's secret"
KEY = RSAKey.generate_key(2048, parameters={"kid": "k1"})
FORGED = RSAKey.generate_key(2048, parameters={"kid": "k1"})


class Provider(BaseHTTPRequestHandler):
    """Metadata, keys, the sign-in page that asks nothing, and the token endpoint."""

    next: dict = {}
    codes: dict = {}

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path), dict(parse_qs(urlsplit(self.path).query))
        issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        if path.path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            named = {name: f"{issuer}/{end}" for name, end in ends.items()}
            return self._tell({"issuer": self.next.get("issuer", issuer), **named})
        if path.path == "/keys":
            return self._tell({"keys": [KEY.as_dict(private=False)]})
        code = secrets.token_urlsafe()
        self.codes[code] = {name: values[0] for name, values in asked.items()}
        back = {"code": code, "state": asked["state"][0]}
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri'][0]}?{urlencode(back)}")
        self.end_headers()
        return None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/next":
            type(self).next = json.loads(body)
            return self._tell({})
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(form.get("code"), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        fits = asked and asked["code_challenge"] == proof.rstrip(b"=").decode()
        if not fits or self.headers["Authorization"] != f"Basic {basic}":
            return self._tell({"error": "invalid_grant"}, 400)
        now = int(self.next.get("now", time.time()))
        claims = {
            "iss": f"http://127.0.0.1:{self.server.server_address[1]}", "aud": CLIENT, "iat": now,
            "exp": now + 300, "nonce": asked["nonce"], **self.next.get("claims", {}),
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = FORGED if self.next.get("forged") else KEY
        return self._tell({"id_token": jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)})

    def _tell(self, document: dict, status: int = 200) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def main() -> None:
    """Serve until the process is stopped."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
