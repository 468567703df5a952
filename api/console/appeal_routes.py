"""Console routes of appeals: queue, case, photos and verdict."""

from flask import Response, request, url_for

from api.appeals import asking, reviewing, waiting
from api.appeals.reviewing import Judgement
from api.console import accounts, cases, looks
from api.console.casefile import file
from api.console.cases import reviewer_of
from api.console.guard import needs, see
from api.console.identity.oidc_routes import console
from api.console.pages import me, page
from api.console.routes import field
from api.console.texts import RENEWALS, WHO
from api.http.reasons import failure
from api.http.web import ports
from models.domain.console.operator import Right
from models.domain.console.review import GROUNDS, Ground, Verdict, Wanted, waits
from models.domain.errors import Malformed

__all__ = ["console"]


@console.get("/appeals")
@needs(Right.SEE_CASES)
def appeals() -> Response:
    """Show the appeals awaiting a verdict, earliest deadline first."""
    rows = waiting.queue(ports(), reviewer_of(me()))
    flagged = file.flagged(ports(), me(), [one.row for one in rows])
    return page("appeals.html", rows=rows, now=ports().now(), flagged=flagged)


@console.get("/appeals/<string:appeal_id>")
@needs(Right.SEE_CASES)
def appeal(appeal_id: str) -> Response:
    """Show one appeal."""
    view, who = cases.opened(ports(), me(), appeal_id), reviewer_of(me())
    judges = me().may(Right.JUDGE)
    mine = reviewing.held_until(ports(), who, appeal_id) if judges else None
    return page(
        "appeal.html",
        view=view,
        row=view.exhibit.row,
        case=view.exhibit.case,
        mine=mine,
        # Whom the case concerns cannot open this page.
        may=judges,
        judged=any(one.operator_id == who.operator_id for one in view.verdicts),
        may_ask=mine is not None and view.can_ask,
        waits=waits(view.exhibit.row.asked_at, view.exhibit.row.answered_at, ports().now()),
        grounds=GROUNDS,
        wanted=view.askable,
        file=file.of(ports(), me(), view),
        sources=file.SOURCES,
        cause=failure(view.exhibit.case.cause, None).what,
        renewals=RENEWALS,
        who_of=WHO,
        may_see=me().may(Right.SEE_PHOTOS),
        until=cases.left_until(view.exhibit.row),
    )


@console.get("/appeals/<string:appeal_id>/print")
@needs(Right.SEE_CASES)
def print_appeal(appeal_id: str) -> Response:
    """Show one appeal on paper for an inspector, without photos; auditors also see who viewed it."""
    view = cases.opened(ports(), me(), appeal_id)
    return page(
        "print.html",
        view=view,
        row=view.exhibit.row,
        case=view.exhibit.case,
        file=file.of(ports(), me(), view),
        sources=file.SOURCES,
        cause=failure(view.exhibit.case.cause, None)[0],
        renewals=RENEWALS,
        names=accounts.names(ports()),
        acts=cases.acts_on(ports(), appeal_id) if me().may(Right.SEE_ACTS) else (),
        now=ports().now(),
        until=cases.left_until(view.exhibit.row),
    )


@console.post("/appeals/<string:appeal_id>/claim")
@needs(Right.JUDGE)
def claim(appeal_id: str) -> Response:
    """Assign an appeal to this reviewer for half an hour."""
    reviewing.claim(ports(), reviewer_of(me()), appeal_id)
    return see("console.appeal", appeal_id=appeal_id, _anchor="mine")


@console.post("/appeals/<string:appeal_id>/release")
@needs(Right.JUDGE)
def release(appeal_id: str) -> Response:
    """Release this reviewer's appeal."""
    reviewing.release(ports(), reviewer_of(me()), appeal_id)
    return see("console.appeals")


@console.post("/appeals/<string:appeal_id>/verdict")
@needs(Right.JUDGE)
def give_verdict(appeal_id: str) -> Response:
    """Record this reviewer's verdict; raises Conflict `photos_unseen` before any photo was opened."""
    try:
        verdict, _, ground = field("choice").partition(" ")
        judgement = Judgement(Verdict(verdict), Ground(ground), field("note"))
    except ValueError:
        raise Malformed("verdict") from None
    looks.require(ports(), me(), appeal_id)
    who = reviewer_of(me())
    state = reviewing.judge(ports(), who, appeal_id, judgement)
    return page("judged.html", state=state, following=reviewing.next_of(ports(), who))


@console.post("/appeals/<string:appeal_id>/ask")
@needs(Right.JUDGE)
def ask(appeal_id: str) -> Response:
    """Ask the insured for more before a verdict."""
    try:
        wanted = [Wanted(one) for one in request.form.getlist("wanted")]
    except ValueError:
        raise Malformed("wanted") from None
    asking.ask(ports(), reviewer_of(me()), appeal_id, wanted, field("note"))
    return see("console.appeals", asked=1)


@console.get("/appeals/<string:appeal_id>/photos")
@needs(Right.SEE_PHOTOS)
def photos(appeal_id: str) -> Response:
    """Show the form that asks for a photo and the reason to view it."""
    view = cases.opened(ports(), me(), appeal_id)
    return page("photos.html", view=view, row=view.exhibit.row)


@console.post("/appeals/<string:appeal_id>/photos")
@needs(Right.SEE_PHOTOS)
def show_photo(appeal_id: str) -> Response:
    """Record the access, then show the photo for 60 seconds, with a button for each of the others."""
    reason = f"{field('reason')}：{field('why')}" if field("reason") and field("why") else ""
    act_id = looks.ask(ports(), me(), (appeal_id, field("picture")), reason)
    return page(
        "photo.html",
        back=url_for("console.appeal", appeal_id=appeal_id, _anchor="mine"),
        picture=url_for("console.photo", act_id=act_id),
        names=field("picture").split("+"),
        others=[one for one in cases.pictures(ports(), appeal_id) if one != field("picture")],
        again={"reason": field("reason"), "why": field("why")},
        seconds=int(looks.SHOWN.total_seconds()),
    )


@console.get("/photos/<string:act_id>")
@needs(Right.SEE_PHOTOS)
def photo(act_id: str) -> Response:
    """Return the watermarked photo of a recorded access to the same reviewer, for 60 seconds."""
    picture = looks.photo(ports(), me(), act_id)
    return Response(picture, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})
