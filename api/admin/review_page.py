"""The photos that wait as one HTML page, pictures side by side."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from api.admin.import_words import conclusion
from api.directory import held
from api.ports import Ports

TEMPLATES = Path(__file__).parents[1] / "templates"


def write(ports: Ports, file: Path) -> int:
    """Write the page, readable by its owner alone; return how many photos are on it."""
    shown = list(held.side_by_side(ports))
    pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    page = pages.get_template("review/held.html").render(held=shown, say=conclusion, picture=_picture)
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(page, encoding="utf-8")
    return len(shown)


def _picture(address: str) -> Markup:
    return Markup('<img alt="" src="{}">').format(address) if address else Markup("（照片打不开）")
