"""Finds the photo that a cell names in a folder, for paths written on Windows, macOS or by hand."""

import os
import re
import unicodedata
from pathlib import Path

from matcher.errors import BadImage
from matcher.imaging.files import portable
from models.domain.errors import Invalid
from models.domain.identity.cells import plain

ENDINGS = ("", ".jpg", ".jpeg", ".png", ".bmp")
LONGEST = 400
MOST_BYTES = 32 * 1024 * 1024


class PhotoFolder:
    """The files below a folder, by normalised path."""

    def __init__(self, folder: Path) -> None:
        """Index the files below a folder."""
        self._root = folder.resolve()
        self._files: dict[str, list[Path]] = {}
        for at, _, names in os.walk(self._root):
            for name in names:
                path = Path(at, name)
                self._files.setdefault(_spelt(path.relative_to(self._root).as_posix()), []).append(path)

    def find(self, cell: str) -> Path:
        """Return the file that a cell names; raises Invalid `photo_missing` or `photo_ambiguous`."""
        written = plain(cell).replace("\\", "/")
        if len(written) > LONGEST or not written.isprintable():
            raise Invalid("no file has such a name", code="photo_missing")
        for path in _suffixes(written):
            for ending in ENDINGS:
                if found := self._files.get(_spelt(path + ending)):
                    return self._one(found, path + ending)
        raise Invalid("no such file", code="photo_missing")

    def called(self, file: Path) -> str:
        """Return a file's relative path without its extension."""
        return file.relative_to(self._root).with_suffix("").as_posix()

    def _one(self, found: list[Path], path: str) -> Path:
        """Return the one matching file, preferring exact spelling."""
        exact = [one for one in found if one.relative_to(self._root).as_posix() == path]
        files = exact or found
        if len(files) > 1:
            raise Invalid("more than one file has this name", code="photo_ambiguous")
        if not files[0].resolve().is_relative_to(self._root):
            raise Invalid("the file is outside the folder", code="photo_missing")
        return files[0]


def read(file: Path) -> bytes:
    """Return a photo's bytes; raises Invalid `photo_missing` or the code of what is wrong with it."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Invalid("the file is too large", code="too_many_bytes")
        return portable(file.read_bytes())
    except BadImage as error:
        raise Invalid("the file cannot be used", code=error.reason) from None
    except OSError:
        raise Invalid("the file cannot be read", code="photo_missing") from None


def _spelt(path: str) -> str:
    """Return a path in Unicode NFC and lower case."""
    return unicodedata.normalize("NFC", path).casefold()


def _suffixes(written: str) -> list[str]:
    """Return the paths to try: as written, then each tail of an absolute path."""
    parts = [one for one in written.split("/") if one not in ("", ".")]
    if not parts or ".." in parts:
        return []
    absolute = written.startswith("/") or re.match(r"[A-Za-z]:", written)
    return ["/".join(parts[at:]) for at in range(len(parts) if absolute else 1)]
