"""The object store keeps only sealed bytes, and only below its folder."""

import socket
from pathlib import Path

import pytest

from models.objects import Objects, StoreUnavailable
from models.vault import CannotOpen, Vault

VAULT = Vault({"k1": b"o" * 32}, b"i" * 32)


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(f"file://{tmp_path / 'objects'}", VAULT)


def test_what_is_put_is_got(objects: Objects) -> None:
    objects.put("frames/a/1", b"one")
    objects.put("frames/a/1", b"two")
    assert objects.get("frames/a/1") == b"two"
    assert objects.list("frames") == ["frames/a/1"]


def test_the_disk_never_sees_the_picture(objects: Objects, tmp_path: Path) -> None:
    objects.put("frames/a/1", b"a picture of a face")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert b"face" not in file.read_bytes()


def test_a_swapped_file_does_not_open(objects: Objects, tmp_path: Path) -> None:
    objects.put("frames/a/1", b"one")
    objects.put("frames/b/1", b"two")
    (tmp_path / "objects/frames/a/1").replace(tmp_path / "objects/frames/b/1")
    with pytest.raises(CannotOpen):
        objects.get("frames/b/1")


def test_what_is_not_there_is_a_key_error_and_already_deleted(objects: Objects) -> None:
    with pytest.raises(KeyError):
        objects.get("frames/none/1")
    objects.put("frames/a/1", b"one")
    objects.delete(["frames/none/1", "frames/a/1", "frames/a/1"])
    assert objects.list("frames") == []


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/.b", "a b", "a/b/"])
def test_a_key_cannot_leave_the_store(objects: Objects, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        objects.put(key, b"x")


def test_a_store_that_is_away_or_silent_is_unavailable_whatever_is_asked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = Objects(f"http://127.0.0.1:{silent.getsockname()[1]}/store", VAULT)
        with pytest.raises(StoreUnavailable):
            away.get("frames/a/1")
    for asked in (
        lambda: away.put("frames/a/1", b"x"),
        lambda: away.get("frames/a/1"),
        lambda: away.delete(["frames/a/1"]),
        lambda: away.list("frames"),
    ):
        with pytest.raises(StoreUnavailable):
            asked()
