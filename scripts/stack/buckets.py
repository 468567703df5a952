"""The buckets of a stack's S3 server: one for objects, one of another owner for the audit's archive."""

from typing import Any

import httpx

OBJECTS, ARCHIVE = "yibao", "archive"
# The archive's owner has keys of their own.
ACCESS = "aws_access_key_id=archive,aws_secret_access_key=archive,aws_region=us-east-1"
KEPT_DAYS = 200
# The server loads its services with the first request.
PATIENCE_S = 60
LOCK = (
    '<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled'
    "</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>{days}</Days>"
    "</DefaultRetention></Rule></ObjectLockConfiguration>"
)


def create(url: str, name: str, days: int | None = None) -> str:
    """Create a bucket, with object lock for so many days where given; return its URL for settings."""
    lock = {} if days is None else {"x-amz-bucket-object-lock-enabled": "true"}
    _put(f"{url}/{name}", headers=lock)
    if days is not None:
        _put(f"{url}/{name}?object-lock", content=LOCK.format(days=days))
    return f"s3://{name}/yibao"


def _put(url: str, **sent: Any) -> None:
    httpx.put(url, timeout=PATIENCE_S, trust_env=False, **sent).raise_for_status()
