"""The provider is set for each channel; our camera on customers' phones needs a named acceptor."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from api.admin import institutions
from api.ports import Ports
from api.settings import Profile
from models import migrate, tables
from models.domain.attempt import Channel
from models.domain.errors import Invalid
from models.domain.provider import Provider
from tests.support import play
from tests.support.world import MAN, STAFF, World

COLUMNS = (
    "id, name, api_key_hash, webhook_secret, webhook_networks, provider, sandbox, window_s, popup_origins"
)


@pytest.fixture
def in_production(world: World) -> Ports:
    settings = world.ports.settings.model_copy(update={"profile": Profile.PRODUCTION})
    return replace(world.ports, settings=settings)


def row_of(ports: Ports, institution_id: str) -> tables.Institution:
    with ports.database.reading() as db:
        return db.get_one(tables.Institution, institution_id)


def test_a_push_is_verified_by_wechat_and_a_code_by_the_staffs_phone(world: World) -> None:
    institutions.set_provider(world.ports, world.institutions[0], Provider.WECHAT, Channel.PUSH)
    pushed = play.pushed(world, play.opened(world))
    assert play.ok(world.phone(MAN.openid).get(f"/mp/v1/attempts/{pushed}"))["provider"] == "wechat"
    coded = play.coded(world, play.opened(world, order_no="A-2"))
    assert play.ok(world.phone(STAFF).get(f"/mp/v1/attempts/{coded}"))["provider"] == "own"


@pytest.mark.parametrize("name", [None, "", "  "])
def test_filming_on_customers_phones_needs_a_named_acceptor(
    in_production: Ports, world: World, name: str | None
) -> None:
    for channel in (None, Channel.PUSH):
        with pytest.raises(Invalid) as refusal:
            institutions.set_provider(in_production, world.institutions[0], Provider.OWN, channel, name)
        assert refusal.value.code == "risk_not_accepted"
    with pytest.raises(Invalid):
        institutions.add_institution(in_production, "第三药房", provider=Provider.OWN)


def test_the_acceptor_of_the_risk_is_recorded_until_wechat_verifies_again(
    in_production: Ports, world: World
) -> None:
    ours = world.institutions[0]
    institutions.set_provider(in_production, ours, Provider.OWN, None, " 王  主任 ")
    assert row_of(in_production, ours).push_accepted_by == "王 主任"
    institutions.set_provider(in_production, ours, Provider.WECHAT)
    row = row_of(in_production, ours)
    assert (row.push_accepted_by, row.provider, row.qr_provider) == (None, "wechat", "wechat")


def test_staff_phones_need_no_acceptor(in_production: Ports) -> None:
    given = institutions.add_institution(in_production, "第三药房", provider=Provider.WECHAT)
    institutions.set_provider(in_production, given.institution_id, Provider.OWN, Channel.QR)
    row = row_of(in_production, given.institution_id)
    assert (row.provider, row.qr_provider, row.push_accepted_by) == ("wechat", "own", None)


def test_institutions_that_filmed_before_the_migration_continue(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    migrate.upgrade(url, "0014")
    engine = create_engine(url)
    with engine.begin() as db:
        for name, provider in (("a", "own"), ("b", "wechat")):
            values = f"'{name}', '{name}', '{name}', x'00', '[]', '{provider}', 0, 120, '[]', '2026-11-28'"
            db.execute(text(f"insert into institution ({COLUMNS}, created_at) values ({values})"))
    migrate.upgrade(url)
    with engine.connect() as db:
        rows = db.execute(text("select provider, qr_provider, push_accepted_by from institution order by id"))
        found = [tuple(row) for row in rows]
    engine.dispose()
    assert found == [("own", "own", "before 0015"), ("wechat", "wechat", None)]
