"""Photos and frames outside the database, sealed to their key (a directory, S3, …)."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import LocalStore, from_url

from models.vault import Vault

if TYPE_CHECKING:
    from obstore.store import BackoffConfig, ClientConfig, RetryConfig

# No call takes more than 5 s: one that gets no answer is given up after 4 s, and none begins after the first.
# Whether http will do is said by the address that the operator gave: what is kept is sealed.
CLIENT: "ClientConfig" = {"timeout": "4s", "connect_timeout": "2s", "allow_http": True}
PAUSE: "BackoffConfig" = {
    "init_backoff": timedelta(milliseconds=100),
    "max_backoff": timedelta(milliseconds=500),
    "base": 2,
}
RETRY: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=1), "backoff": PAUSE}
KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


class StoreUnavailable(Exception):
    """The object store does not write or read (a full disk, a bucket away); its kind is the message."""


class Objects:
    """An object store whose contents are sealed to their key: a stolen or swapped file cannot be opened.

    `url` is file:///absolute/folder (made if missing), memory:///, or whatever obstore reaches
    (s3://bucket/prefix). Keys look like frames/chl_x/3.
    """

    def __init__(self, url: str, vault: Vault) -> None:
        parts = urlsplit(url)
        local = parts.scheme == "file"
        self._store = LocalStore(parts.path, mkdir=True) if local else _remote(url)
        self._vault = vault

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` at `key`, replacing what was there; raises StoreUnavailable."""
        sealed = self._vault.seal(f"object:{key}", data)
        with _reached():
            obstore.put(self._store, _checked(key), sealed)

    def get(self, key: str) -> bytes:
        """Return what is kept at `key`; raises KeyError or StoreUnavailable."""
        return self._vault.open(f"object:{key}", self.sealed(key))

    def head(self, key: str) -> bytes:
        """Return the first 17 bytes at `key`, which begin with the id of their key; empty if it is gone."""
        try:
            with _reached():
                return bytes(obstore.get_range(self._store, _checked(key), start=0, length=17))
        except FileNotFoundError:
            return b""

    def sealed(self, key: str) -> bytes:
        """Return what is kept at `key` as it is sealed; raises KeyError or StoreUnavailable."""
        try:
            with _reached():
                return bytes(obstore.get(self._store, _checked(key)).bytes())
        except FileNotFoundError:
            raise KeyError(key) from None

    def put_sealed(self, key: str, sealed: bytes) -> None:
        """Keep at `key` what was sealed to it before; raises StoreUnavailable."""
        with _reached():
            obstore.put(self._store, _checked(key), sealed)

    def reseal(self, key: str) -> bool:
        """Seal what is at `key` with the newest key; tell whether that was needed and it was still there.

        Raises CannotOpen or StoreUnavailable. What is deleted meanwhile does not come back.
        """
        place = f"object:{key}"
        try:
            with _reached():
                found = obstore.get(self._store, _checked(key))
                tag, sealed = found.meta["e_tag"], bytes(found.bytes())
        except FileNotFoundError:
            return False
        if sealed.startswith(self._vault.newest + b"\0"):
            return False
        self._replace(key, tag, self._vault.seal(place, self._vault.open(place, sealed)))
        return True

    def _replace(self, key: str, tag: str | None, sealed: bytes) -> None:
        """Put in the place of what has this tag and of nothing else; a folder has no such condition."""
        with _reached(), suppress(FileNotFoundError, PreconditionError):
            if isinstance(self._store, LocalStore):
                obstore.head(self._store, key)
                obstore.put(self._store, key, sealed)
            else:
                obstore.put(self._store, key, sealed, mode={"e_tag": tag, "version": None})

    def delete(self, keys: Iterable[str]) -> None:
        """Delete what is kept at `keys`, what is not there is already deleted; raises StoreUnavailable."""
        for key in keys:
            with suppress(FileNotFoundError), _reached():
                obstore.delete(self._store, _checked(key))

    def list(self, prefix: str) -> list[str]:
        """Return the keys below a folder, in order; raises StoreUnavailable."""
        with _reached():
            return sorted(entry["path"] for batch in obstore.list(self._store, prefix) for entry in batch)


@contextmanager
def _reached() -> Iterator[None]:
    """Turn the store's errors, except that of a missing key, into StoreUnavailable."""
    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as error:
        raise StoreUnavailable(type(error).__name__) from None


def _remote(url: str) -> Any:
    """Return a store with time-outs; one in memory needs none."""
    if urlsplit(url).scheme == "memory":
        return from_url(url)
    return from_url(url, client_options=CLIENT, retry_config=RETRY)


def _checked(key: str) -> str:
    """Return the key, or raise ValueError for one that could leave the store."""
    if not KEY.fullmatch(key):
        raise ValueError("not a key of the object store")
    return key
