"""Draws the invented town: shops, cashiers, families, names and numbers."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from models.domain.identity.idnumber import check_character
from scripts.simulation import faces
from scripts.simulation.faces import Vector
from scripts.simulation.town import ADULT, Cashier, Role, Shop, Somebody, Town

DISTRICTS = ("城东区", "城西区", "江北区")
SHOPS, CASHIERS, INSURED = 12, 40, 300
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
GIVEN = {
    "male": "建国志强海波永胜明辉国栋文斌卫东立新少华",
    "female": "秀英桂兰丽华玉梅春燕雪芳慧敏海霞淑珍月琴",
}
NAMES = ("康宁", "仁和", "同德", "百草", "惠民", "益寿", "安康", "济世", "永春", "福源", "保和", "长青")
DEVICES = ("HUAWEI P60", "HONOR X50", "Redmi Note 12", "OPPO A58", "vivo Y78", "iPhone 13", "iPhone SE")
TODAY = date(2026, 11, 1)
YOUNG = 45
# First key of cashiers, above all other keys.
CASHIER_KEYS = 7_000
# One person in this many has changed since the enrolled photo, which then keeps this share of the face.
CHANGED, CHANGED_KEEPS = 0.02, 0.6


def draw(chance: np.random.Generator, insured: int = INSURED) -> Town:
    """Return a town with this many insured."""
    town = Town()
    for number in range(SHOPS):
        closes = int(chance.choice([20, 21, 22]))
        town.shops.append(Shop(number, f"{NAMES[number]}药房", DISTRICTS[number % len(DISTRICTS)], closes))
    family = 0
    while len(town.insured) < insured:
        town.insured.extend(_family(chance, family, len(town.insured))[: insured - len(town.insured)])
        family += 1
    for number in range(CASHIERS):
        town.cashiers.append(_cashier(chance, number))
    town.stranger = faces.drawn(chance)
    town.pictured = [one.key for one in _young(town, "female")[:3] + _young(town, "male")[:1]]
    return town


def _young(town: Town, sex: str) -> list[Somebody]:
    """Return the persons whom a picture of a young person may represent, one per family."""
    found: dict[int, Somebody] = {}
    for one in town.filmed():
        if one.sex == sex and one.years < YOUNG:
            found.setdefault(one.family, one)
    return list(found.values())


def pictured(town: Town, chance: np.random.Generator, photos: dict[int, Vector]) -> None:
    """Give real faces to the persons with these keys: their films are drawn around the real photo."""

    def real(one: Any) -> Any:
        photo = photos.get(one.key)
        return one if photo is None else replace(one, face=faces.behind(chance, photo), photo=photo)

    town.insured = [real(one) for one in town.insured]
    town.cashiers = [real(one) for one in town.cashiers]


def _cashier(chance: np.random.Generator, key: int) -> Cashier:
    shop, sex, years = key % SHOPS, "female" if key % 3 else "male", int(chance.integers(22, 45))
    face = faces.drawn(chance)
    return Cashier(
        CASHIER_KEYS + key, shop, f"c{shop + 1:02}{key // SHOPS + 1}", _name(chance, sex),
        _number(CASHIER_KEYS + key, sex, years),
        f"oSimCashier{key:04}", float(chance.beta(2.4, 37.6)), face, faces.pictured(chance, face),
    )  # fmt: skip


def _family(chance: np.random.Generator, family: int, first: int) -> list[Somebody]:
    """Return a couple, their children, and sometimes the father's father or mother."""
    surname, years = str(chance.choice(list(SURNAMES))), int(chance.integers(30, 72))
    father, mother, siblings = faces.drawn(chance), faces.drawn(chance), faces.drawn(chance)
    grown = [(Role.FATHER, "male", years, father), (Role.MOTHER, "female", max(26, years - 2), mother)]
    if years < 60 and chance.random() < 0.45:
        of = faces.child(chance, (father,))
        grown.append((Role.GRANDPARENT, str(chance.choice(["male", "female"])), years + 26, of))
    for _ in range(int(chance.integers(0, 3))):
        of = faces.child(chance, (father, mother), siblings)
        grown.append(
            (Role.CHILD, str(chance.choice(["male", "female"])), years - int(chance.integers(25, 29)), of)
        )
    shared = f"oSim{first:05}" if chance.random() < 0.3 else None
    return [
        _somebody(chance, first + place, (family, shared, surname), one) for place, one in enumerate(grown)
    ]


def _somebody(
    chance: np.random.Generator,
    key: int,
    home: tuple[int, str | None, str],
    who: tuple[Role, str, int, Vector],
) -> Somebody:
    """Return one family member; some old people are reached on a younger one's phone."""
    (family, shared, surname), (role, sex, years, face) = home, who
    name = _name(chance, sex, None if role is Role.MOTHER else surname)
    openid = shared if shared and (years >= 60 or role is Role.MOTHER) else f"oSim{key:05}"
    kept = CHANGED_KEEPS if chance.random() < CHANGED else None
    photo = faces.pictured(chance, face, kept) if years >= ADULT else None
    device = str(chance.choice(DEVICES))
    return Somebody(
        key,
        name,
        _number(key, sex, max(2, years)),
        sex,
        max(2, years),
        family,
        role,
        openid,
        device,
        face,
        photo,
    )


def _name(chance: np.random.Generator, sex: str, surname: str | None = None) -> str:
    first = surname or str(chance.choice(list(SURNAMES)))
    given = GIVEN[sex]
    place = int(chance.integers(0, len(given) // 2)) * 2
    return first + (given[place : place + 2] if chance.random() < 0.7 else given[place])


def _number(key: int, sex: str, years: int) -> str:
    """Return an invented number, of a district that does not exist, with this age."""
    order = (key % 499) * 2 + (1 if sex == "male" else 2)
    month, day = key // 499 % 9 + 1, key // 4491 + 1
    first = f"330199{TODAY.year - years}{month:02}{day:02}{order:03}"
    return first + check_character(first)
