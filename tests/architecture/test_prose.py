"""Docstrings, comments and names use plain technical English: phrases that must be decoded are banned."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = [
    path
    for folder in ("api", "matcher", "models", "scripts", "wechat")
    for path in (ROOT / folder).rglob("*.py")
]
# Each with the plain word for it.
PLAIN = {
    r"deeds?": "action",
    r"pleas?": "appeal",
    r"looked at": "examined, viewed, checked",
    r"becomes? of": "the result of",
    r"became of": "the result of",
    r"goes by": "uses",
    r"stands? still": "frozen, static",
    r"put (away|right|aside)": "stored, corrected",
    r"let go": "released",
    r"mend(s|ed)?": "corrected",
    r"told apart": "distinguished",
    r"that is none": "invalid",
    r"vouch(es|ed)? for a wechat": "proven binding",
    r"said of": "reported about",
}
BANNED = re.compile(rf"\b({'|'.join(PLAIN)})\b", re.IGNORECASE)
LAYERS = ("api/", "matcher/", "models/", "wechat/")
IMPORTS = re.compile(r"[Ii]mport|Other packages use")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_prose_is_plain() -> None:
    for path in MODULES:
        found = {match[0] for match in BANNED.finditer(path.read_text(encoding="utf-8").replace("_", " "))}
        assert not found, f"{name(path)}: say plainly {found}, see PLAIN"


def test_packages_say_what_may_be_imported() -> None:
    packages = [path for path in MODULES if path.name == "__init__.py" and name(path).startswith(LAYERS)]
    for path in packages:
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert IMPORTS.search(docstring) or path.parent.name == "versions", name(path)
