"""Tries the archive of the audit: that it takes something, gives it back, and keeps it."""

from api.archive.stores import ArchiveUnavailable, archive
from api.settings import Settings
from scripts.deploy.trials import Finding, Wrong, tried

PROBE = "probe.txt"
CONTENT = b"yibao-face tries this archive\n"


def tries(settings: Settings) -> Finding:
    """Add one small object, which stays there, read it, and see whether it could be lost."""
    if not settings.archive_url:
        return Finding("archive", untried="YIBAO_ARCHIVE_URL is not set")
    return tried("archive", lambda: _archive(settings))


def _archive(settings: Settings) -> None:
    try:
        store = archive(settings)
        if store is None:
            return
        store.add(PROBE, CONTENT)
        if store.get(PROBE) != CONTENT:
            raise Wrong("what was stored is not what came back")
        if weak := store.weakness(PROBE):
            raise Wrong(weak)
    except ArchiveUnavailable as error:
        raise Wrong(f"it does not take or give ({error})") from None
    except Wrong:
        raise
    except Exception as error:  # what obstore refuses of a value; the text may quote a secret
        raise Wrong(
            f"YIBAO_ARCHIVE_URL or YIBAO_ARCHIVE_ACCESS is refused ({type(error).__name__})"
        ) from None
