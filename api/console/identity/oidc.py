"""Sign-in through an OpenID Connect provider: authorization code with PKCE (RFC 7636), state and nonce.

It signs in an account that exists and is set up; it creates none, and counts as no one-time code.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.console import sessions
from api.ports import Ports
from models.domain.errors import Busy, SignInRefused
from models.vault import CannotOpen

TIMEOUT_S = 5.0
BEGUN_FOR = timedelta(minutes=10)
LEEWAY_S = 30
ALGORITHMS = ("RS256", "PS256", "ES256")
PLACE = "console.oidc"
RETURN = "/console/oidc/return"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what its cookie keeps until it returns."""

    url: str
    kept: str


def begin(ports: Ports) -> Begun:
    """Return the provider's sign-in page for a new sign-in; raises Busy where it does not answer."""
    state, nonce, verifier = ports.random.token(43), ports.random.token(43), ports.random.token(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    with _client() as client:
        address = _discovered(ports, client)["authorization_endpoint"]
    wanted = {
        "response_type": "code", "scope": "openid profile", "redirect_uri": _returning(ports),
        "client_id": ports.settings.console_oidc_client_id, "state": state, "nonce": nonce,
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    until = (ports.now() + BEGUN_FOR).timestamp()
    kept = json.dumps({"state": state, "nonce": nonce, "verifier": verifier, "until": until})
    sealed = base64.urlsafe_b64encode(ports.vault.seal(PLACE, kept)).decode()
    return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(wanted)}", sealed)


def finish(ports: Ports, kept: str, given: Mapping[str, str]) -> str:
    """Return the token of a new session for what the provider sent back with the browser.

    Raises SignInRefused for another browser's, an old or an altered answer and for a person without an
    account, Busy where the provider does not answer.
    """
    begun = _opened(ports, kept)
    if not compare_digest(begun["state"].encode(), given.get("state", "").encode()):
        raise SignInRefused
    if given.get("iss", ports.settings.console_oidc_issuer) != ports.settings.console_oidc_issuer:
        raise SignInRefused
    if not given.get("code"):
        raise SignInRefused
    with _client() as client:
        found = _discovered(ports, client)
        token = _exchanged(ports, client, found["token_endpoint"], (given["code"], begun["verifier"]))
        keys = _json(client.get, found["jwks_uri"])
    name = _claims(ports, token, keys, begun["nonce"]).get(ports.settings.console_oidc_claim)
    if not isinstance(name, str) or not name:
        raise SignInRefused
    return sessions.sign_in_known(ports, name)


def _opened(ports: Ports, kept: str) -> Mapping[str, Any]:
    """Return what the browser's cookie keeps; raises SignInRefused where it is old or not ours."""
    try:
        begun: Mapping[str, Any] = json.loads(ports.vault.open(PLACE, base64.urlsafe_b64decode(kept)))
    except (CannotOpen, ValueError):
        raise SignInRefused from None
    if not ports.now().timestamp() < begun["until"]:
        raise SignInRefused
    return begun


def _client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)


def _discovered(ports: Ports, client: httpx.Client) -> Mapping[str, Any]:
    """Return the provider's metadata (OpenID Connect Discovery 1.0), which must name the issuer itself."""
    issuer = ports.settings.console_oidc_issuer
    found = _json(client.get, f"{issuer}/.well-known/openid-configuration")
    ends = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    scheme = issuer.split(":", 1)[0] + "://"
    if found.get("issuer") != issuer or not all(isinstance(e, str) and e.startswith(scheme) for e in ends):
        raise Busy("the identity provider's metadata is not its own")
    return found


def _exchanged(ports: Ports, client: httpx.Client, address: str, proof: tuple[str, str]) -> str:
    """Return the ID token for a code and its PKCE verifier."""
    settings, (code, verifier) = ports.settings, proof
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": _returning(ports),
        "code_verifier": verifier,
    }  # fmt: skip
    auth = settings.console_oidc_client_id, settings.console_oidc_client_secret.get_secret_value()
    try:
        answer = client.post(address, data=form, auth=auth)
        token = answer.json().get("id_token") if answer.is_success else None
    except httpx.HTTPError:
        raise Busy("the identity provider does not answer") from None
    except (ValueError, AttributeError):
        raise SignInRefused from None
    if not isinstance(token, str):
        raise SignInRefused
    return token


def _claims(ports: Ports, token: str, keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
    """Return the claims of an ID token that the provider signed for this sign-in; raises SignInRefused."""
    settings = ports.settings
    required = jwt.JWTClaimsRegistry(
        now=lambda: int(ports.now().timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": settings.console_oidc_issuer},
        aud={"essential": True, "value": settings.console_oidc_client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        found = jwt.decode(token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=ALGORITHMS)
        required.validate(found.claims)
    except (JoseError, ValueError, KeyError, TypeError):
        raise SignInRefused from None
    if found.claims.get("azp", settings.console_oidc_client_id) != settings.console_oidc_client_id:
        raise SignInRefused
    return found.claims


def _json(get: Any, address: str) -> Mapping[str, Any]:
    """Return a JSON object of the provider; raises Busy."""
    try:
        found = get(address).raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise Busy("the identity provider does not answer") from None
    if not isinstance(found, dict):
        raise Busy("the identity provider's answer is no object")
    return found


def _returning(ports: Ports) -> str:
    return f"{ports.settings.base_url}{RETURN}"
