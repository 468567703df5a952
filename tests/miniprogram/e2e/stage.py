"""The scenes' environment: real servers, the phone's server, films, browsers, a till."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np

from models.domain.policy import Policy
from scripts.demo.till import Till
from tests.e2e.installation import ROOT, Installation, free_port
from tests.miniprogram.e2e import films
from tests.miniprogram.e2e.browser import Browser
from tests.miniprogram.e2e.figures import Figures
from tests.miniprogram.e2e.phone import Phone
from tests.miniprogram.e2e.screens import Screens

SOURCE = ROOT / "miniprogram"
OUT = ROOT / "out"
NEWCOMER = "oNewcomer"


class Stage:
    """One installation for many scenes; its browsers are kept open, one for each film."""

    def __init__(self, folder: Path, built: Path, *, clocked: bool = False, **settings: str) -> None:
        self.folder, self.clocked = folder, clocked
        self.installation = Installation(folder, clocked=clocked, **settings)
        self.document = self.installation.document
        self.people = {person["name"]: person for person in self.document["persons"]}
        for name in ("simulator", "web", "worker"):
            self.installation.start(name)
        self.till = Till(self.document["base_url"], self.document["institutions"][0])
        self.address = f"http://127.0.0.1:{free_port()}"
        self._server = self._serve(built)
        self.figures, self.screens = Figures(), Screens(OUT / "screens")
        self._films: dict[str, Path] = {}
        self._tokens: dict[str, str] = {}
        self._actor = films.write_actor(folder / "actor")
        self._browsers: dict[str, Browser] = {}

    def _serve(self, built: Path) -> subprocess.Popen[bytes]:
        port = self.address.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "scripts.phone", "--port", port, "--folder", str(built)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        server = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.PIPE)
        assert server.stdout and server.stdout.readline().startswith(b"phone on"), "the phone did not start"
        return server

    def phone(self, who: str, film: str = "right", **parameters: Any) -> Phone:
        """Return a fresh phone of a person (or of 收费员), whose camera sees a film, or who does as told."""
        if film == "right":
            parameters["actor"] = self._actor
        return Phone(self._browser(film), self.address, self.openid(who), **parameters)

    def phone_with_film(self, who: str, film: str) -> Phone:
        """Return a fresh phone whose camera shows a film that the phone's server offers."""
        return Phone(self._browser("right"), self.address, self.openid(who), film=film)

    def openid(self, who: str) -> str:
        """Return the openid of a person, of the first institution's cashier, or of somebody new."""
        if who == "新用户":
            return NEWCOMER
        if who == "收费员":
            return str(self.document["institutions"][0]["staff_openid"])
        return str(self.people[who]["openid"])

    def _browser(self, film: str) -> Browser:
        if film not in self._browsers or self._browsers[film].gone:
            if film != "right" and film not in self._films:
                self._films |= films.write(self.folder)
            self._browsers[film] = Browser(self._films.get(film))
        return self._browsers[film]

    def add_film(self, name: str, file: Path) -> None:
        """Add a film that only this machine has."""
        self._films[name] = file

    def join(self, name: str, provider: str) -> Till:
        """Let an administrator add an institution; return its till."""
        added = self.signed("admin", "institution", "add", name, "--provider", provider)
        given = dict(re.findall(r"^(\w+) +(\S+)$", added, re.MULTILINE))
        return Till(self.document["base_url"], {"id": given["institution_id"], "api_key": given["api_key"]})

    @contextmanager
    def policy(self, name: str, value: str) -> Iterator[None]:
        """Put another threshold in force, and the ordinary one again at the end."""
        self._enact(name, value)
        try:
            yield
        finally:
            self._enact(name, str(getattr(Policy(), name)))

    def _enact(self, name: str, value: str) -> None:
        proposed = self.signed("operator", "policy", "propose", f"{name}={value}")
        version = re.search(r"version (\d+)", proposed)
        assert version, proposed
        self.signed("operator2", "policy", "approve", version[1])

    def review_appeals(self) -> None:
        """Let a reviewer conclude whatever is open: more than two at a time nobody may have."""
        for appeal_id in re.findall(r"apl_\w+", self.signed("reviewer", "appeals", "list")):
            for name in ("reviewer", "reviewer2", "reviewer3"):
                judged = ("--ground", "other_person", "--note", "已核对", "--token", self._token(name))
                if "is now" in self._administer("appeals", "reject", appeal_id, *judged):
                    break

    def signed(self, name: str, command: str, *words: str) -> str:
        """Run a command as an account, signed in anew where the last token is over."""
        if name in self._tokens:
            done = self.installation.administer(command, *words, "--token", self._tokens[name])
            if "sign in" not in done.stderr:
                assert done.returncode == 0, done.stdout + done.stderr
                return done.stdout
        self._tokens[name] = self._token(name)
        return self._administer(command, *words, "--token", self._tokens[name])

    def ask_for_more(self) -> None:
        """Let a reviewer ask for a photo and a word to the newest appeal."""
        asked = self.installation.run([sys.executable, "-m", "tests.e2e.clocked", "tests.e2e.asked"])
        assert asked.returncode == 0, asked.stderr

    def offer_photo(self) -> None:
        """Offer a new reference to whom the newest message went."""
        offered = self.installation.run([sys.executable, "-m", "tests.e2e.clocked", "tests.e2e.offered"])
        assert offered.returncode == 0, offered.stderr

    def _token(self, name: str) -> str:
        """Sign an account of the demo in."""
        account = next(one for one in self.document["console"] if one["name"] == name)
        for _ in range(3):  # a code may have run out before a slow machine has used it
            code = self._administer("__main__", "console", "code", name).strip()
            signed = ("--password", account["password"], "--code", code)
            done = self.installation.administer("__main__", "console", "token", name, *signed)
            if done.returncode == 0:
                return done.stdout.strip()
        raise AssertionError(done.stdout + done.stderr)

    def _administer(self, command: str, *words: str) -> str:
        done = self.installation.administer(command, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def open_purchase(self, till: Till | None = None) -> dict[str, Any]:
        """Let the till open a verification for 李建国; forget the frames of earlier scenes."""
        httpx.post(f"{self.document['base_url']}/demo/forget-frames", trust_env=False)
        return (till or self.till).open(self.people["李建国"])

    def pushed(self, purchase: dict[str, Any], till: Till | None = None) -> str:
        """Push to 李建国's phone; return the page that the message in his WeChat opens."""
        before = len(self.messages("李建国"))
        self.allow("李建国")
        wanted = {"channel": "push", "person_id": self.people["李建国"]["person_id"]}
        answer = (till or self.till).attempt(purchase["id"], wanted)
        if answer.status_code == 429:
            # An earlier scene's message to him went unanswered.
            self._wait(int(answer.headers["Retry-After"]))
            answer = (till or self.till).attempt(purchase["id"], wanted)
        assert answer.status_code == 201, answer.text
        return self.message("李建国", before)

    def _wait(self, seconds: float) -> None:
        """Let time pass, on the servers' clock where that is a scene's to move."""
        if self.clocked:
            self.let_pass(seconds)
        else:
            time.sleep(seconds)

    def message(self, who: str, before: int) -> str:
        """Return the page that somebody's next message opens, after so many earlier ones."""
        for _ in range(300):
            messages = self.messages(who)
            if len(messages) > before:
                return str(messages[-1]["page"])
            time.sleep(0.1)
        raise AssertionError("no message came")

    def allow(self, who: str = "李建国") -> None:
        """Let somebody allow one message, and wait until the server knows."""
        self._answer_panel(who, "subscribe", "accept")

    def forbid(self, who: str) -> None:
        """Let somebody refuse in the settings: whatever other scenes have left allowed is gone."""
        self._answer_panel(who, "settings", "reject")

    def _answer_panel(self, who: str, where: str, result: str) -> None:
        told = {"openid": self.openid(who), "template_id": self.document["template_id"], "result": result}
        self._simulator("POST", f"/sim/v1/{where}", json=told)
        self._simulator("GET", "/sim/v1/callbacks?wait=10", timeout=20)

    def allow_notices(self, who: str) -> None:
        """Let somebody be told once of a purchase by an agent."""
        wanted = {"openid": self.openid(who), "template_id": self.document["agent_template_id"]}
        self._simulator("POST", "/sim/v1/subscribe", json=wanted | {"result": "accept"})

    def name_notices(self, *, long_term: bool) -> None:
        """Make the template of such notices long-term, as WeChat's console can, or one-time again."""
        wanted = {"template_id": self.document["agent_template_id"], "title": "代办购药提醒"}
        self._simulator("POST", "/sim/v1/templates", json=wanted | {"long_term": long_term})

    def newcomer(self, name: str) -> Phone:
        """Return the phone of somebody of whom nothing is known."""
        return Phone(self._browser("right"), self.address, f"oNew{name.encode().hex()}")

    def staff_code(self, name: str, *options: str) -> str:
        """Let the administrator name a member of staff; return the code that is printed once."""
        institution = self.document["institutions"][0]["id"]
        named = ("--name", name, "--no-id", *options)
        said = self.signed("admin", "institution", "staff", "add", institution, *named)
        return next(line.split()[1] for line in said.splitlines() if line.startswith("code"))

    def conclude_disputes(self, finding: str) -> None:
        """Let the operator say the same of all that is disputed."""
        for agency_id in re.findall(r"agc_\w+", self.signed("reviewer", "disputes", "list")):
            self.signed("reviewer", "disputes", "conclude", agency_id, finding, "--note", "已核对")

    @contextmanager
    def out_of_order(self) -> Iterator[None]:
        """Let the application be away for a while."""
        self.installation.kill("web")
        try:
            yield
        finally:
            self.installation.start("web")

    def let_pass(self, seconds: float) -> None:
        """Let time pass for the servers."""
        self.installation.let_pass(seconds)

    def coded(self, purchase: dict[str, Any]) -> str:
        """Ask for a code; return the page it opens."""
        attempt = self.till.attempt(purchase["id"], {"channel": "qr"}).json()
        return page_of(httpx.get(attempt["qr_url"], trust_env=False).content)

    def messages(self, who: str) -> list[dict[str, Any]]:
        """Return the chat of somebody's WeChat."""
        return list(self._simulator("GET", f"/sim/v1/chats/{self.openid(who)}")["messages"])

    def credits(self, who: str) -> int:
        """Return how many messages somebody still allows."""
        answer = self._simulator("GET", f"/sim/v1/credits/{self.openid(who)}")
        return int(answer["credits"].get(self.document["template_id"], 0))

    def _simulator(self, method: str, path: str, **details: Any) -> dict[str, Any]:
        answer = httpx.request(method, self.document["simulator_url"] + path, trust_env=False, **details)
        answer.raise_for_status()
        return dict(answer.json())

    def state(self, purchase: dict[str, Any], till: Till | None = None) -> str:
        """Return what the till sees."""
        return str((till or self.till).read(purchase["id"])["state"])

    def decisions(self) -> str:
        """Return what the last tries came to, and the reports they came from."""
        said = self.installation.run([sys.executable, "-m", "tests.e2e.decided"])
        return said.stdout or said.stderr

    def close(self) -> None:
        """Stop everything; keep the figures."""
        if self.figures.results:
            # One of these for each process that plays scenes.
            self.figures.write(OUT / f"browser-{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}.txt")
        for browser in self._browsers.values():
            browser.close()
        self._server.terminate()
        self._server.wait(timeout=10)
        if self._server.stdout:
            self._server.stdout.close()
        self.till.close()
        self.installation.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def page_of(picture: bytes) -> str:
    """Return the page that a code image opens; OpenCV reads some codes at one size only."""
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    for scale in (1.0, 0.75, 1.5, 0.5, 2.0):
        shown = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        text, *_ = cv2.QRCodeDetector().detectAndDecode(shown)
        if text:
            return str(text)
    raise AssertionError("OpenCV could not read the code")
