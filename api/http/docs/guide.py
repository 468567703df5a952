"""The integration guide for till programmers and its sample clients, served under /docs/guide."""

from pathlib import Path

from flask import Flask, Response, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

ROOT = Path(__file__).parents[3]
# Targets of the guide's relative links under /docs/guide.
FILES = {
    "clients/java/Till.java": "docs/clients/java/Till.java",
    "clients/csharp/Till.cs": "docs/clients/csharp/Till.cs",
    "clients/python/webhook.py": "docs/clients/python/webhook.py",
    "scripts/sample_pos.py": "scripts/sample_pos.py",
}


def page() -> str:
    """Return the guide as an HTML page."""
    text = (ROOT / "docs/integration.md").read_text(encoding="utf-8").replace("](../", "](")
    written = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return render_template("guide.html", guide=Markup(written))  # noqa: S704 – our own file


def file(name: str) -> Response:
    """Return one sample client as plain text."""
    text = (ROOT / FILES[name]).read_text(encoding="utf-8")
    return Response(text, mimetype="text/plain")


def install(app: Flask) -> None:
    """Register the guide at /docs/guide and the files that it links to."""
    app.add_url_rule("/docs/guide", "guide", page)
    for name in FILES:
        app.add_url_rule(f"/docs/{name}", f"guide/{name}", file, defaults={"name": name})
