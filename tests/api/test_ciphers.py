"""The Chinese algorithms by setting: what names its digest, and what SM2 signs."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from api.archive import chunks, comparing, exporting
from api.hosting.forms import SM3
from api.privacy import erasure
from api.verification import sm2_signing
from models import tables
from models.domain.person import User
from models.objects import Objects
from models.vault import Ciphers, IndexKey, Vault
from tests.support import play
from tests.support.archives import archived
from tests.support.world import MAN, SECRET, World


@pytest.mark.parametrize(("given", "sm3"), [(SECRET, False), (SM3 + SECRET, True)])
def test_the_index_secret_names_its_digest(world: World, given: str, sm3: bool) -> None:
    settings = world.ports.settings.model_copy(update={"vault_index_secret": SecretStr(given)})
    assert settings.vault_index() == IndexKey(base64.b64decode(SECRET), sm3)


@pytest.fixture
def sm(world: World, tmp_path: Path) -> World:
    """Return an installation under the Chinese algorithms that exports into a folder."""
    ports = archived(world.ports, f"file://{tmp_path / 'archive'}")
    vault = Vault(ports.settings.vault_ring(), ports.settings.vault_index(), Ciphers.SM)
    world.ports = replace(ports, vault=vault, objects=Objects(ports.settings.objects_url, vault))
    world.app.extensions["ports"] = world.ports
    return world


def test_every_chunk_of_the_archive_is_signed_and_a_changed_one_is_named(sm: World, tmp_path: Path) -> None:
    for number in range(2):
        play.opened(sm, order_no=f"C-{number}")
        exporting.export(sm.ports, at_once=True)
        with sm.ports.database.transaction() as db:
            sm2_signing.new_key(sm.ports, db)
    found = comparing.compare(sm.ports)
    assert found is not None and found.is_whole and (found.chunks, found.signed) == (2, 2)
    file = tmp_path / "archive" / chunks.name(2)
    honest = file.read_bytes()
    assert chunks.read(honest).signature
    # As somebody does who owns the archive and the table of chunks, but not the key.
    forged = honest.replace(b'"number":2', b'"number": 2')
    assert forged != honest
    file.write_bytes(forged)
    with sm.ports.database.transaction() as db:
        db.get_one(tables.ArchiveChunk, 2).sha256 = chunks.read(forged).digest
    assert comparing.compare(sm.ports).chunks_wrong == [2]


def test_the_proof_of_a_deletion_is_signed(sm: World) -> None:
    user = User(MAN.openid, sm.ports.vault.index("openid", MAN.openid))
    with sm.ports.database.transaction() as db:
        erasure.begin(sm.ports, db, user, sm.ids[MAN.name])
    erasure.finish_all(sm.ports)
    with sm.ports.database.reading() as db:
        row = db.scalars(select(tables.SubjectRequest)).one()
        assert sm2_signing.holds(db, row.receipt.encode(), row.proof["sm2"])
        assert not sm2_signing.holds(db, row.receipt.encode() + b"x", row.proof["sm2"])
        assert not sm2_signing.holds(db, row.receipt.encode(), row.proof["sm2"] | {"kid": "another"})


def test_nothing_is_signed_under_the_international_ciphers(world: World, tmp_path: Path) -> None:
    ports = archived(world.ports, f"file://{tmp_path / 'archive'}")
    play.opened(world)
    exporting.export(ports, at_once=True)
    assert chunks.read((tmp_path / "archive" / chunks.name(1)).read_bytes()).signature is None
    with ports.database.reading() as db:
        assert sm2_signing.signed(ports, db, b"audit") is None and sm2_signing.published(db) == {}
