"""Console routes of held photos: one by one, or a whole import on a contact sheet.

`held_photos` is imported inside functions, so that only processes that use it load OpenCV.
"""

from flask import Response, url_for

from api.console import looks
from api.console.actions.staff_routes import console
from api.console.guard import needs, see
from api.console.pages import me, page
from api.console.routes import field
from api.http.web import ports
from models import tables
from models.domain.console.operator import Right
from models.domain.errors import Absent
from models.domain.identity.held import HeldReason, HeldState

__all__ = ["console"]


@console.get("/held/<string:held_id>")
@needs(Right.SEE_CASES)
def held_photo(held_id: str) -> Response:
    """Show the data of a held photo; its pictures need a reason."""
    with ports().database.reading() as db:
        row = db.get(tables.HeldPhoto, held_id)
    if row is None:
        raise Absent("no such photo")
    return page(
        "held.html",
        row=row,
        waits=row.state is HeldState.HELD,
        whole=row.reason is HeldReason.UNVOUCHED,
        may=me().may(Right.JUDGE),
        may_see=me().may(Right.SEE_PHOTOS),
    )


@console.post("/held/<string:held_id>/photos")
@needs(Right.SEE_PHOTOS)
def show_held_photo(held_id: str) -> Response:
    """Record the access, then show the photo beside the ones it is compared with, for 60 seconds."""
    act_id = looks.ask(ports(), me(), (held_id, looks.HELD), _reason())
    back = url_for("console.held_photo", held_id=held_id)
    return page("photo.html", back=back, picture=url_for("console.photo", act_id=act_id))


@console.post("/held/<string:held_id>")
@needs(Right.JUDGE)
def decide_held(held_id: str) -> Response:
    """Accept or refuse one photo."""
    from api.console.actions import held_photos  # noqa: PLC0415

    held_photos.decide(ports(), me(), held_id, (field("choice"), field("why")))
    return see("console.listed", name="held")


@console.get("/imports/<string:import_id>")
@needs(Right.SEE_CASES)
def held_import(import_id: str) -> Response:
    """Show an import whose contact sheet awaits review."""
    from api.console.actions import held_photos  # noqa: PLC0415

    return page(
        "held_import.html",
        sheet=held_photos.sheet(ports(), import_id),
        may=me().may(Right.JUDGE),
        may_see=me().may(Right.SEE_PHOTOS),
    )


@console.post("/imports/<string:import_id>/photos")
@needs(Right.SEE_PHOTOS)
def show_contact_sheet(import_id: str) -> Response:
    """Record the access, then show the contact sheet for 60 seconds."""
    act_id = looks.ask(ports(), me(), (import_id, looks.SHEET), _reason())
    back = url_for("console.held_import", import_id=import_id)
    return page("photo.html", back=back, picture=url_for("console.photo", act_id=act_id))


@console.post("/imports/<string:import_id>")
@needs(Right.JUDGE)
def decide_import(import_id: str) -> Response:
    """Accept or refuse a whole import."""
    from api.console.actions import held_photos  # noqa: PLC0415

    held_photos.decide_all(ports(), me(), import_id, (field("choice"), field("why")))
    return see("console.listed", name="held")


def _reason() -> str:
    return f"{field('reason')}：{field('why')}" if field("reason") and field("why") else ""
