"""SM3 and SM4 against the examples that their standards print."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from models.shangmi import Sm4Gcm, hmac_sm3

KEY = bytes.fromhex("01234567 89ABCDEF FEDCBA98 76543210")


def sm3(data: bytes) -> bytes:
    running = hashes.Hash(hashes.SM3())
    running.update(data)
    return running.finalize()


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"abc", "66C7F0F4 62EEEDD9 D1F2D46B DC10E4E2 4167C487 5CF2F7A2 297DA02B 8F4BA8E0"),
        (b"abcd" * 16, "DEBE9FF9 2275B8A1 38604889 C18E5A4D 6FDB70E5 387E5765 293DCBA3 9C0C5732"),
    ],
)
def test_sm3_is_that_of_gb_t_32905_annex_a(data: bytes, digest: str) -> None:
    assert sm3(data) == bytes.fromhex(digest)


def test_sm4_is_that_of_gb_t_32907_annex_a() -> None:
    running = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()  # noqa: S305 – one block, as printed
    assert running.update(KEY) == bytes.fromhex("681EDF34 D206965E 86B3E94F 536E4246")


def test_sm4_gcm_is_that_of_rfc_8998_annex_a() -> None:
    nonce, also = (
        bytes.fromhex("00001234 56780000 0000ABCD"),
        bytes.fromhex("FEEDFACE DEADBEEF" * 2 + "ABADDAD2"),
    )
    plain = b"".join(bytes([one]) * 8 for one in bytes.fromhex("AA BB CC DD EE FF EE AA"))
    sealed = bytes.fromhex(
        "17F399F0 8C67D5EE 19D0DC99 69C4BB7D 5FD46FD3 75648906 9157B282 BB200735"
        "D82710CA 5C22F0CC FA7CBF93 D496AC15 A56834CB CF98C397 B4024A26 91233B8D"
        "83DE3541 E4C2B581 77E065A9 BF7B62EC"
    )
    assert Sm4Gcm(KEY).encrypt(nonce, plain, also) == sealed
    assert Sm4Gcm(KEY).decrypt(nonce, sealed, also) == plain
    with pytest.raises(InvalidTag):
        Sm4Gcm(KEY).decrypt(nonce, sealed, also + b"x")


@pytest.mark.parametrize("length", [1, 32, 64, 65])
def test_hmac_sm3_is_the_construction_of_rfc_2104(length: int) -> None:
    key = bytes(range(length))
    block = (key if length <= 64 else sm3(key)).ljust(64, b"\0")
    inner = sm3(bytes(one ^ 0x36 for one in block) + b"openid:o1")
    assert hmac_sm3(key, b"openid:o1") == sm3(bytes(one ^ 0x5C for one in block) + inner)
