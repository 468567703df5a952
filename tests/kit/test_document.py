"""docs/integration.md agrees with the code, and the running server shows it."""

import json
import re
from pathlib import Path

import pytest

from api.events.webhooks import TOLERANCE_S
from api.http.docs import guide
from api.http.docs.codes import TILL, WAITED_FOR, Code
from api.http.docs.examples import DETAILS
from api.http.docs.meanings import CLAIMS, REASONS, rows
from api.http.schemas.answers import Receipt
from api.outbound.http_post import NO_ANSWER
from models.domain.decision import Reason
from models.domain.delivery import PATIENT
from models.domain.sandbox import CAST
from tests.api.idor import document
from tests.support.world import World

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/integration.md").read_text(encoding="utf-8")
BOOK = (ROOT / "docs/architecture/reference.md").read_text(encoding="utf-8")
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
    if path.startswith("/v1/")
}
FLOWS = ("lifecycle", "attempt", "agents", "bypass", "redeem", "till_code")
RULES = ("verification", "identity/idnumber", "provider", "agent")
SOURCES = [
    *(
        f"api/{name}.py"
        for name in ("outbound/addresses", "events/feed", "events/deliveries", "http/idempotency")
    ),
    "api/directory/identify.py",
    *(f"api/verification/{name}.py" for name in FLOWS),
    *(f"models/domain/{name}.py" for name in RULES),
]
REFUSERS = [*(ROOT / "api").rglob("*.py"), *(ROOT / "models").rglob("*.py")]
# Of phones and of administrators, never of tills.
OTHERS = {"provider_mismatch", "risk_not_accepted"}


def test_every_magic_number_is_documented() -> None:
    assert [one.outcome for one in CAST if f"| {one.name} | {one.number} |" not in GUIDE] == []


def test_the_tolerance_and_the_pauses_are_documented() -> None:
    *pauses, last = PATIENT
    assert f"{', '.join(map(str, pauses))} 秒后重发，之后每 {last} 秒一次" in GUIDE
    assert f"{TOLERANCE_S} 秒" in GUIDE


def test_every_reason_of_the_delivery_log_is_documented() -> None:
    assert [word for _, word in NO_ANSWER if f"`{word}`" not in GUIDE] == []


def test_the_table_of_codes_is_the_programs() -> None:
    written = re.findall(r"^\| \d{3} \| `.*$", GUIDE, re.MULTILINE)
    assert written == [f"| {one.status} | `{one.code}` | {one.means} | {one.then} |" for one in TILL]


def test_the_tables_of_claims_and_reasons_are_the_programs() -> None:
    assert [line for line in (*rows(CLAIMS), *rows(REASONS)) if line not in GUIDE] == []


def test_every_reason_and_every_claim_is_explained() -> None:
    push = (ROOT / "api/messaging/push.py").read_text(encoding="utf-8")
    undelivered = set(re.findall(r'"((?:not|wechat|refused)_[a-z_]+)"', push))
    assert {reason.value for reason in Reason} | undelivered <= {one.name for one in REASONS}
    assert [claim.name for claim in CLAIMS] and {one.name for one in CLAIMS} == set(Receipt.model_fields)


@pytest.mark.parametrize("code", sorted(DETAILS.keys() - {"malformed", "internal", "id_number_invalid"}))
def test_an_examples_detail_is_what_the_refusal_says(code: str) -> None:
    said = DETAILS[code].removeprefix("notify_url: ")
    assert any(f'"{said}"' in path.read_text("utf-8") for path in REFUSERS if "http/docs" not in str(path))


def test_every_code_a_tills_routes_refuse_with_is_explained() -> None:
    found = {
        code
        for source in SOURCES
        for code in re.findall(r'\bcode ?= ?"([a-z_]+)"', (ROOT / source).read_text(encoding="utf-8"))
    }
    assert len(found) > 20
    assert found - OTHERS - {one.code for one in TILL} == set()


@pytest.mark.parametrize("one", TILL, ids=lambda one: one.code)
def test_a_code_stands_at_its_status_in_every_document(one: Code) -> None:
    row = next(line for line in BOOK.splitlines() if line.startswith(f"| {one.status} |"))
    assert f"`{one.code}`" in row
    line = f"`{one.code}` {one.means} → {one.then}"
    at = [
        operation["responses"][str(one.status)]
        for operation in OPERATIONS.values()
        if line in operation["responses"].get(str(one.status), {}).get("description", "")
    ]
    assert at, f"no route says that it refuses with {one.code}"
    for described in at:
        if one.code in WAITED_FOR:
            assert "Retry-After" in described["headers"]


@pytest.mark.parametrize(
    "word", ["Idempotency-Key", "Retry-After", '"checks"', "/popup`", "selftest", "--network"]
)
def test_the_guide_mentions_every_required_topic(word: str) -> None:
    assert word in GUIDE


def test_the_running_server_shows_the_guide_and_every_file_it_names(world: World) -> None:
    client = world.app.test_client()
    shown = client.get("/docs/guide").get_data(as_text=True)
    assert "<h1>一个下午接好收银台</h1>" in shown and "<td><code>order_exists</code></td>" in shown
    linked = set(re.findall(r'href="([^"]+)"', shown))
    assert linked == set(guide.FILES)
    for name in linked:
        answer = client.get(f"/docs/{name}")
        assert answer.get_data() == (ROOT / guide.FILES[name]).read_bytes()
        assert answer.mimetype == "text/plain"
    assert "](/docs/guide)" in client.get("/openapi.json").json["info"]["description"]


def test_every_reference_of_the_document_leads_somewhere() -> None:
    whole = document()
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(whole))):
        place: object = whole
        for step in reference.removeprefix("#/").split("/"):
            assert isinstance(place, dict) and step in place, reference
            place = place[step]
