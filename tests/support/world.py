"""A whole installation for one test: everything is real but the clock and WeChat."""

import base64
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from flask.testing import FlaskClient

from api.admin import enrolment, family, staff
from api.admin import institutions as administration
from api.admin.enrolment import Entry
from api.admin.staff import Member
from api.app import create_app
from api.directory.own import OwnDirectory
from api.directory.sandbox import BothDirectories
from api.http.docs.openapi import Api
from api.policies import versions
from api.ports import Ports
from api.settings import Profile, Settings
from matcher.protocol import Matcher
from models import migrate
from models.database import Database
from models.domain.identity.idnumber import IdType, check_character
from models.domain.person import Network
from models.domain.policy import Policy
from models.objects import Objects
from models.vault import Vault
from scripts.demo.film import Film, Shot, samples
from tests.support import stores
from tests.support.fakes import FakeClock, FakeWeChat, SeededRandom
from tests.support.routing import remember_rules

SECRET = base64.b64encode(b"s" * 32).decode()
TEMPLATE = "template-1"
CALLBACK_TOKEN = "callback-token-of-the-tests"
AES_KEY = base64.b64encode(b"a" * 32).decode().rstrip("=")
ACTIONS = ("smile",)
RIGHT = Film(samples() / "single_face.mp4", 0.0, 2.4)
WRONG = Film(samples() / "WolfgangLanger_Pexels.mp4", 0.0, 4.0)


@dataclass(frozen=True)
class Insured:
    """A person in the test's directory."""

    name: str
    id_number: str
    openid: str
    photo: str | None
    relation: str = "本人"
    person_id: str = ""


def number(first_seventeen: str) -> str:
    return first_seventeen + check_character(first_seventeen)


MAN = Insured("李建国", number("33010619680512301"), "openid-man", "single_face.jpg")
WIFE = Insured("王秀英", number("33010619700903004"), "openid-wife", "0-f1-su-ph.jpg", "配偶")
CHILD = Insured("李小宝", number("33010620180601005"), "openid-child", None, "子女")
FACELESS = Insured("李无照", number("33010619720725003"), "openid-faceless", None, "兄弟姐妹")
AGENT = Insured("陈桂兰", number("33010619650310008"), "openid-agent", "0-f15-hao-ph.jpg", "护工")
STAFF = "openid-staff"

remember_rules()


@dataclass
class World:
    """One installation with a test's tools."""

    ports: Ports
    app: Api
    clock: FakeClock
    wechat: FakeWeChat
    ids: dict[str, str]
    keys: tuple[str, str]
    institutions: tuple[str, str]

    def till(self, which: int = 0) -> FlaskClient:
        """Return a till of the first or the second institution."""
        return self._client(self.keys[which])

    def phone(self, openid: str) -> FlaskClient:
        """Return a logged-in phone."""
        answer = self.app.test_client().post("/mp/v1/login", json={"code": self.wechat.log_in(openid)})
        return self._client(answer.json["token"])

    def _client(self, credential: str) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {credential}"
        return client


def settings(folder: Path, database_url: str | None = None) -> Settings:
    """Return the settings of a test installation."""
    named = {
        "database_url": f"sqlite:///{folder / 'db.sqlite'}",
        "objects_url": f"file://{folder / 'objects'}",
        "jobs_url": f"sqlite:///{folder / 'jobs.sqlite'}",
    } | stores.of(folder)
    return Settings(
        profile=Profile.DEMO,
        base_url="http://127.0.0.1:8000",
        database_url=database_url or named["database_url"],
        objects_url=named["objects_url"],
        jobs_url=named["jobs_url"],
        vault_keys=f"k1:{SECRET}",
        vault_index_secret=SECRET,
        wechat_appid="wx-test",
        wechat_secret="test",
        wechat_template_id=TEMPLATE,
        wechat_callback_token=CALLBACK_TOKEN,
        wechat_callback_aes_key=AES_KEY,
        event_clients=16,
        anchor_file=folder / "anchors.jsonl",
    )


def compose(
    folder: Path, matcher: Matcher, seed: int = 1, url: str | None = None, kind: type[Database] = Database
) -> Ports:
    """Return ports on a folder's database and object store."""
    given = settings(folder, url)
    vault = Vault(given.vault_ring(), given.vault_index(), given.ciphers)
    database = kind(given.database_url)
    return Ports(
        settings=given,
        clock=FakeClock(),
        random=SeededRandom(seed),
        database=database,
        vault=vault,
        objects=Objects(given.objects_url, vault),
        matcher=matcher,
        wechat=FakeWeChat(),
        directory=BothDirectories(OwnDirectory(database, vault)),
    )


def populate(folder: Path, matcher: Matcher, url: str | None = None) -> None:
    """Fill a fresh installation with persons, two institutions and a policy; `world` copies it."""
    migrate.upgrade(settings(folder, url).database_url)
    ports = compose(folder, matcher, url=url)
    versions.ensure(
        ports, Policy(pad_required=False, colour_own_phone=False, action_pool=ACTIONS, action_count=1)
    )
    ids = {}
    for one in (MAN, WIFE, CHILD, FACELESS, AGENT):
        photo = (samples() / one.photo).read_bytes() if one.photo else None
        entry = Entry(one.name, IdType.RESIDENT, one.id_number, openid=one.openid)
        ids[one.name] = enrolment.enrol(ports, entry, photo).person_id
    for relative in (WIFE, CHILD, FACELESS):
        numbers = (MAN.id_number, relative.id_number)
        family.link(ports, numbers, Network.FAMILY_SHARE, relative.relation)
    given = [administration.add_institution(ports, name) for name in ("第一药房", "第二药房")]
    staff.add(ports, given[0].institution_id, Member("收费员", STAFF))
    document = {"ids": ids, "institutions": [[one.institution_id, one.api_key] for one in given]}
    (folder / "world.json").write_text(json.dumps(document), encoding="utf-8")
    ports.database.dispose()


def world(template: Path, folder: Path, matcher: Matcher) -> World:
    """Return a separate copy of the populated installation."""
    copied(template, folder)
    return composed(folder, compose(folder, matcher, seed=2))


def copied(template: Path, folder: Path) -> None:
    """Copy an installation that nobody uses, with its stores."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    stores.copied(folder)


def removed(folder: Path) -> None:
    """Remove a copy with its database."""
    stores.dropped(folder)
    shutil.rmtree(folder)


def composed(folder: Path, ports: Ports) -> World:
    """Return the world of a populated folder on these ports."""
    document: dict[str, Any] = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    ids, keys = zip(*document["institutions"], strict=True)
    app = create_app(ports)
    clock, wechat = ports.clock, ports.wechat
    assert isinstance(clock, FakeClock) and isinstance(wechat, FakeWeChat)
    return World(ports, app, clock, wechat, document["ids"], keys, ids)


def purchase(**changes: Any) -> dict[str, Any]:
    """Return the body of a new verification for 李建国."""
    return {
        "order_no": "A-1",
        "amount_fen": 12850,
        "counter": "1号台",
        "cashier": {"id": "c01", "name": "张收银"},
        "cardholder": {"name": MAN.name, "id_number": MAN.id_number},
    } | changes


def multipart(shots: Sequence[Shot]) -> dict[str, Any]:
    """Return the keyword arguments that send a batch of frames, as a real client encodes it."""
    files = [("frames", (f"{shot.seq}.jpg", shot.image, "image/jpeg")) for shot in shots]
    meta = json.dumps([shot.meta for shot in shots])
    request = httpx.Request("POST", "http://till", files=files, data={"meta": meta})
    return {"data": request.read(), "content_type": request.headers["Content-Type"]}


def claims(receipt: str) -> dict[str, Any]:
    """Return a receipt's claims without verifying it."""
    part = receipt.split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read
