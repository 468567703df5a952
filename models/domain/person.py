"""Persons as a counter may see them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

GUARDED_BELOW = 14
ADULT = 18
OLD = 60
SELF = "本人"
RELATIONS = ("配偶", "父母", "子女", "兄弟姐妹", "其他亲属", "护工", "社区（村）人员", "其他")


class NotFilmed(StrEnum):
    """Why a person's age forbids filming; also the refusal's code."""

    CHILD = "guardian_needed"
    MINOR = "minor_not_filmed"


class Network(StrEnum):
    """The network through which a person is on the list."""

    SELF = "self"
    FAMILY_SHARE = "family_share"
    FAMILY_PROXY = "family_proxy"


class Sex(StrEnum):
    """A person's sex as the counter shows it, however documents and imports write it."""

    MALE = "男"
    FEMALE = "女"
    UNKNOWN = "unknown"


# GB/T 2261.1 uses 0, 1, 2, 9; the others occur in spreadsheets.
_SEX_WORDS = {
    Sex.MALE: ("男", "男性", "male", "m", "man", "1", "先生"),
    Sex.FEMALE: ("女", "女性", "female", "f", "woman", "2", "女士"),
    Sex.UNKNOWN: (
        "",
        "未知",
        "unknown",
        "unspecified",
        "0",
        "9",
        "未说明",
        "未说明的性别",
        "未知的性别",
        "不详",
    ),
}
_SEXES = {word: sex for sex, words in _SEX_WORDS.items() for word in words}


def sex_of(text: str | None) -> Sex | None:
    """Return the sex a word means, UNKNOWN for an empty one, None for an unrecognised one."""
    return _SEXES.get((text or "").strip().casefold())


class Proof(StrEnum):
    """Evidence for a binding: who confirmed that this WeChat user is this person."""

    CLAIMED = "claimed"
    TILL = "till"
    FACE = "face"
    IMPORTED = "imported"


# Proofs that the WeChat user is the person; names, numbers and counter digits may come from a relative.
OWN = frozenset({Proof.FACE, Proof.IMPORTED})


class Push(StrEnum):
    """Whether a push is expected to reach a person, as the counter sees it."""

    READY = "ready"
    NOT_BOUND = "not_bound"
    NO_CREDIT = "no_credit"


def rank(relation: str, birth: date | None) -> tuple[int, date]:
    """Return the sort key of a relative: by relation, the eldest first; unknown relations last."""
    place = RELATIONS.index(relation) if relation in RELATIONS else len(RELATIONS)
    return place, birth or date.max


def mask(name: str) -> str:
    """Return the name with all but its ends hidden: 李*白, 李*, 欧**华."""
    if len(name) < 2:
        return "*"
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def age(birth: date, today: date) -> int:
    """Return the age in whole years (a 29 February birthday counts from 1 March)."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def not_filmed(birth: date | None, today: date, youngest: int) -> NotFilmed | None:
    """Return why a person is too young to be filmed, or None; `youngest` is the policy's `face_age_min`.

    Under 14 the guardian is verified instead; older minors show a document or let a guardian be verified.
    """
    years = age(birth, today) if birth else None
    if years is None or years >= max(youngest, GUARDED_BELOW):
        return None
    return NotFilmed.CHILD if years < GUARDED_BELOW else NotFilmed.MINOR


def is_hard_to_tell(birth: date | None, today: date) -> bool:
    """Tell whether a person is under 18 or at least 60, where comparison is less accurate."""
    return birth is not None and not ADULT <= age(birth, today) < OLD


@dataclass(frozen=True, slots=True)
class User:
    """The WeChat user who holds the phone, as WeChat identified them."""

    openid: str
    openid_index: str
