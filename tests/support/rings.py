"""An installation as processes with other sealing keys or ciphers see it."""

import base64
from dataclasses import replace

from api.directory.own import OwnDirectory
from api.directory.sandbox import BothDirectories
from api.ports import Ports
from models.objects import Objects
from models.vault import Ciphers, Vault
from tests.support.world import SECRET, World

OLD, NEW = base64.b64decode(SECRET), b"n" * 32


def on(world: World, ring: dict[str, bytes], ciphers: Ciphers = Ciphers.INTERNATIONAL) -> Ports:
    """Return the installation as a process with another ring or other ciphers sees it."""
    vault = Vault(ring, base64.b64decode(SECRET), ciphers)
    return replace(
        world.ports,
        vault=vault,
        objects=Objects(world.ports.settings.objects_url, vault),
        directory=BothDirectories(OwnDirectory(world.ports.database, vault)),
    )
