"""Tables as CSV files, without formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from api.console.lists.table import defused


def download(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """Return rows as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([_cell(one) for one in row] for row in rows)
    told = {"Content-Disposition": f"attachment; filename={name}.csv", "Cache-Control": "no-store"}
    return Response(out.getvalue(), mimetype="text/csv; charset=utf-8", headers=told)


def _cell(one: object) -> object:
    return defused(one) if isinstance(one, str) else one
