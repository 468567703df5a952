"""The guide for whoever writes a till, and the clients it names, as the running server shows them."""

from pathlib import Path

from flask import Flask, Response, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

ROOT = Path(__file__).parents[3]
# Where the guide's links lead from /docs/guide.
FILES = {
    "clients/java/Till.java": "docs/clients/java/Till.java",
    "clients/csharp/Till.cs": "docs/clients/csharp/Till.cs",
    "clients/python/webhook.py": "docs/clients/python/webhook.py",
    "scripts/sample_pos.py": "scripts/sample_pos.py",
}


def page() -> str:
    """Return the guide as a page."""
    text = (ROOT / "docs/integration.md").read_text(encoding="utf-8").replace("](../", "](")
    written = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return render_template("guide.html", guide=Markup(written))  # noqa: S704 – our own file


def file(name: str) -> Response:
    """Return one of the files to copy, as text."""
    text = (ROOT / FILES[name]).read_text(encoding="utf-8")
    return Response(text, mimetype="text/plain")


def install(app: Flask) -> None:
    """Serve the guide at /docs/guide, and beside it what it links to."""
    app.add_url_rule("/docs/guide", "guide", page)
    for name in FILES:
        app.add_url_rule(f"/docs/{name}", f"guide/{name}", file, defaults={"name": name})
