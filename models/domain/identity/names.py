"""Person names: which are valid, and which spellings are equal.

Import, till, popup and phone all use these rules, so that a name accepted by one is never refused by another.
"""

import unicodedata
from itertools import chain

from models.domain.errors import Invalid

LONGEST = 200
# GBK-era fonts used U+E815–E864 (bytes FE50–FEA0) for these; GB 18030-2022 assigns each a character.
_GBK_PRIVATE = (
    "\u2e81\U00020087\U00020089\U000200cc\u2e84\u3473\u3447\u2e88\u2e8b\u9fb4\u359e\u361a\u360e\u2e8c\u2e97"
    "\u396e\u3918\u9fb5\u39cf\u39df\u3a73\u39d0\u9fb6\u9fb7\u3b4e\u3c6e\u3ce0\u2ea7\U000215d7\u9fb8\u2eaa"
    "\u4056\u415f\u2eae\u4337\u2eb3\u2eb6\u2eb7\U0002298f\u43b1\u43ac\u2ebb\u43dd\u44d6\u4661\u464c\u9fb9"
    "\u4723\u4729\u477c\u478d\u2eca\u4947\u497a\u497d\u4982\u4983\u4985\u4986\u499f\u499b\u49b7\u49b6\u9fba"
    "\U000241fe\u4ca3\u4c9f\u4ca0\u4ca1\u4c77\u4ca2\u4d13\u4d14\u4d15\u4d16\u4d17\u4d18\u4d19\u4dae\u9fbb"
)
# Radicals that pasted documents contain instead of characters; NFKC maps only the Kangxi block.
_RADICALS = dict(
    zip(
        map(ord, "⺟⺠⻄⻅⻆⻉⻋⻌⻐⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳○◯"),
        "母民西见角贝车辶钅长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟〇〇",
        strict=True,
    )
)
_FOLDED = (
    {0xE815 + place: character for place, character in enumerate(_GBK_PRIVATE)}
    | {0xE7C7: "ḿ", 0xE7C8: "ǹ"}
    | _RADICALS
)
# Apostrophes that are letters.
_MARKS = dict.fromkeys(chain(range(0x2B9, 0x2C0), range(0x2C6, 0x2CE)))
_JOINERS = "\u200c\u200d"
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"


def taken(text: str) -> str:
    """Return a name as it is stored: as written, without outer blanks and invisible characters.

    Raises Invalid `name_invalid` for an empty name, more than 200 characters, control characters, and signs
    of lost characters (U+FFFD, question marks).
    """
    seen = (one for one in text if not _unseen(one))
    name = " ".join("".join(seen).split())
    if len(name) > LONGEST or not folded(name) or any(map(_broken, name)):
        raise Invalid("the name is missing, too long or has characters that were lost", code="name_invalid")
    return name


def folded(name: str) -> str:
    """Return the folded name by which spellings are compared and indexed.

    Applies NFKC, maps GBK private-use codes, ignores case, interpuncts, apostrophes, hyphens, blanks, joiners
    and variation selectors.
    """
    # NFKC would combine a stand-alone accent with the preceding letter.
    text = "".join(one for one in name.translate(_MARKS) if unicodedata.category(one) != "Sk")
    text = unicodedata.normalize("NFKC", text.translate(_FOLDED)).casefold()
    text = unicodedata.normalize("NFKC", text).translate(_FOLDED)
    return unicodedata.normalize("NFKC", "".join(one for one in text if _tells(one)))


def same(one: str, other: str) -> bool:
    """Tell whether two spellings are one name."""
    return folded(one) == folded(other)


def _tells(character: str) -> bool:
    """Tell whether a character distinguishes names: letters, marks, digits, private-use, unassigned."""
    if character in _FILLERS or _selects(character):
        return False
    kind = unicodedata.category(character)
    return kind[0] in "LMN" or kind in ("Co", "Cn") or "\u2e80" <= character <= "\u2fdf"


def _selects(character: str) -> bool:
    """Tell whether a character only selects a variant of another one."""
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character in "\u034f\u180b\u180c\u180d\u180f"
    )


def _unseen(character: str) -> bool:
    """Tell whether a character is invisible, or changes the direction of text."""
    if character in _JOINERS:
        return False
    return unicodedata.category(character) == "Cf" or character in _FILLERS


def _broken(character: str) -> bool:
    """Tell whether a character replaces a lost one, or is a control, a surrogate or a noncharacter."""
    return character in "?？\ufffd\ufffe\uffff" or unicodedata.category(character) in ("Cc", "Cs")
