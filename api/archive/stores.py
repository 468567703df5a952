"""The archive as a store that only adds: an S3 bucket with object lock, or HTTP with PUT and GET."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import httpx
import obstore
from obstore.store import from_url

from api.hosting.forms import BEARER, access_of
from api.settings import Settings

Method = Literal["GET", "PUT", "HEAD"]
# The law's shortest retention of such records (Cybersecurity Law, article 23).
KEPT_AT_LEAST = timedelta(days=180)
TIMEOUT_S = 8
SIGNED_FOR = timedelta(minutes=5)
EXISTS = (409, 412)


class ArchiveUnavailable(Exception):
    """The archive does not take or give something; the message is the kind of failure."""


class Archive(Protocol):
    """Storage that takes each name once."""

    def add(self, name: str, content: bytes) -> bool:
        """Store `content`; return False where the name is taken. Raises ArchiveUnavailable."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return what is stored, or None. Raises ArchiveUnavailable."""
        ...

    def weakness(self, name: str) -> str:
        """Return why a stored object could be lost within half a year, or an empty string."""
        ...


def archive(settings: Settings) -> Archive | None:
    """Return the archive of the settings, or None where none is set."""
    if not settings.archive_url:
        return None
    access = access_of(settings.archive_access.get_secret_value())
    parts = urlsplit(settings.archive_url)
    if parts.scheme == "file":
        return FolderArchive(Path(parts.path))
    if parts.scheme == "s3":
        return BucketArchive(from_url(settings.archive_url, config=access))  # type: ignore[call-overload]
    return HttpArchive(settings.archive_url, access.get(BEARER, ""))


class FolderArchive:
    """An archive in a folder of this machine, for the demo and for trials."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, content: bytes) -> bool:
        """Store `content`; return False where the name is taken."""
        place = self._folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with place.open("xb") as file:
                file.write(content)
        except FileExistsError:
            return False
        return True

    def get(self, name: str) -> bytes | None:
        """Return what is stored, or None."""
        place = self._folder / name
        return place.read_bytes() if place.exists() else None

    def weakness(self, _: str) -> str:
        """Return nothing: no production takes a folder."""
        return ""


class HttpArchive:
    """An archive behind HTTP: PUT of a taken name answers 409 or 412, GET of an absent one 404."""

    def __init__(self, url: str, bearer: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}

    def add(self, name: str, content: bytes) -> bool:
        """Store `content`; return False where the name is taken."""
        answer = self._call("PUT", name, content, {"If-None-Match": "*"})
        if answer.status_code not in EXISTS and not answer.is_success:
            raise ArchiveUnavailable(f"status {answer.status_code}")
        return answer.is_success

    def get(self, name: str) -> bytes | None:
        """Return what is stored, or None."""
        answer = self._call("GET", name)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise ArchiveUnavailable(f"status {answer.status_code}")
        return answer.content

    def weakness(self, name: str) -> str:
        """Return that a stored object can be replaced, or an empty string."""
        stored = self.get(name) or b""
        return "it lets what is stored be replaced" if self._call("PUT", name, stored).is_success else ""

    def _call(
        self,
        method: Method,
        name: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the answer; raises ArchiveUnavailable where none comes."""
        sent = {**self._headers, **(headers or {})}
        if content is not None:
            # A bucket with object lock takes nothing without a checksum.
            md5 = hashlib.md5(content, usedforsecurity=False).digest()
            sent["Content-MD5"] = base64.b64encode(md5).decode()
        try:
            return httpx.request(
                method,
                self._address(method, name),
                content=content,
                headers=sent,
                timeout=TIMEOUT_S,
                trust_env=False,
            )
        except httpx.HTTPError as error:
            raise ArchiveUnavailable(type(error).__name__) from None

    def _address(self, _: Method, name: str) -> str:
        return f"{self._url}/{name}"


class BucketArchive(HttpArchive):
    """An archive in an S3 bucket, whose object lock and default retention protect what is stored.

    Requests are signed in their address: the store's own client sends no checksum that every S3 accepts.
    """

    def __init__(self, store: Any) -> None:
        super().__init__("", "")
        self._store = store

    def weakness(self, name: str) -> str:
        """Return why the object lock is not enough, or an empty string."""
        answer = self._call("HEAD", name)
        until = answer.headers.get("x-amz-object-lock-retain-until-date", "")
        if not answer.is_success or not until:
            return "the bucket has no object lock with a default retention"
        kept = datetime.fromisoformat(until) - parsedate_to_datetime(answer.headers["Last-Modified"])
        # The two instants are not taken at once.
        enough = kept >= KEPT_AT_LEAST - timedelta(minutes=5)
        days = round(kept / timedelta(days=1))
        return "" if enough else f"the bucket keeps what is stored for {days} days, not {KEPT_AT_LEAST.days}"

    def _address(self, method: Method, name: str) -> str:
        return obstore.sign(self._store, method, name, SIGNED_FOR)
