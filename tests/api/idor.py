"""The IDOR matrix's data: what each route is sent, and who may call it.

A route of the OpenAPI document that is in none of these tables fails the matrix: add it where it belongs.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from api.app import blueprints
from api.http.docs.openapi import new_app
from models import tables
from models.domain import notice
from models.domain.appeal import AppealReason, AppealState
from models.domain.attempt import AttemptState
from scripts.demo.film import Shot, samples
from tests.support.world import MAN, Insured, World, multipart, purchase

Sent = Callable[[World], dict[str, Any]]
PICTURE = (samples() / "single_face.jpg").read_bytes()


def _json(**body: Any) -> Sent:
    return lambda _: {"json": body}


def _nothing(_: World) -> dict[str, Any]:
    return {}


def _attempt(world: World) -> dict[str, Any]:
    return {"json": {"channel": "push", "person_id": world.ids[MAN.name]}}


def _person(world: World) -> dict[str, Any]:
    return {"json": {"person_id": world.ids[MAN.name]}}


def _correction(world: World) -> dict[str, Any]:
    return {"json": {"person_id": world.ids[MAN.name], "statement": "性别登记错了"}}


def _frame(_: World) -> dict[str, Any]:
    return {"data": {"frame": (BytesIO(PICTURE), "f.jpg")}, "content_type": "multipart/form-data"}


def _appeal(_: World) -> dict[str, Any]:
    said = {"reason": "other", "statement": "照片太旧。", "photos": (BytesIO(PICTURE), "p.jpg")}
    return {"data": said, "content_type": "multipart/form-data"}


def _more(_: World) -> dict[str, Any]:
    said = {"statement": "补充一张。", "photos": (BytesIO(PICTURE), "p.jpg")}
    return {"data": said, "content_type": "multipart/form-data"}


BYPASS = {"staff": "张收银", "document": "身份证", "reason": "手机没电"}
NAMED = {"name": MAN.name, "id_number": MAN.id_number}
V, A, C = "/v1/verifications", "/mp/v1/attempts/{scene}", "/mp/v1/challenges/{challenge_id}"

# Routes for tills, with the institution's key.
INSTITUTION: dict[str, Sent] = {
    f"POST {V}": _json(**purchase(order_no="A-9")),
    f"GET {V}": lambda _: {"query_string": {"order_no": "A-1"}},
    f"GET {V}/{{verification_id}}": _nothing,
    f"GET {V}/{{verification_id}}/events": _nothing,
    f"POST {V}/{{verification_id}}/attempts": _attempt,
    f"POST {V}/{{verification_id}}/popup": _json(),
    f"POST {V}/{{verification_id}}/till-code": _json(),
    f"POST {V}/{{verification_id}}/bypass": _json(**BYPASS),
    f"POST {V}/{{verification_id}}/cancel": _json(),
    f"GET {V}/{{verification_id}}/deliveries": _nothing,
    f"POST {V}/{{verification_id}}/deliveries/{{delivery_id}}/resend": _json(),
    "POST /v1/receipts/{jti}/redeem": _json(settlement_no="S-1", amount_fen=1),
}
# Routes for phones, with the WeChat user's session.
PHONE: dict[str, Sent] = {
    f"GET {A}": _nothing,
    f"PUT {A}/person": _person,
    f"POST {A}/consent": _json(notice_version=notice.CURRENT, granted=True),
    f"POST {A}/documents": _json(),
    f"POST {A}/precheck": _frame,
    f"POST {A}/challenges": _json(),
    f"POST {A}/native": _json(),
    f"POST {A}/native/finish": _json(),
    f"POST {A}/appeal": _appeal,
    "POST /mp/v1/me/appeals/{appeal_id}/more": _more,
    f"POST {C}/frames": lambda _: multipart([Shot(0, 0, "motion", PICTURE)]),
    f"POST {C}/swap": _json(),
    f"POST {C}/finish": _json(),
    "POST /mp/v1/bindings": _json(**NAMED),
    "POST /mp/v1/subscriptions": _json(template_id="template-1", result="accept"),
    "GET /mp/v1/subscriptions": _nothing,
    "POST /mp/v1/staff": _json(code="00000000"),
    "GET /mp/v1/me/agents": _nothing,
    "GET /mp/v1/me/consents": _nothing,
    "GET /mp/v1/me/bindings": _nothing,
    "GET /mp/v1/me/appeals": _nothing,
    "GET /mp/v1/me/export": _nothing,
    "GET /mp/v1/me/renewals": _nothing,
    "POST /mp/v1/me/pass": _person,
    "GET /mp/v1/me/requests": _nothing,
    "POST /mp/v1/me/corrections": _correction,
    "DELETE /mp/v1/me/consents/{consent_id}": _nothing,
    "DELETE /mp/v1/me/bindings/{binding_id}": _nothing,
    "DELETE /mp/v1/me": _nothing,
}
# Require a recent pass: otherwise `recent_pass_needed`, also on one's own phone.
AFTER_A_PASS = {"GET /mp/v1/me/export", "DELETE /mp/v1/me"}
# Require a proven owner; others cannot learn whether the resource exists.
OWN_PHONE: dict[str, Sent] = {
    "POST /mp/v1/me/agents/{agency_id}/dispute": _json(statement="不是我授权的"),
    "POST /mp/v1/me/renewals/{renewal_id}": _json(answer="no"),
}
# The URL is the ticket: an invented one must look like an expired one.
P = "/popup/{token}"
TICKET = {
    f"GET {P}": 410,
    f"GET {P}/events": 410,
    **{f"POST {P}/{action}": 410 for action in ("push", "code", "back", "bypass", "till-code")},
    "GET /qr/{scene}.png": 404,
}
# Require their own proof in the request.
PROVEN = {"GET /wechat/callback": 403, "POST /wechat/callback": 403, "POST /mp/v1/login": 401}
# Public, without personal data.
OPEN = {
    "GET /.well-known/jwks.json",
    "GET /sandbox/.well-known/jwks.json",
    "GET /",
    "GET /healthz",
    "GET /readyz",
    "GET /qr/subscribe.png",
    "POST /demo/forget-frames",
}


def appeal_of(world: World, which: int, who: Insured, **changes: Any) -> str:
    """Lodge an appeal on the user's own phone, for which a reviewer has asked for more."""
    till, ports = world.till(which), world.ports
    verification = till.post("/v1/verifications", json=purchase(**changes)).json["id"]
    wanted = {"channel": "push", "person_id": world.ids[who.name]}
    url = f"/v1/verifications/{verification}/attempts"
    attempt = till.post(url, json=wanted).json
    appeal_id = ports.new_id("apl")
    row = tables.Appeal(
        id=appeal_id,
        attempt_id=attempt["attempt_id"],
        verification_id=verification,
        institution_id=world.institutions[which],
        person_id=world.ids[who.name],
        openid_index=ports.vault.index("openid", who.openid),
        cashier_id="c01",
        counter="1号台",
        reason=AppealReason.OTHER,
        statement=ports.vault.seal(f"appeal.statement:{appeal_id}", "照片太旧。"),
        photo_keys=[],
        state=AppealState.LODGED,
        created_at=ports.now(),
        asked=["photo_now"],
        asked_note=ports.vault.seal(f"appeal.asked_note:{appeal_id}", "请再拍一张。"),
        asked_at=ports.now(),
    )
    with ports.database.transaction() as db:
        db.add(row)
        # Answered, so that the next message to them is not rate-limited.
        db.get_one(tables.Attempt, attempt["attempt_id"]).state = AttemptState.APPEALED
    return appeal_id


def document() -> dict[str, Any]:
    """Return the OpenAPI document, made without a database."""
    app = new_app()
    for blueprint in blueprints(demo=True):
        app.register_api(blueprint)
    made: dict[str, Any] = app.api_doc
    return made


def operations() -> Iterator[str]:
    """Yield every route of the OpenAPI document."""
    for path, methods in document()["paths"].items():
        yield from (f"{method.upper()} {path}" for method in methods)


def known() -> set[str]:
    """Return every route that is in one of the tables."""
    return set(INSTITUTION) | set(PHONE) | set(OWN_PHONE) | set(TICKET) | set(PROVEN) | OPEN
