"""SM2 against the example that its standard prints, and against the openssl command."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from models import sm2

# GB/T 32918.5, annex A: the public key, and the signature of "message digest".
PUBLIC = bytes.fromhex(
    "3059301306072a8648ce3d020106082a811ccf5501822d03420004"
    " 09F9DF31 1E5421A1 50DD7D16 1E4BC5C6 72179FAD 1833FC07 6BB08FF3 56F35020"
    " CCEA490C E26775A5 2DC6EA71 8CC1AA60 0AED05FB F35E084A 6632F607 2DA9AD13"
)
R = bytes.fromhex("F5A03B06 48D2C463 0EEAC513 E1BB81A1 5944DA38 27D5B741 43AC7EAC EEE720B3")
S = bytes.fromhex("B1B6AA29 DF212FD8 763182BC 0D421CA1 BB9038FD 1F7F42D4 840B69C4 85BBC1AA")
SIGNATURE = bytes.fromhex("3046 022100") + R + bytes.fromhex("022100") + S


def test_sm2_accepts_the_signature_of_gb_t_32918_annex_a_and_no_other() -> None:
    assert sm2.verify(PUBLIC, b"message digest", SIGNATURE)
    assert not sm2.verify(PUBLIC, b"message digests", SIGNATURE)
    assert not sm2.verify(sm2.generate().public, b"message digest", SIGNATURE)
    for wrong in (b"", b"x", SIGNATURE[:-1], SIGNATURE[:-1] + b"\0", SIGNATURE * 40):
        assert not sm2.verify(PUBLIC, b"message digest", wrong)


def test_openssl_verifies_what_is_signed(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        message = "SM2 NOT CHECKED AGAINST OPENSSL: there is no openssl command"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    pair = sm2.generate()
    data = bytes(range(256)) * 400
    for name, content in (("key", pair.public), ("data", data), ("signature", sm2.sign(pair.private, data))):
        (tmp_path / name).write_bytes(content)
    command = "openssl pkeyutl -verify -pubin -inkey key -keyform DER -rawin -digest sm3 -in data"
    extra = ["-pkeyopt", "distid:1234567812345678", "-sigfile", "signature"]
    subprocess.run([*command.split(), *extra], cwd=tmp_path, check=True, capture_output=True)


def test_no_two_signatures_are_alike_and_all_are_valid() -> None:
    pair = sm2.generate()
    made = {sm2.sign(pair.private, b"audit") for _ in range(20)}
    assert len(made) == 20 and all(sm2.verify(pair.public, b"audit", one) for one in made)


@pytest.mark.parametrize("der", [b"", b"x" * 91, PUBLIC[:-1]])
def test_what_is_no_sm2_key_is_refused(der: bytes) -> None:
    with pytest.raises(sm2.Sm2Unavailable):
        sm2.verify(der, b"audit", SIGNATURE)


def test_a_key_of_another_curve_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    p256 = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(sm2.Sm2Unavailable):
        sm2.verify(p256, b"audit", SIGNATURE)
