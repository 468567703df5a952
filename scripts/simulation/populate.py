"""Registers the invented town in an installation, with administrators' actions."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from api.admin import enrolment, family, institutions, staff
from api.admin.enrolment import Entry
from api.admin.family import Kinship
from api.admin.staff import Member
from api.contacts import credits
from api.directory import references
from api.directory.gallery import Gallery
from api.ports import Ports
from matcher.types import Looks
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdType
from models.domain.person import Network
from models.domain.subscription import Fact, FactKind
from scripts.simulation.matching import InventedMatcher
from scripts.simulation.portraits import Portrait
from scripts.simulation.town import Cashier, Somebody, Town, kin


@dataclass(slots=True)
class Placed:
    """The town's people as registered, and the films of those with real pictures."""

    institutions: list[str] = field(default_factory=list)
    persons: dict[int, str] = field(default_factory=dict)
    frames: dict[str, tuple[bytes, ...]] = field(default_factory=dict)


def settle(ports: Ports, town: Town, matcher: InventedMatcher, portraits: dict[int, Portrait]) -> Placed:
    """Register shops and staff, enrol all persons, and record the families."""
    placed = Placed()
    for shop in town.shops:
        given = institutions.add_institution(ports, f"{shop.name}（模拟）")
        institutions.set_district(ports, given.institution_id, shop.district)
        placed.institutions.append(given.institution_id)
    for cashier in town.cashiers:
        document = idnumber.parse(IdType.RESIDENT, cashier.number, ports.today())
        member = Member(cashier.name, cashier.openid, document=document)
        staff.add(ports, placed.institutions[cashier.shop], member)
    import_id = ports.new_id("imp")
    everybody: list[Somebody | Cashier] = [*town.insured, *town.cashiers]
    for one in everybody:
        _enrol(ports, matcher, placed, (one, portraits.get(one.key), import_id))
    references.settle(ports, Gallery(ports), import_id)
    _tie(ports, town)
    _allow(ports, town)
    return placed


def _enrol(
    ports: Ports,
    matcher: InventedMatcher,
    placed: Placed,
    who: tuple[Somebody | Cashier, Portrait | None, str],
) -> None:
    """Enrol one person, with a real picture or a drawn one."""
    one, portrait, import_id = who
    insured = one.openid if isinstance(one, Somebody) else None
    entry = Entry(one.name, IdType.RESIDENT, one.number, openid=insured)
    person_id = enrolment.enrol(ports, entry, None).person_id
    placed.persons[one.key] = person_id
    if one.photo is None:
        return
    photo = portrait.photo if portrait else drawn(one.key)
    if portrait:
        matcher.know_as(photo, portrait.enrolled)
        placed.frames[str(one.key)] = portrait.frames
    else:
        male = idnumber.parse(IdType.RESIDENT, one.number, ports.today()).sex == "male"
        matcher.know(photo, one.photo, Looks(1.0 if male else 0.0, 45.0))
    references.offer(ports, person_id, photo, import_id)


def _tie(ports: Ports, town: Town) -> None:
    """Record the family network of every adult."""
    ties = [
        Kinship((one.number, other.number), (IdType.RESIDENT,) * 2, Network.FAMILY_SHARE, relation)
        for one in town.insured
        for other, relation in kin(town, one)
    ]
    with ports.database.transaction() as db:
        family.link_all(ports, db, ties)


def _allow(ports: Ports, town: Town) -> None:
    """Record a message permission for everybody."""
    with ports.database.transaction() as db:
        template = ports.settings.wechat_template_id
        for openid in sorted({one.openid for one in town.insured}):
            index = ports.vault.index("openid", openid)
            credits.learn(ports, db, index, template, Fact(FactKind.ACCEPTED, ports.now()))


def drawn(key: int) -> bytes:
    """Return a drawing instead of a photo: a head in colours unique to the person, a JPEG of 3 kB."""
    chance = np.random.default_rng(key)
    picture = np.full((200, 160, 3), (236, 240, 236), np.uint8)
    skin, hair, coat = (tuple(int(c) for c in chance.integers(low, high, 3)) for low, high in SHADES)
    cv2.ellipse(picture, (80, 210), (70, 62), 0, 0, 360, coat, -1)
    cv2.ellipse(picture, (80, 78), (46, 54), 0, 0, 360, hair, -1)
    cv2.ellipse(picture, (80, 92), (38, 48), 0, 0, 360, skin, -1)
    cv2.putText(picture, f"{key:04}", (46, 192), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1])


SHADES = ((140, 220), (20, 90), (60, 200))
