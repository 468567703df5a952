"""The browser phone's server: static files and a reverse proxy of /mp and /sim, for a single origin."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from flask import Flask, Response, redirect, render_template, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from scripts.demo import buy
from scripts.demo.film import samples

HERE = Path(__file__).parent
METHODS = ["GET", "POST", "PUT", "DELETE"]
# Hop-by-hop headers are not forwarded (RFC 9110, 7.6.1); httpx has already decoded the body.
HELD_BACK = {"connection", "host", "content-length", "content-encoding", "transfer-encoding", "keep-alive"}
TIMEOUT_S = 90
FILM_TYPES = (".mp4",)
# The person in each film, the first purchase's person first.
FACES = {
    "single_face.mp4": "李建国本人",
    "WolfgangLanger_Pexels.mp4": "另一个人，名单上没有",
    "no_face.mp4": "没有人脸",
}


def create(folder: Path, document: Mapping[str, Any]) -> Flask:
    """Return the Flask app for one built mini-program and the servers of one var/demo.json."""
    app = Flask(__name__, static_folder=None)
    client = httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)
    _pages(app, folder.resolve(), document)
    _begin(app, document)
    _forward(app, client, "/mp/", document["base_url"])
    _forward(app, client, "/sim/", document["simulator_url"])
    return app


def _pages(app: Flask, folder: Path, document: Mapping[str, Any]) -> None:
    """Add routes for the built files, the sample films and the page that selects a person."""

    @app.get("/")
    def phone() -> AnyResponse | str:
        if not request.args.get("openid"):
            return redirect("/persons")
        return send_from_directory(folder, "index.html")

    @app.get("/persons")
    def persons() -> str:
        return render_template("persons.html", document=document, films=_films())

    @app.get("/persons.js")
    def script() -> Response:
        return send_from_directory(HERE / "static", "persons.js", max_age=0)

    @app.post("/films/forget")
    def forget() -> Response:
        # Without this a sample film would be refused as a replay for 180 days.
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(f"{document['base_url']}/demo/forget-frames", trust_env=False, timeout=5)
        return Response(status=204)

    @app.get("/films/<name>")
    def film(name: str) -> Response:
        return send_from_directory(samples(), name)

    @app.get("/<path:name>")
    def file(name: str) -> Response:
        return send_from_directory(folder, name, max_age=0)


def _begin(app: Flask, document: Mapping[str, Any]) -> None:
    """Add the routes that begin something: a purchase, and a phone ready for it."""

    @app.get("/open")
    def opened_page() -> AnyResponse:
        """Open a phone on a message or on the cashier's scanner, its camera on the right person's film."""
        asked = dict(request.args)
        if asked.pop("who", "") == "staff":
            asked |= {"openid": document["institutions"][0]["staff_openid"], "page": "pages/cashier/cashier"}
        return redirect(f"/?{urlencode({'film': f'/films/{next(iter(FACES))}'} | asked)}")

    @app.post("/purchase")
    def purchase() -> AnyResponse:
        try:
            return redirect(buy.opened(document), 303)
        except httpx.HTTPError:
            return Response(
                "核验服务器没有应答：先运行 make demo 或 make serve。", status=502, mimetype="text/plain"
            )


def _films() -> list[tuple[str, str]]:
    """Return the names of the sample films with the person each shows, those of FACES first."""
    found = {path.name for path in samples().iterdir() if path.suffix in FILM_TYPES}
    known = [name for name in FACES if name in found]
    return [(name, FACES.get(name, "不知是谁")) for name in (*known, *sorted(found - FACES.keys()))]


def _forward(app: Flask, client: httpx.Client, prefix: str, base_url: str) -> None:
    """Forward every request under `prefix` to `base_url`; return 502 where it is unreachable."""

    def hand_on(rest: str) -> Response:
        try:
            answer = client.request(
                request.method,
                f"{base_url}{prefix}{rest}",
                params=request.args,
                content=request.get_data(),
                headers=[(name, value) for name, value in request.headers if name.lower() not in HELD_BACK],
            )
        except httpx.HTTPError as error:
            return Response(type(error).__name__, status=502, mimetype="text/plain")
        headers = [(name, value) for name, value in answer.headers.items() if name not in HELD_BACK]
        return Response(answer.content, status=answer.status_code, headers=headers)

    app.add_url_rule(f"{prefix}<path:rest>", endpoint=prefix, view_func=hand_on, methods=METHODS)
