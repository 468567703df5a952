"""Photos stored before persons had keys of their own come under them, and stay away once deleted."""

import pytest
from sqlalchemy import delete, select

from api.directory import photos
from api.privacy import own_keys
from models import tables
from tests.support.world import MAN, WIFE, World


def as_of_old(world: World, name: str) -> tuple[str, bytes]:
    """Store a person's photo as it was before there were keys of persons; return where, and the photo."""
    person = world.ids[name]
    with world.ports.database.transaction() as db:
        row = db.scalars(select(tables.Enrolment).where(tables.Enrolment.person_id == person)).one()
    picture = photos.get(world.ports, row.photo_key)
    with world.ports.database.transaction() as db:
        db.execute(delete(tables.PersonKey).where(tables.PersonKey.person_id == person))
    world.ports.objects.put(row.photo_key, picture)
    return row.photo_key, picture


def taken_over(world: World) -> tuple[int, list[str]]:
    told: list[int] = []
    failed = own_keys.reseal(world.ports, lambda _, done: told.append(done))
    return told[0], failed


def test_earlier_photos_come_under_their_persons_keys_once(world: World) -> None:
    key, picture = as_of_old(world, MAN.name)
    assert world.ports.objects.get(key) == picture
    world.clock.tick(60)
    assert taken_over(world) == (1, [])
    assert world.ports.objects.get(key).startswith(photos.MARKS[world.ports.vault.ciphers])
    assert photos.get(world.ports, key) == picture
    sealed = world.ports.objects.sealed(key)
    assert taken_over(world) == (0, []) and world.ports.objects.sealed(key) == sealed
    # Destroying the person's key is now enough.
    with world.ports.database.transaction() as db:
        db.execute(delete(tables.PersonKey).where(tables.PersonKey.person_id == world.ids[MAN.name]))
    with pytest.raises(KeyError):
        photos.get(world.ports, key)


def test_a_photo_that_does_not_open_is_told_and_the_next_person_is_not_kept_waiting(world: World) -> None:
    places = sorted((world.ids[name], *as_of_old(world, name)) for name in (MAN.name, WIFE.name))
    (_, broken, _), (_, whole, picture) = places
    world.ports.objects.put_sealed(broken, world.ports.objects.sealed(whole))
    world.clock.tick(60)
    assert taken_over(world) == (1, ["photo"])
    assert photos.get(world.ports, whole) == picture


def test_a_deleted_photo_is_not_brought_back(world: World) -> None:
    key, _ = as_of_old(world, MAN.name)
    world.ports.objects.delete([key])
    with world.ports.database.transaction() as db:
        db.scalars(
            select(tables.Enrolment).where(tables.Enrolment.photo_key == key)
        ).one().revoked_at = world.ports.now()
    assert taken_over(world) == (0, [])
    with world.ports.database.reading() as db:
        assert db.get(tables.PersonKey, world.ids[MAN.name]) is None
    assert world.ports.objects.list(key) == []
