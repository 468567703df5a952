"""What is sealed opens only where it was sealed, and is found only by its index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vault import CannotOpen, Vault

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32


def vault(**keys: bytes) -> Vault:
    return Vault(keys or {"k1": OLD}, INDEX)


@given(st.binary(max_size=300), st.text(max_size=40))
def test_what_is_sealed_opens_at_its_place(plain: bytes, place: str) -> None:
    assert vault().open(place, vault().seal(place, plain)) == plain


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealed = vault().seal("person.name:1", "李建国")
    with pytest.raises(CannotOpen) as refused:
        vault().open("person.name:2", sealed)
    assert str(refused.value) == "person.name"


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_value_does_not_open(at: int, change: int) -> None:
    sealed = bytearray(vault().seal("person.name:1", "x" * 180))
    sealed[at] ^= change
    with pytest.raises(CannotOpen):
        vault().open("person.name:1", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"k1", b"k1\0", b"k1\0short", b"\0" * 50])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        vault().open("person.name:1", sealed)


def test_the_newest_key_seals_and_the_old_ones_still_open() -> None:
    sealed = vault().seal("p:1", "x")
    turned = vault(k1=OLD, k2=NEW)
    assert turned.text("p:1", sealed) == "x"
    assert turned.seal("p:1", "x").startswith(b"k2\0")
    with pytest.raises(CannotOpen):
        vault(k2=NEW).open("p:1", sealed)


def test_the_same_value_is_never_sealed_alike_but_always_indexed_alike() -> None:
    one, two = vault(), vault(k1=OLD, k2=NEW)
    assert one.seal("p:1", "x") != one.seal("p:1", "x")
    assert one.index("openid", "o1") == two.index("openid", "o1")
    assert one.index("openid", "o1") != one.index("id_number", "o1")


@pytest.mark.parametrize(("keys", "index"), [({}, INDEX), ({"k": b"short"}, INDEX), ({"k": OLD}, b"")])
def test_secrets_of_the_wrong_length_are_refused(keys: dict[str, bytes], index: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(keys, index)
