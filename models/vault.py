"""Authenticated encryption bound to the row, and blind HMAC indexes for look-ups.

Two sets of algorithms: AES-256-GCM with HMAC-SHA256, or SM4-GCM with HMAC-SM3. Either set opens what the
other sealed.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.shangmi import Sm4Gcm, derived, hmac_sm3

NONCE = 12
# Before the key's id in what SM4 sealed; no key id contains it.
SM4 = b"\x01"
# Of a sealed value: the bytes its key's id ends within.
HEAD = 18


class Ciphers(StrEnum):
    """What new values are sealed with."""

    INTERNATIONAL = "international"
    SM = "sm"


class Aead(Protocol):
    """An authenticated cipher with its key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return ciphertext and tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the plain text, or raise InvalidTag or ValueError."""


@dataclass(frozen=True, slots=True)
class IndexKey:
    """The secret of the blind indexes, 32 bytes, and whether they are HMAC-SM3 or HMAC-SHA256."""

    secret: bytes
    sm3: bool = False


class CannotOpen(Exception):
    """A sealed value was changed, moved to another row, or sealed with a missing key."""


class Vault:
    """Encrypts values bound to their place in the database, and computes blind indexes.

    `keys` maps a key id (1–16 ASCII) to a 32-byte secret; the last one encrypts with the chosen cipher, all
    decrypt with either. The index key must never change: every index would be lost. A sealed value is key
    id, NUL, 12-byte nonce, ciphertext with 16-byte tag (NIST SP 800-38D; SM4-GCM: RFC 8998); where SM4
    sealed it, a byte 1 comes first.
    """

    def __init__(
        self, keys: Mapping[str, bytes], index: IndexKey | bytes, ciphers: Ciphers = Ciphers.INTERNATIONAL
    ) -> None:
        index = IndexKey(index) if isinstance(index, bytes) else index
        if not keys or any(len(secret) != 32 for secret in (*keys.values(), index.secret)):
            raise ValueError("vault secrets are 32 bytes each")
        self._secrets = {key_id.encode(): secret for key_id, secret in keys.items()}
        self._ciphers: dict[bytes, Aead] = {
            key_id: AESGCM(_derive(secret, b"seal")) for key_id, secret in self._secrets.items()
        }
        self.ciphers = ciphers
        self._newest = (SM4 if ciphers is Ciphers.SM else b"") + list(self._secrets)[-1]
        self._sm3 = index.sm3
        self._index_key = (
            derived(index.secret, b"index", 32) if index.sm3 else _derive(index.secret, b"index")
        )

    @property
    def newest(self) -> bytes:
        """Return what a newly sealed value begins with, before the NUL: its cipher and the key's id."""
        return self._newest

    def _cipher(self, head: bytes) -> Aead | None:
        """Return the cipher that sealed a value, by what it begins with; None for a key that is missing."""
        secret = self._secrets.get(head.removeprefix(SM4))
        if head not in self._ciphers and secret is not None:
            self._ciphers[head] = Sm4Gcm(derived(secret, b"seal"))
        return self._ciphers.get(head)

    def seal(self, place: str, plain: bytes | str) -> bytes:
        """Return `plain` encrypted with `place` (table.column:row) as associated data."""
        data = plain.encode() if isinstance(plain, str) else plain
        nonce = os.urandom(NONCE)
        cipher = self._cipher(self._newest)
        if cipher is None:
            raise CannotOpen(place.partition(":")[0])
        return self._newest + b"\0" + nonce + cipher.encrypt(nonce, data, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """Return the plain value sealed at `place`, or raise CannotOpen."""
        head, _, rest = sealed.partition(b"\0")
        cipher = self._cipher(head)
        if cipher is None or len(rest) <= NONCE:
            raise CannotOpen(place.partition(":")[0])
        try:
            return cipher.decrypt(rest[:NONCE], rest[NONCE:], place.encode())
        except (InvalidTag, ValueError):
            raise CannotOpen(place.partition(":")[0]) from None

    def open_each(self, column: str, rows: Iterable[Sequence[Any]]) -> list[bytes | None]:
        """Return the plain values of a sealed column of thousands of rows, None for unreadable ones.

        A row begins with its id and the sealed value; `column` is table.column.
        """
        prefix, found = f"{column}:".encode(), list[bytes | None]()
        head, after, decrypt = b"", 0, None
        for row in rows:
            sealed = row[1]
            if decrypt is None or not sealed.startswith(head):
                head = sealed[: sealed.find(b"\0") + 1]
                after, cipher = len(head) + NONCE, self._cipher(head[:-1])
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
        """Return the hex HMAC by which `value` can be found without being stored."""
        data = f"{kind}:{value}".encode()
        if self._sm3:
            return hmac_sm3(self._index_key, data).hex()
        return hmac.new(self._index_key, data, hashlib.sha256).hexdigest()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    """Return a key for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"yibao-face " + purpose).derive(secret)


def seal_under(secret: bytes, place: str, plain: bytes, ciphers: Ciphers) -> bytes:
    """Return `plain` encrypted with a 32-byte secret of its own, so that it opens only at `place`."""
    nonce = os.urandom(NONCE)
    return nonce + _own(secret, ciphers).encrypt(nonce, plain, place.encode())


def open_under(secret: bytes, place: str, sealed: bytes, ciphers: Ciphers) -> bytes:
    """Return what was sealed with this secret and cipher at `place`, or raise CannotOpen."""
    try:
        return _own(secret, ciphers).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise CannotOpen(place.partition("/")[0]) from None


def _own(secret: bytes, ciphers: Ciphers) -> Aead:
    """Return the cipher of a secret of its own."""
    if ciphers is Ciphers.SM:
        return Sm4Gcm(derived(secret, b"own"))
    return AESGCM(_derive(secret, b"own"))


def digest(token: str | bytes) -> str:
    """Return the hex SHA-256 of a high-entropy token, for storing it."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).hexdigest()
