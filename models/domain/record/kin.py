"""Kinship of a compared relative to the claimed person; separates spouses from blood relatives."""

from enum import StrEnum

from models.domain.person import SELF


class Kinship(StrEnum):
    """A relative's kinship to the claimed person."""

    CHILD = "child"
    PARENT = "parent"
    SIBLING = "sibling"
    RELATIVE = "relative"
    SPOUSE = "spouse"
    OTHER = "other"


# A comparison includes at most eight relatives: blood relatives, who look alike, before spouses.
ORDER = tuple(Kinship)
BLOOD = frozenset({Kinship.CHILD, Kinship.PARENT, Kinship.SIBLING, Kinship.RELATIVE})
_WORDS = {
    "子女": Kinship.CHILD,
    "父母": Kinship.PARENT,
    "兄弟姐妹": Kinship.SIBLING,
    "其他亲属": Kinship.RELATIVE,
    "配偶": Kinship.SPOUSE,
}
_INVERSE = {Kinship.CHILD: Kinship.PARENT, Kinship.PARENT: Kinship.CHILD}
# Combines both relations to the card-holder; missing combinations give OTHER.
_VIA = {
    (Kinship.CHILD, Kinship.SPOUSE): Kinship.PARENT,
    (Kinship.CHILD, Kinship.CHILD): Kinship.SIBLING,
    (Kinship.CHILD, Kinship.PARENT): Kinship.RELATIVE,
    (Kinship.CHILD, Kinship.SIBLING): Kinship.RELATIVE,
    (Kinship.PARENT, Kinship.PARENT): Kinship.SPOUSE,
    (Kinship.PARENT, Kinship.SIBLING): Kinship.CHILD,
    (Kinship.PARENT, Kinship.CHILD): Kinship.RELATIVE,
    (Kinship.SPOUSE, Kinship.CHILD): Kinship.CHILD,
    (Kinship.SIBLING, Kinship.PARENT): Kinship.PARENT,
    (Kinship.SIBLING, Kinship.SIBLING): Kinship.SIBLING,
    (Kinship.SIBLING, Kinship.CHILD): Kinship.RELATIVE,
}


def kinship(relation: str | None) -> Kinship:
    """Return the kinship for a relation of the family network."""
    return _WORDS.get(relation or "", Kinship.OTHER)


def between(claimed: str | None, other: str | None) -> Kinship:
    """Return the kinship of `other` to the claimed person, from both relations to the card-holder."""
    if claimed == SELF:
        return kinship(other)
    if other == SELF:
        return _INVERSE.get(kinship(claimed), kinship(claimed))
    return _VIA.get((kinship(claimed), kinship(other)), Kinship.OTHER)
