"""What is sealed opens only where it was sealed, and is found only by its index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vault import CannotOpen, Ciphers, IndexKey, Vault, open_under, seal_under

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32


def vault(ciphers: Ciphers = Ciphers.INTERNATIONAL, **keys: bytes) -> Vault:
    return Vault(keys or {"k1": OLD}, INDEX, ciphers)


both_ciphers = pytest.mark.parametrize("ciphers", Ciphers)


@given(st.binary(max_size=300), st.text(max_size=40))
def test_what_is_sealed_opens_at_its_place(plain: bytes, place: str) -> None:
    assert vault().open(place, vault().seal(place, plain)) == plain


@both_ciphers
def test_a_value_moved_to_another_row_does_not_open(ciphers: Ciphers) -> None:
    sealed = vault(ciphers).seal("person.name:1", "李建国")
    with pytest.raises(CannotOpen) as refused:
        vault().open("person.name:2", sealed)
    assert str(refused.value) == "person.name"


@both_ciphers
@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_value_does_not_open(ciphers: Ciphers, at: int, change: int) -> None:
    sealed = bytearray(vault(ciphers).seal("person.name:1", "x" * 180))
    sealed[at] ^= change
    with pytest.raises(CannotOpen):
        vault().open("person.name:1", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"k1", b"k1\0", b"k1\0short", b"\0" * 50, b"\1k1\0" + b"x" * 20])
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


def test_either_set_of_ciphers_opens_what_the_other_sealed() -> None:
    old, new = vault(), vault(Ciphers.SM)
    one, two = old.seal("p:1", "李建国"), new.seal("p:1", "李建国")
    assert (one[:3], two[:4]) == (b"k1\0", b"\1k1\0")
    assert old.text("p:1", two) == new.text("p:1", one) == "李建国"
    assert new.open_each("p", [("1", one), ("1", two), ("2", two), ("1", b"\1k9\0" + two)]) == [
        "李建国".encode(), "李建国".encode(), None, None
    ]  # fmt: skip


@both_ciphers
def test_a_persons_own_key_opens_with_its_cipher_alone(ciphers: Ciphers) -> None:
    sealed = seal_under(OLD, "photos/1", b"picture", ciphers)
    assert open_under(OLD, "photos/1", sealed, ciphers) == b"picture"
    (other,) = set(Ciphers) - {ciphers}
    for place, wrong in (("photos/2", ciphers), ("photos/1", other)):
        with pytest.raises(CannotOpen):
            open_under(OLD, place, sealed, wrong)


def test_the_index_is_of_the_digest_that_its_key_names_whatever_seals() -> None:
    plain = vault().index("openid", "o1")
    assert plain == vault(Ciphers.SM).index("openid", "o1")
    # As computed since the first release: an index that changed would find nobody any more.
    assert bytes.fromhex(plain) == bytes.fromhex(
        "b1950f42 34bff9bf 942b8eea e71d98c9 3d7adff3 bf04963b 17474b09 4cbfb46e"
    )
    marked = Vault({"k1": OLD}, IndexKey(INDEX, sm3=True))
    assert len(marked.index("openid", "o1")) == 64 and marked.index("openid", "o1") != plain


def test_the_same_value_is_never_sealed_alike_but_always_indexed_alike() -> None:
    one, two = vault(), vault(k1=OLD, k2=NEW)
    assert one.seal("p:1", "x") != one.seal("p:1", "x")
    assert one.index("openid", "o1") == two.index("openid", "o1")
    assert one.index("openid", "o1") != one.index("id_number", "o1")


@pytest.mark.parametrize(("keys", "index"), [({}, INDEX), ({"k": b"short"}, INDEX), ({"k": OLD}, b"")])
def test_secrets_of_the_wrong_length_are_refused(keys: dict[str, bytes], index: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(keys, index)
