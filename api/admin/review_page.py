"""Writes the held photos as one HTML page, pictures side by side."""

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from api.admin.import_words import conclusion
from api.directory import batches, held
from api.ports import Ports

TEMPLATES = Path(__file__).parents[1] / "templates"


def write(ports: Ports, file: Path) -> int:
    """Write the page with owner-only permissions; return how many photos it shows."""
    shown, sheets = list(held.side_by_side(ports)), list(batches.contact_sheets(ports))
    pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    page = pages.get_template("review/held.html").render(
        held=shown, sheets=sheets, say=conclusion, picture=_picture, thumbnail=partial(held.shown, ports)
    )
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(page, encoding="utf-8")
    return len(shown) + sum(len(one.portraits) for one in sheets)


def _picture(address: str) -> Markup:
    return Markup('<img alt="" src="{}">').format(address) if address else Markup("（照片打不开）")
