"""SM4-GCM (GB/T 32907, RFC 8998 §3) and keyed SM3 (GB/T 32905), by OpenSSL inside `cryptography`."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = 16
TAG = 16


class Sm4Gcm:
    """Authenticated encryption, called as cryptography's AESGCM is."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        """Return ciphertext and 16-byte tag."""
        running = Cipher(self._key, modes.GCM(nonce)).encryptor()
        running.authenticate_additional_data(associated or b"")
        return running.update(data) + running.finalize() + running.tag

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:
        """Return the plain text; raises InvalidTag, or ValueError for what is shorter than a tag."""
        running = Cipher(self._key, modes.GCM(nonce, data[-TAG:])).decryptor()
        running.authenticate_additional_data(associated or b"")
        return running.update(data[:-TAG]) + running.finalize()


def derived(secret: bytes, purpose: bytes, length: int = KEY) -> bytes:
    """Return a key for one purpose, SM4's unless another length is given (HKDF, RFC 5869, with SM3)."""
    return HKDF(hashes.SM3(), length, salt=None, info=b"yibao-face " + purpose).derive(secret)


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """Return the 32-byte HMAC (RFC 2104) with SM3."""
    running = hmac.HMAC(key, hashes.SM3())
    running.update(data)
    return running.finalize()


def available() -> bool:
    """Tell whether this OpenSSL has SM3 and SM4-GCM."""
    try:
        Sm4Gcm(derived(bytes(32), b"trial")).encrypt(bytes(12), b"trial", None)
    except UnsupportedAlgorithm:
        return False
    return True
