"""Writes the papers into a new folder: text, tables and a list of digests."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from api.filing import counting, kept, papers, receiving
from api.law import assessments
from api.policies import versions
from api.ports import CHINA, Ports
from models import tables
from models.vault import digest

# So that a spreadsheet program reads the Chinese.
MARK = "\ufeff"
SUMS = "SHA256SUMS"


def write(ports: Ports, folder: Path, recorded: Sequence[tables.Assessment]) -> list[str]:
    """Write the filing and return the names of its files; raises FileExistsError."""
    made = _made(ports, recorded)
    folder.mkdir(mode=0o700, parents=True)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    sums = "".join(f"{digest(text)}  {name}\n" for name, text in made.items())
    (folder / SUMS).write_text(sums, encoding="utf-8")
    return [*made, SUMS]


def _made(ports: Ports, recorded: Sequence[tables.Assessment]) -> dict[str, str]:
    """Return every paper's text by its name."""
    settings, now = ports.settings, ports.now()
    with ports.database.reading() as db:
        count, stored = counting.faces(db), [*counting.stored(db)]
        asked = [*counting.requests(ports, db)]
        policy, assessed = versions.active(db), assessments.in_force(db, now)
    made = (
        papers.processor(settings),
        papers.purposes(assessed),
        _table(counting.STORED_HEAD, stored),
        papers.told(settings),
        _table(papers.ASSESSED_HEAD, papers.assessed(recorded)),
        _table(kept.HEAD, kept.periods()),
        _table(receiving.RECEIVERS_HEAD, receiving.receivers(settings)),
        _table(receiving.MEASURES_HEAD, receiving.measures(ports, policy)),
        _table(counting.REQUESTS_HEAD, asked),
        papers.MANUAL,
    )
    first = {"00-目录.md": papers.contents(settings, now.astimezone(CHINA), count)}
    return first | dict(zip((name for name, _ in papers.PAPERS), made, strict=True))


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return MARK + text.getvalue()
