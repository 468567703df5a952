"""Photos and frames outside the database, sealed to their key (a directory, S3, …)."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from models.vault import Vault

KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


class StoreUnavailable(Exception):
    """The object store does not write or read (a full disk, a bucket away); its kind is the message."""


class Objects:
    """An object store whose contents are sealed: a stolen or swapped file opens nowhere.

    `url` is file:///absolute/folder (made if missing), memory:///, or whatever obstore reaches
    (s3://bucket/prefix). Keys look like frames/chl_x/3.
    """

    def __init__(self, url: str, vault: Vault) -> None:
        parts = urlsplit(url)
        local = parts.scheme == "file"
        self._store = LocalStore(parts.path, mkdir=True) if local else from_url(url)
        self._vault = vault

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` at `key`, replacing what was there; raises StoreUnavailable."""
        sealed = self._vault.seal(f"object:{key}", data)
        try:
            obstore.put(self._store, _checked(key), sealed)
        except BaseError as error:
            raise StoreUnavailable(type(error).__name__) from None

    def get(self, key: str) -> bytes:
        """Return what is kept at `key`; raises KeyError or StoreUnavailable."""
        try:
            sealed = bytes(obstore.get(self._store, _checked(key)).bytes())
        except FileNotFoundError:
            raise KeyError(key) from None
        except BaseError as error:
            raise StoreUnavailable(type(error).__name__) from None
        return self._vault.open(f"object:{key}", sealed)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete what is kept at `keys`; what is not there is already deleted."""
        for key in keys:
            try:
                obstore.delete(self._store, _checked(key))
            except FileNotFoundError:
                continue

    def list(self, prefix: str) -> list[str]:
        """Return the keys below a folder, in order."""
        found = (entry["path"] for batch in obstore.list(self._store, prefix) for entry in batch)
        return sorted(found)


def _checked(key: str) -> str:
    """Return the key, or raise ValueError for one that could leave the store."""
    if not KEY.fullmatch(key):
        raise ValueError("not a key of the object store")
    return key
