"""The invented town: shops, cashiers, insured families, and their faces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from models.domain.person import SELF
from scripts.simulation import faces
from scripts.simulation.faces import Vector

ADULT = 18


class Role(StrEnum):
    """A person's role in their family."""

    GRANDPARENT = "grandparent"
    FATHER = "father"
    MOTHER = "mother"
    CHILD = "child"


_RELATIONS = {
    (Role.FATHER, Role.MOTHER): "配偶",
    (Role.MOTHER, Role.FATHER): "配偶",
    (Role.FATHER, Role.CHILD): "子女",
    (Role.MOTHER, Role.CHILD): "子女",
    (Role.CHILD, Role.FATHER): "父母",
    (Role.CHILD, Role.MOTHER): "父母",
    (Role.CHILD, Role.CHILD): "兄弟姐妹",
    (Role.FATHER, Role.GRANDPARENT): "父母",
    (Role.GRANDPARENT, Role.FATHER): "子女",
}


@dataclass(frozen=True, slots=True)
class Somebody:
    """One insured person: `photo` is the enrolled one, None for a minor; `openid` is their phone's."""

    key: int
    name: str
    number: str
    sex: str
    years: int
    family: int
    role: Role
    openid: str
    device: str
    face: Vector
    photo: Vector | None

    @property
    def old(self) -> bool:
        """Tell whether the person is 60 or older."""
        return self.years >= 60


@dataclass(frozen=True, slots=True)
class Cashier:
    """A cashier with a phone; `bypass` is how often they check documents instead."""

    key: int
    shop: int
    code: str
    name: str
    number: str
    openid: str
    bypass: float
    face: Vector
    photo: Vector


@dataclass(frozen=True, slots=True)
class Shop:
    """A pharmacy and its closing time."""

    key: int
    name: str
    district: str
    closes: int


@dataclass(slots=True)
class Town:
    """All persons; `stranger` is an unenrolled face, `pictured` the persons with real pictures."""

    shops: list[Shop] = field(default_factory=list)
    cashiers: list[Cashier] = field(default_factory=list)
    insured: list[Somebody] = field(default_factory=list)
    stranger: Vector = field(default_factory=lambda: np.zeros(faces.LENGTH, np.float32))
    pictured: list[int] = field(default_factory=list)

    def family(self, one: Somebody) -> list[Somebody]:
        """Return the others of a family."""
        return [other for other in self.insured if other.family == one.family and other.key != one.key]

    def at(self, shop: int) -> list[Cashier]:
        """Return a shop's cashiers."""
        return [one for one in self.cashiers if one.shop == shop]

    def filmed(self, family: int | None = None) -> list[Somebody]:
        """Return the persons with an enrolled face, of a family or of all."""
        return [one for one in self.insured if one.photo is not None and family in (None, one.family)]


def relation(of: Somebody, to: Somebody) -> str:
    """Return the relation of `of` to the card-holder `to`."""
    if of.key == to.key:
        return SELF
    return _RELATIONS.get((to.role, of.role), "其他亲属")


def kin(town: Town, holder: Somebody) -> Iterator[tuple[Somebody, str]]:
    """Yield a card-holder's relatives and their relations."""
    for other in town.family(holder):
        yield other, relation(other, holder)


def relatives(town: Town, claimed: Somebody, holder: Somebody) -> Sequence[Somebody]:
    """Return the relatives also compared with a probe: enrolled persons of both families."""
    found = {one.key: one for root in (claimed, holder) for one in town.family(root)}
    found.setdefault(holder.key, holder)
    return [one for key, one in found.items() if key != claimed.key and one.photo is not None]
