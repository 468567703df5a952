"""The anchor files of an installation, in a backup."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from api.settings import Settings


def save(settings: Settings, folder: Path) -> None:
    """Copy the anchor files into a backup."""
    for file in _files(settings):
        shutil.copyfile(file, folder / file.name)


def restore(settings: Settings, folder: Path, names: Iterable[str]) -> None:
    """Restore those among a backup's files under this installation's name; existing ones are kept beside."""
    file = settings.anchor_file
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    for later in _files(settings):
        later.rename(later.with_name(f"{later.name}.before-restore"))
    for name in names:
        if name.endswith(".jsonl"):
            ending = "-acts" if name.endswith("-acts.jsonl") else ""
            shutil.copyfile(folder / name, file.with_name(f"{file.stem}{ending}{file.suffix}"))


def _files(settings: Settings) -> list[Path]:
    file = settings.anchor_file
    return [] if file is None else sorted(file.parent.glob(f"{file.stem}*{file.suffix}"))
