"""`yibao weights` (make weights): download the PAD weights from their pinned addresses."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import httpx
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from matcher import weights as catalogue
from scripts.admin import shell

MOST_BYTES = 64 * 1024 * 1024
TIMEOUT_S = 30.0


class NotFetched(Exception):
    """Raised where a file cannot be downloaded; the message gives the remedy."""


def files() -> list[str]:
    """Return the file names of the PAD weights."""
    return [catalogue.listed()[name].file[0] for name in catalogue.PAD_NETS]


def fetch(url: str, hashes: Sequence[str], target: Path) -> str:
    """Download `url` to `target`, resuming a partial download; return its SHA-256.

    The file is moved into place only when its hash is in `hashes`. Raises NotFetched.
    """
    if target.is_file() and _sha256(target) in hashes:
        return _sha256(target)
    part = target.with_name(target.name + ".part")
    try:
        _download(url, part)
    except httpx.HTTPError as error:
        raise NotFetched(
            f"{url}: {type(error).__name__}; run it again to go on, or put the file into {target.parent}"
        ) from None
    found = _sha256(part)
    if found not in hashes:
        part.unlink()
        raise NotFetched(f"{url} is not the measured file (SHA-256 {found}): nothing was installed")
    part.replace(target)
    return found


def _download(url: str, part: Path) -> None:
    """Append the missing bytes to the partial file (HTTP range request)."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with httpx.stream("GET", url, headers=headers, timeout=TIMEOUT_S, follow_redirects=True) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        answer.raise_for_status()
        going_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
        have = have if going_on else 0
        total = have + int(answer.headers.get("Content-Length", 0))
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with part.open("ab" if going_on else "wb") as file, Progress(*columns) as bars:
            bar = bars.add_task(part.stem, total=total or None, completed=have)
            for piece in answer.iter_bytes():
                have += len(piece)
                if have > MOST_BYTES:
                    raise NotFetched(f"{url} is larger than any of our weights")
                file.write(piece)
                bars.advance(bar, len(piece))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@click.command(cls=shell.Command)
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), default=Path("var/weights"), show_default=True
)
def weights(folder: Path) -> None:
    """下载活体检测权重并核对 / download the PAD weights that are missing, and check them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in catalogue.PAD_NETS:
        entry = catalogue.listed()[name]
        try:
            sha256 = fetch(entry.url, entry.hashes, folder / entry.file[0])
        except NotFetched as error:
            sys.exit(str(error))
        click.echo(f"{name} {entry.version} ({entry.licence}) SHA-256 {sha256[:16]}… is in {folder}")
    click.echo(f"now set YIBAO_PAD_DIR={folder.resolve()}")


def main(arguments: list[str] | None = None) -> None:
    """Run `yibao weights`."""
    shell.run(weights, arguments, "python -m scripts.weights")
