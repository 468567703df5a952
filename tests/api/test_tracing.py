"""Optional traces: requests and the matcher's calls, without anything about persons."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.app import create_app
from api.capture import finish
from api.composition import traced
from api.figures import tracing
from matcher.errors import MatcherUnavailable
from models.domain.person import User
from tests.support import play
from tests.support.world import MAN, World


class Broken:
    """A matcher whose error says too much."""

    def has_pad(self) -> bool:
        raise MatcherUnavailable("李建国")


@pytest.fixture
def spans(world: World) -> InMemorySpanExporter:
    """Let the world's application be traced; return where its spans go."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    world.app.extensions["feed"].close()
    world.app = create_app(world.ports, tracer=provider.get_tracer("test"))
    return exporter


def test_a_check_is_traced_by_route_and_call_and_names_nobody(
    world: World, spans: InMemorySpanExporter
) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    man = world.phone(MAN.openid)
    play.agree(man, scene)
    assert play.tried(world, man, scene)["outcome"] == "passed"
    world.app.test_client().get(f"/nowhere/{MAN.id_number}")
    found = spans.get_finished_spans()
    names = {one.name for one in found}
    assert names >= {
        "POST /v1/verifications",
        "POST /mp/v1/challenges/<string:challenge_id>/frames",
        "matcher.observe",
        "matcher.examine",
        "- -",
    }
    by_id = {one.context.span_id: one for one in found if one.context}
    examined = next(one for one in found if one.name == "matcher.examine")
    assert examined.parent and by_id[examined.parent.span_id].name.endswith("/finish")
    told = "".join(one.to_json() for one in found)
    for secret in (MAN.name, MAN.id_number, MAN.openid, scene, verification, world.keys[0]):
        assert secret not in told
    assert {key for one in found for key in one.attributes or {}} == {
        "http.request.method", "http.route", "http.response.status_code"
    }  # fmt: skip


def test_the_workers_calls_of_the_matcher_are_traced(world: World) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    verification = play.opened(world)
    scene, man = play.pushed(world, verification), world.phone(MAN.openid)
    play.agree(man, scene)
    challenge = play.draw(man, scene)
    play.show(world, man, challenge)
    user = User(MAN.openid, world.ports.vault.index("openid", MAN.openid))
    finish.close(world.ports, user, challenge["challenge_id"])
    world.clock.tick(600)
    play.work(traced(world.ports, provider.get_tracer("test")))
    assert play.state(world, verification)["state"] == "passed"
    found = exporter.get_finished_spans()
    assert [one.name for one in found] == ["matcher.examine"] and not found[0].attributes
    assert traced(world.ports, None) is world.ports


def test_an_error_of_the_matcher_is_its_kind_alone() -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    broken = tracing.traced(Broken(), provider.get_tracer("test"))
    with pytest.raises(MatcherUnavailable):
        broken.has_pad()
    (span,) = spans.get_finished_spans()
    assert dict(span.attributes or {}) == {"error.type": "MatcherUnavailable"} and not span.events


def test_nothing_is_traced_where_no_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tracing.ENDPOINT, raising=False)
    assert tracing.from_environment() is None
