"""Encryption with AES-256-GCM bound to the row, and blind HMAC indexes for look-ups."""

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class CannotOpen(Exception):
    """A sealed value was changed, moved to another row, or sealed with a missing key."""


class Vault:
    """Encrypts values bound to their place in the database, and computes blind indexes.

    `keys` maps a key id (1–16 ASCII) to a 32-byte secret; the last one encrypts, all decrypt. `index_secret`
    must never change: every index would be lost. A sealed value is key id, NUL, 12-byte nonce, ciphertext
    with 16-byte tag (NIST SP 800-38D).
    """

    def __init__(self, keys: Mapping[str, bytes], index_secret: bytes) -> None:
        if not keys or any(len(secret) != 32 for secret in (*keys.values(), index_secret)):
            raise ValueError("vault secrets are 32 bytes each")
        self._ciphers = {key_id.encode(): AESGCM(_derive(secret, b"seal")) for key_id, secret in keys.items()}
        self._newest = list(self._ciphers)[-1]
        self._index_key = _derive(index_secret, b"index")

    @property
    def newest(self) -> bytes:
        """Return the id of the encrypting key."""
        return self._newest

    def seal(self, place: str, plain: bytes | str) -> bytes:
        """Return `plain` encrypted with `place` (table.column:row) as associated data."""
        data = plain.encode() if isinstance(plain, str) else plain
        nonce = os.urandom(NONCE)
        return self._newest + b"\0" + nonce + self._ciphers[self._newest].encrypt(nonce, data, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """Return the plain value sealed at `place`, or raise CannotOpen."""
        key_id, _, rest = sealed.partition(b"\0")
        cipher = self._ciphers.get(key_id)
        if cipher is None or len(rest) <= NONCE:
            raise CannotOpen(place.partition(":")[0])
        try:
            return cipher.decrypt(rest[:NONCE], rest[NONCE:], place.encode())
        except InvalidTag:
            raise CannotOpen(place.partition(":")[0]) from None

    def open_each(self, column: str, rows: Iterable[Sequence[Any]]) -> list[bytes | None]:
        """Return the plain values of a sealed column of thousands of rows, None for unreadable ones.

        A row begins with its id and the sealed value; `column` is table.column.
        """
        ciphers, prefix, found = self._ciphers, f"{column}:".encode(), list[bytes | None]()
        head, after, decrypt = b"", 0, None
        for row in rows:
            sealed = row[1]
            if decrypt is None or not sealed.startswith(head):
                head = sealed[: sealed.find(b"\0") + 1]
                after, cipher = len(head) + NONCE, ciphers.get(head[:-1])
                decrypt = cipher.decrypt if cipher else None
            try:
                place = prefix + row[0].encode()
                found.append(
                    decrypt(sealed[after - NONCE : after], sealed[after:], place) if decrypt else None
                )
            except (InvalidTag, ValueError):
                found.append(None)
        return found

    def text(self, place: str, sealed: bytes) -> str:
        """Return a sealed text."""
        return self.open(place, sealed).decode()

    def index(self, kind: str, value: str) -> str:
        """Return the hex HMAC-SHA256 by which `value` can be found without being stored."""
        return hmac.new(self._index_key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    """Return a key for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"yibao-face " + purpose).derive(secret)


def seal_under(secret: bytes, place: str, plain: bytes) -> bytes:
    """Return `plain` encrypted with a 32-byte secret of its own, so that it opens only at `place`."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_derive(secret, b"own")).encrypt(nonce, plain, place.encode())


def open_under(secret: bytes, place: str, sealed: bytes) -> bytes:
    """Return what was sealed with this secret at `place`, or raise CannotOpen."""
    try:
        return AESGCM(_derive(secret, b"own")).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise CannotOpen(place.partition("/")[0]) from None


def digest(token: str | bytes) -> str:
    """Return the hex SHA-256 of a high-entropy token, for storing it."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).hexdigest()
