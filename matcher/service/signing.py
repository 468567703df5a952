"""Sign requests and answers with HMAC-SHA256.

A request's signature covers method, path, id, time and body; an answer's covers the request's id and body,
the status and its own body. A truncated, mismatched, replayed or forged answer is therefore refused.
"""

import hashlib
import hmac

ID = "X-Matcher-Id"
TIME = "X-Matcher-Time"
SIGNATURE = "X-Matcher-Signature"
# Maximum difference between a request's time and the service's clock.
WINDOW_S = 60


def sign_request(secret: bytes, path: str, request_id: str, time: str, body: bytes) -> str:
    """Return the signature of a POST, hex."""
    return _signature(secret, "request", path, request_id, time, _hash(body))


def sign_answer(secret: bytes, request_id: str, request: bytes, status: int, answer: bytes) -> str:
    """Return the signature of the answer to a request, hex."""
    return _signature(secret, "answer", request_id, _hash(request), str(status), _hash(answer))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _signature(secret: bytes, *parts: str) -> str:
    return hmac.new(secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Tell, in constant time, whether two signatures are the same."""
    return hmac.compare_digest(given.encode(), expected.encode())
