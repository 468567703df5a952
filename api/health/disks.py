"""Free disk space where this installation writes on this machine."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from api.settings import Settings

LEAST = 0.05


def free_shares(settings: Settings) -> dict[str, float]:
    """Return the free share (0–1) of each disk by its use; nothing for remote stores."""
    shares = {}
    for name, folder in _folders(settings).items():
        used = shutil.disk_usage(_existing(folder))
        shares[name] = used.free / used.total
    return shares


def _folders(settings: Settings) -> dict[str, Path]:
    """Return the folders that this machine's processes write to."""
    folders = {}
    objects = urlsplit(settings.objects_url)
    if objects.scheme == "file":
        folders["objects"] = Path(objects.path)
    # Empty where the settings are incomplete, which `yibao-deploy check` lists.
    database = make_url(settings.database_url) if settings.database_url else None
    if database and database.get_backend_name() == "sqlite" and database.database:
        folders["database"] = Path(database.database).parent
    if settings.anchor_file is not None:
        folders["anchors"] = settings.anchor_file.parent
    return folders


def _existing(folder: Path) -> Path:
    """Return the folder, or its nearest existing parent."""
    return next((one for one in (folder, *folder.absolute().parents) if one.exists()), Path("/"))
