"""The buckets of a stack's S3 server: one for objects, one of another owner for the audit's archive."""

import httpx

OBJECTS, ARCHIVE = "yibao", "archive"
# The archive's owner has keys of their own.
ACCESS = "aws_access_key_id=archive,aws_secret_access_key=archive,aws_region=us-east-1"
KEPT_DAYS = 200
LOCK = (
    '<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled'
    "</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>{days}</Days>"
    "</DefaultRetention></Rule></ObjectLockConfiguration>"
)


def create(url: str, name: str, days: int | None = None) -> str:
    """Create a bucket, with object lock for so many days where given; return its URL for settings."""
    lock = {} if days is None else {"x-amz-bucket-object-lock-enabled": "true"}
    httpx.put(f"{url}/{name}", headers=lock, trust_env=False).raise_for_status()
    if days is not None:
        rule = LOCK.format(days=days)
        httpx.put(f"{url}/{name}?object-lock", content=rule, trust_env=False).raise_for_status()
    return f"s3://{name}/yibao"
