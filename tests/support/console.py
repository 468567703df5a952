"""A browser at the operator's console, for tests."""

import html
import re
import zlib
from dataclasses import dataclass

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.console import accounts, sessions
from api.ports import Ports
from models import tables
from models.domain.console.operator import Role
from models.domain.identity.idnumber import IdType, parse
from tests.support.world import World, number

PASSWORD = "correct horse battery"


@dataclass
class Colleague:
    """A person with a console account and a browser."""

    world: World
    operator_id: str
    name: str
    secret: str
    recovery: tuple[str, ...]
    client: FlaskClient

    def code(self) -> str:
        """Return the one-time code of now; each counts once, so the clock moves on."""
        self.world.clock.tick(30)
        return pyotp.TOTP(self.secret).at(self.world.ports.now())

    def sign_in(self, password: str = PASSWORD, code: str | None = None) -> TestResponse:
        """Send the sign-in's form."""
        self.client.get("/console/sign-in")
        return self.post("/console/sign-in", name=self.name, password=password, code=code or self.code())

    def get(self, path: str) -> str:
        """Return a page that must be there, as text."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
        return html.unescape(answer.get_data(as_text=True))

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form with the token of the last page."""
        return self.client.post(path, data=fields | {"csrf_token": self.token()})

    def token(self) -> str:
        """Return a form token of this session."""
        page = self.client.get("/console/sign-in").get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        return found.group(1)


def token(ports: Ports, name: str = "reviewer", role: Role = Role.REVIEWER) -> str:
    """Open an account and return the token of a session of theirs, by these ports' clock."""
    document = parse(
        IdType.RESIDENT, number(f"33010619800102{zlib.crc32(name.encode()) % 1000:03}"), ports.today()
    )
    invited = accounts.invite(ports, "command line", name, role, document)
    with ports.database.reading() as db:
        secret = accounts.secret_of(ports, db.get_one(tables.Operator, invited.operator_id)).secret
    recovery = accounts.join(ports, invited.token, PASSWORD, pyotp.TOTP(secret).at(ports.now()))
    return sessions.sign_in(ports, name, PASSWORD, recovery[0])


def number_of(name: str) -> str:
    """Return the ID number of somebody with this account."""
    return number(f"33010619800101{zlib.crc32(name.encode()) % 1000:03}")


def colleague(world: World, name: str, role: Role, id_number: str | None = None) -> Colleague:
    """Return somebody whose account is set up, not yet signed in."""
    told = id_number or number_of(name)
    document = parse(IdType.RESIDENT, told, world.ports.today())
    invited = accounts.invite(world.ports, "command line", name, role, document)
    with world.ports.database.reading() as db:
        row = db.get_one(tables.Operator, invited.operator_id)
        secret = accounts.secret_of(world.ports, row).secret
    code = pyotp.TOTP(secret).at(world.ports.now())
    recovery = accounts.join(world.ports, invited.token, PASSWORD, code)
    return Colleague(world, invited.operator_id, name, secret, recovery, world.app.test_client())
