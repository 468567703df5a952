"""WeChat's signature and encryption of pushes to a server (安全模式).

https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/Message_encryption_and_decryption.html
"""

import base64
import binascii
import hashlib
import hmac
import re
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES_KEY = re.compile(r"[0-9A-Za-z+/]{43}")
BLOCK = 32
HEAD = 16
LENGTH = struct.Struct(">I")


def key_of(aes_key: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey; raises ValueError for an invalid one."""
    if not AES_KEY.fullmatch(aes_key):
        raise ValueError("an EncodingAESKey has 43 characters of base64")
    return base64.b64decode(aes_key + "=")


def signature(*parts: str) -> str:
    """Return the SHA-1 over the sorted parts, WeChat's scheme; the token among them is the secret."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def signed(given: str, *parts: str) -> bool:
    """Return whether the signature matches, compared in constant time."""
    return hmac.compare_digest(given.encode("ascii", "replace"), signature(*parts).encode())


def encrypt(key: bytes, appid: str, document: bytes, head: bytes) -> str:
    """Return base64(AES-256-CBC(16 bytes · length · document · AppID)), padded to 32 (PKCS#7)."""
    plain = head[:HEAD] + LENGTH.pack(len(document)) + document + appid.encode()
    pad = BLOCK - len(plain) % BLOCK
    sealing = _cipher(key).encryptor()
    return base64.b64encode(sealing.update(plain + bytes([pad]) * pad) + sealing.finalize()).decode()


def decrypt(key: bytes, sealed: str) -> tuple[bytes, bytes] | None:
    """Return (document, AppID), or None for an invalid message."""
    try:
        secret = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not secret or len(secret) % BLOCK:
        return None
    opening = _cipher(key).decryptor()
    return _parts(opening.update(secret) + opening.finalize())


def _parts(plain: bytes) -> tuple[bytes, bytes] | None:
    """Return (document, AppID) of a plain text with valid padding and length."""
    pad = plain[-1]
    content = plain[: len(plain) - pad]
    if (
        not 1 <= pad <= BLOCK
        or plain[len(content) :] != bytes([pad]) * pad
        or len(content) < HEAD + LENGTH.size
    ):
        return None
    (length,) = LENGTH.unpack_from(content, HEAD)
    begin = HEAD + LENGTH.size
    return (
        None
        if begin + length > len(content)
        else (content[begin : begin + length], content[begin + length :])
    )


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    # WeChat's scheme fixes the IV; the 16 random leading bytes make each ciphertext differ.
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
