"""What alerts say: a sentence for what the rules find, and names no more than this console may."""

import pytest

from api.console.watch.sentences import sentence, subject
from models import tables
from models.domain.abuse import signs
from models.domain.abuse.alert import About, AlertKind
from scripts.simulation import quick, weeks
from tests.support.world import MAN, World


def test_every_alert_of_a_town_is_said_in_a_sentence_with_its_numbers() -> None:
    found = signs.alerts(quick.seen(weeks.draw(1)))
    said = {one.kind: sentence(one.kind, one.numbers) for one in found}
    assert len(said) >= 7 and all(one.endswith("。") and "{" not in one for one in said.values())
    rate = next(one for one in found if one.kind is AlertKind.BYPASS_RATE)
    assert f"{rate.numbers['hits']:.0f} 笔以核对证件结束" in sentence(rate.kind, rate.numbers)


@pytest.mark.parametrize(
    ("about", "kind", "told"),
    [
        (About.CASHIER, AlertKind.BYPASS_RATE, "第一药房 收费员 c01"),
        (About.SHOP, AlertKind.BYPASS_RATE, "第一药房"),
        (About.PHONE, AlertKind.ONE_PHONE, "手机 ins_"),
        (About.PERSON, AlertKind.NEAR_MISSES, "李*国"),
        (About.AGENT, AlertKind.DISPUTES, "李*国"),
        (About.CASHIER, AlertKind.STAFF_SHOWN, "第一药房 的员工 李*国"),
        (About.PERSON, AlertKind.SAME_FACE, "不同家庭的申诉"),
    ],
)
def test_an_alert_names_its_subject_masked(world: World, about: About, kind: AlertKind, told: str) -> None:
    shop, person = world.institutions[0], world.ids[MAN.name]
    keys = {About.CASHIER: f"{shop}/c01", About.SHOP: shop, About.PHONE: shop}
    key = f"{shop}#{person}" if kind is AlertKind.STAFF_SHOWN else keys.get(about, person)
    with world.ports.database.reading() as db:
        shown = subject(world.ports.within(db), db, tables.Alert(kind=kind, about=about, subject=key))
    assert shown.startswith(told) and MAN.name not in shown
