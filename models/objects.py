"""Photos and frames outside the database, encrypted with their key name as associated data."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import LocalStore, from_url

from models.vault import HEAD, Vault

if TYPE_CHECKING:
    from obstore.store import BackoffConfig, ClientConfig, RetryConfig

# No call takes more than 5 s: an unanswered request is given up after 4 s, and no retry starts after the
# first second. Plain http is allowed if the operator's address says so: contents are encrypted.
CLIENT: "ClientConfig" = {"timeout": "4s", "connect_timeout": "2s", "allow_http": True}
PAUSE: "BackoffConfig" = {
    "init_backoff": timedelta(milliseconds=100),
    "max_backoff": timedelta(milliseconds=500),
    "base": 2,
}
RETRY: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=1), "backoff": PAUSE}
SOME = 500
KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


class StoreUnavailable(Exception):
    """The object store fails to write or read (full disk, unreachable bucket); the message is its kind."""


class Objects:
    """An object store whose contents are encrypted and bound to their key, so swapped files do not open.

    `url` is file:///absolute/folder (created if missing), memory:///, or any store obstore supports
    (s3://bucket/prefix). Keys look like frames/chl_x/3.
    """

    def __init__(self, url: str, vault: Vault) -> None:
        parts = urlsplit(url)
        local = parts.scheme == "file"
        self._store = LocalStore(parts.path, mkdir=True) if local else _remote(url)
        self._vault = vault

    def put(self, key: str, data: bytes) -> None:
        """Store `data` at `key`, replacing any existing content; raises StoreUnavailable."""
        sealed = self._vault.seal(f"object:{key}", data)
        with _reached():
            obstore.put(self._store, _checked(key), sealed)

    def get(self, key: str) -> bytes:
        """Return the decrypted content at `key`; raises KeyError or StoreUnavailable."""
        return self._vault.open(f"object:{key}", self.sealed(key))

    def head(self, key: str) -> bytes:
        """Return the start of the content at `key`, up to the id of its sealing key; empty if absent."""
        try:
            with _reached():
                return bytes(obstore.get_range(self._store, _checked(key), start=0, length=HEAD))
        except FileNotFoundError:
            return b""

    def sealed(self, key: str) -> bytes:
        """Return the encrypted content at `key`; raises KeyError or StoreUnavailable."""
        try:
            with _reached():
                return bytes(obstore.get(self._store, _checked(key)).bytes())
        except FileNotFoundError:
            raise KeyError(key) from None

    def put_sealed(self, key: str, sealed: bytes) -> None:
        """Store content at `key` that was encrypted for it earlier; raises StoreUnavailable."""
        with _reached():
            obstore.put(self._store, _checked(key), sealed)

    def reseal(self, key: str, change: Callable[[bytes], bytes] = bytes) -> bool:
        """Re-encrypt the content at `key` with the newest key; return whether that was needed and possible.

        `change` makes the new content of the old. Raises CannotOpen or StoreUnavailable. A concurrently
        deleted object is not recreated.
        """
        tag, sealed = self._tagged(key)
        if not sealed or sealed.startswith(self._vault.newest + b"\0"):
            return False
        return self._changed(key, (tag, sealed), change)

    def rewrite(self, key: str, change: Callable[[bytes], bytes | None]) -> bool:
        """Replace the content at `key` by what `change` makes of it; return False where it makes nothing.

        Raises CannotOpen or StoreUnavailable. A concurrently deleted object is not recreated.
        """
        return self._changed(key, self._tagged(key), change)

    def _tagged(self, key: str) -> tuple[str | None, bytes]:
        """Return the tag and the encrypted content at `key`, both empty where there is none."""
        try:
            with _reached():
                found = obstore.get(self._store, _checked(key))
                return found.meta["e_tag"], bytes(found.bytes())
        except FileNotFoundError:
            return None, b""

    def _changed(
        self, key: str, found: tuple[str | None, bytes], change: Callable[[bytes], bytes | None]
    ) -> bool:
        """Write what `change` makes of the content found; return whether there was anything to write."""
        tag, sealed = found
        place = f"object:{key}"
        content = change(self._vault.open(place, sealed)) if sealed else None
        if content is None:
            return False
        self._replace(key, tag, self._vault.seal(place, content))
        return True

    def _replace(self, key: str, tag: str | None, sealed: bytes) -> None:
        """Replace the object only if it still has this tag; folders support no such condition."""
        with _reached(), suppress(FileNotFoundError, PreconditionError):
            if isinstance(self._store, LocalStore):
                obstore.head(self._store, key)
                obstore.put(self._store, key, sealed)
            else:
                obstore.put(self._store, key, sealed, mode={"e_tag": tag, "version": None})

    def delete(self, keys: Iterable[str]) -> None:
        """Delete `keys`, ignoring absent ones; raises StoreUnavailable."""
        for key in keys:
            with suppress(FileNotFoundError), _reached():
                obstore.delete(self._store, _checked(key))

    def older_than(self, before: datetime) -> Iterator[list[str]]:
        """Yield the keys of what was put before, some at a time; raises StoreUnavailable."""
        with _reached():
            for batch in obstore.list(self._store, chunk_size=SOME):
                yield [entry["path"] for entry in batch if entry["last_modified"] < before]

    def list(self, prefix: str) -> list[str]:
        """Return the keys below a folder, sorted; raises StoreUnavailable."""
        with _reached():
            return sorted(entry["path"] for batch in obstore.list(self._store, prefix) for entry in batch)


@contextmanager
def _reached() -> Iterator[None]:
    """Convert the store's errors, except a missing key, to StoreUnavailable."""
    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as error:
        raise StoreUnavailable(type(error).__name__) from None


def _remote(url: str) -> Any:
    """Return a store with time-outs; an in-memory one needs none."""
    if urlsplit(url).scheme == "memory":
        return from_url(url)
    return from_url(url, client_options=CLIENT, retry_config=RETRY)


def _checked(key: str) -> str:
    """Return the key, or raise ValueError for one that could leave the store."""
    if not KEY.fullmatch(key):
        raise ValueError("not a key of the object store")
    return key
