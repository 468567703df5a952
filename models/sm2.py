"""SM2 signatures with SM3 (GB/T 32918.2, parameters of GB/T 32918.5) by the system's OpenSSL 3.

`cryptography` does not offer SM2. Keys are DER: SEC 1 (private) and SubjectPublicKeyInfo (public), signatures
DER too, the signer's id is the usual one (GM/T 0009), so that `openssl pkeyutl` checks what is signed here.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

SIGNER = b"1234567812345678"
LIBRARIES = ("libcrypto.so.3", "libcrypto.3.dylib")
# The longest signature: two numbers of 33 bytes in DER.
LONGEST = 72

_POINTER, _INT, _BYTES, _SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t
# What each function returns and takes (OpenSSL 3, man 3); EVP_PKEY_Q_keygen is variadic.
_FUNCTIONS: dict[str, tuple[Any, list[Any] | None]] = {
    "CRYPTO_free": (None, [_POINTER, _BYTES, _INT]),
    "ERR_clear_error": (None, []),
    "EVP_DigestSign": (_INT, [_POINTER, _BYTES, _POINTER, _BYTES, _SIZE]),
    "EVP_DigestSignInit": (_INT, [_POINTER] * 5),
    "EVP_DigestVerify": (_INT, [_POINTER, _BYTES, _SIZE, _BYTES, _SIZE]),
    "EVP_DigestVerifyInit": (_INT, [_POINTER] * 5),
    "EVP_MD_CTX_free": (None, [_POINTER]),
    "EVP_MD_CTX_new": (_POINTER, []),
    "EVP_MD_CTX_set_pkey_ctx": (None, [_POINTER, _POINTER]),
    "EVP_PKEY_CTX_free": (None, [_POINTER]),
    "EVP_PKEY_CTX_new": (_POINTER, [_POINTER, _POINTER]),
    "EVP_PKEY_CTX_set1_id": (_INT, [_POINTER, _BYTES, _INT]),
    "EVP_PKEY_Q_keygen": (_POINTER, None),
    "EVP_PKEY_free": (None, [_POINTER]),
    "EVP_PKEY_is_a": (_INT, [_POINTER, _BYTES]),
    "EVP_sm3": (_POINTER, []),
    "d2i_AutoPrivateKey": (_POINTER, [_POINTER, _POINTER, ctypes.c_long]),
    "d2i_PUBKEY": (_POINTER, [_POINTER, _POINTER, ctypes.c_long]),
    "i2d_PUBKEY": (_INT, [_POINTER, _POINTER]),
    "i2d_PrivateKey": (_INT, [_POINTER, _POINTER]),
}


class Sm2Unavailable(Exception):
    """This machine has no OpenSSL 3 with SM2, or it refused; the message is the call."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and its public one, both DER."""

    private: bytes
    public: bytes


def available() -> bool:
    """Tell whether keys can be made here."""
    try:
        generate()
    except Sm2Unavailable:
        return False
    return True


def generate() -> KeyPair:
    """Return a new key pair; raises Sm2Unavailable."""
    library = _library()
    with _freed(library.EVP_PKEY_Q_keygen(None, None, b"SM2"), library.EVP_PKEY_free) as key:
        return KeyPair(_der(library.i2d_PrivateKey, key), _der(library.i2d_PUBKEY, key))


def sign(private: bytes, data: bytes) -> bytes:
    """Return the signature of `data`; raises Sm2Unavailable."""
    library = _library()
    with _loaded(library.d2i_AutoPrivateKey, private) as key, _context(key) as context:
        signature, length = ctypes.create_string_buffer(LONGEST), _SIZE(LONGEST)
        _done(library.EVP_DigestSignInit(context, None, library.EVP_sm3(), None, key))
        _done(library.EVP_DigestSign(context, signature, ctypes.byref(length), data, len(data)))
        return signature.raw[: length.value]


def verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Tell whether `signature` is of `data` and by this key; raises Sm2Unavailable."""
    library = _library()
    with _loaded(library.d2i_PUBKEY, public) as key, _context(key) as context:
        _done(library.EVP_DigestVerifyInit(context, None, library.EVP_sm3(), None, key))
        answer = library.EVP_DigestVerify(context, signature, len(signature), data, len(data))
        library.ERR_clear_error()
        return bool(answer == 1)


@cache
def _library() -> Any:
    """Return OpenSSL's library with its functions described; raises Sm2Unavailable."""
    for name in LIBRARIES:
        try:
            found = ctypes.CDLL(name)
            for function, (returned, taken) in _FUNCTIONS.items():
                described = getattr(found, function)
                described.restype = returned
                if taken is not None:
                    described.argtypes = taken
        except (OSError, AttributeError):
            continue
        return found
    raise Sm2Unavailable("libcrypto")


def _done(answer: int) -> None:
    """Raise Sm2Unavailable where a call did not succeed."""
    if answer != 1:
        _library().ERR_clear_error()
        raise Sm2Unavailable("EVP")


@contextmanager
def _freed(pointer: int | None, free: Callable[[int], object]) -> Iterator[int]:
    """Yield what a call returned and free it; raises Sm2Unavailable for nothing."""
    if not pointer:
        _library().ERR_clear_error()
        raise Sm2Unavailable("no object")
    try:
        yield pointer
    finally:
        free(pointer)


@contextmanager
def _loaded(read: Callable[..., int | None], der: bytes) -> Iterator[int]:
    """Yield the SM2 key that `der` is, until the end of the block."""
    held = ctypes.create_string_buffer(der, len(der))
    at = _POINTER(ctypes.addressof(held))
    with _freed(read(None, ctypes.byref(at), len(der)), _library().EVP_PKEY_free) as key:
        _done(_library().EVP_PKEY_is_a(key, b"SM2"))
        yield key


@contextmanager
def _context(key: int) -> Iterator[int]:
    """Yield a context for one signature under the usual signer's id."""
    library = _library()
    with (
        _freed(library.EVP_PKEY_CTX_new(key, None), library.EVP_PKEY_CTX_free) as of_key,
        _freed(library.EVP_MD_CTX_new(), library.EVP_MD_CTX_free) as context,
    ):
        _done(library.EVP_PKEY_CTX_set1_id(of_key, SIGNER, len(SIGNER)))
        library.EVP_MD_CTX_set_pkey_ctx(context, of_key)
        yield context


def _der(write: Callable[..., int], key: int) -> bytes:
    """Return a key as DER."""
    at = _POINTER(None)
    length = write(key, ctypes.byref(at))
    _done(int(length > 0))
    try:
        return ctypes.string_at(at.value or 0, length)
    finally:
        _library().CRYPTO_free(at, b"", 0)
