"""Client of the matcher service."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx

from matcher.errors import BadImage, MatcherUnavailable, UnknownBackground
from matcher.liveness import actions as rules
from matcher.service import answers, signing, wire
from matcher.types import Background, Embedder, Enrolment, Examination, Frame, Observation, Report

Value = TypeVar("Value")
CONNECT_S = 1.0
HEALTH_S = 2.0
MOST_ANSWER_BYTES = 4 * 1024 * 1024
BACKGROUNDS = 4
BAD_IMAGE = ("too_many_bytes", "too_many_pixels", "not_an_image", "truncated")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds allowed for one answer, and the wait before the single retry."""

    within_s: float = 8.0
    pause_s: float = 1.0


class RemoteMatcher:
    """Client of `matcher.service`; `new_id` returns a new request id each time.

    A refused connection and a full queue are retried once. No answer, a slow one, or one that is truncated,
    malformed or impossible raises MatcherUnavailable: no pass, no counted try.
    """

    def __init__(
        self,
        url: str,
        secret: bytes,
        new_id: Callable[[], str],
        patience: Patience = Patience(),
        clock: Callable[[], float] = time.time,
    ) -> None:
        limits = httpx.Timeout(patience.within_s, connect=CONNECT_S)
        # The service is on our own network: ignore proxies from the environment.
        self._client = httpx.Client(base_url=url, timeout=limits, trust_env=False)
        self._secret, self._new_id = secret, new_id
        self._patience, self._clock = patience, clock
        self._backgrounds: dict[str, Background] = {}

    def observe(
        self, frames: Sequence[Frame], previous: Sequence[Observation] = (), seed: int = 0
    ) -> list[Observation]:
        """Return what each frame shows, in the frames' order; raises BadImage, MatcherUnavailable."""
        if not frames:
            return []
        asked = wire.OBSERVE.write(wire.ObserveRequest(list(frames), list(previous), seed))
        told = _read(wire.OBSERVED, self._ask("/observe", asked))
        return answers.observations(frames, told.observations)

    def progress(self, actions: Sequence[str], observations: Sequence[Observation]) -> list[bool]:
        """Return which of the actions have been seen so far; needs no service."""
        return rules.progress(actions, observations)

    def examine(self, examination: Examination) -> Report:
        """Return the facts about a whole capture; raises BadImage, MatcherUnavailable.

        If a process of the service lacks the background, it is sent with a second request.
        """
        try:
            told = self._ask("/examine", wire.EXAMINE.write(wire.ExamineRequest(examination)))
        except UnknownBackground:
            told = self._ask("/examine", wire.EXAMINE.write(self._with_backgrounds(examination)))
        return answers.report(examination, _read(wire.EXAMINED, told).report)

    def learn(self, background: Background) -> None:
        """Store a background to send to processes of the service that lack it; the oldest is dropped."""
        kept = {**self._backgrounds, background.version: background}
        self._backgrounds = dict(list(kept.items())[-BACKGROUNDS:])

    def enrol(self, photo: bytes) -> Enrolment:
        """Return the templates of a reference photo; raises BadImage, MatcherUnavailable."""
        asked = wire.ENROL.write(wire.EnrolRequest(photo))
        return answers.enrolment(_read(wire.ENROLLED, self._ask("/enrol", asked)).enrolment)

    def has_pad(self) -> bool:
        """Tell whether the service has PAD weights; raises MatcherUnavailable without an answer in 2 s."""
        return self._health().get("pad") == "measured"

    def model_sets(self) -> tuple[Embedder, ...]:
        """Return the service's model sets; raises MatcherUnavailable without an answer in 2 s."""
        named = self._health().get("model_sets", [Embedder.SFACE])
        return tuple(one for one in Embedder if isinstance(named, list) and one in named)

    def close(self) -> None:
        """Close pooled connections."""
        self._client.close()

    def _health(self) -> dict[str, object]:
        try:
            answer = self._client.get("/health", timeout=HEALTH_S).raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            raise MatcherUnavailable("no answer about its health") from None
        if not isinstance(answer, dict) or "pad" not in answer:
            raise MatcherUnavailable("no answer about its health")
        return answer

    def _with_backgrounds(self, examination: Examination) -> wire.ExamineRequest:
        """Return the request with the backgrounds it names; raises MatcherUnavailable for unknown ones."""
        versions = examination.background, examination.other and examination.other.background
        if any(one and one not in self._backgrounds for one in versions):
            raise MatcherUnavailable("the background is unknown on both sides") from None
        return wire.ExamineRequest(examination, *(self._backgrounds.get(one or "") for one in versions))

    def _ask(self, path: str, body: bytes) -> bytes:
        """Return the service's answer after verifying its signature for this request."""
        request_id = self._new_id()
        status, signature, answer = self._sent(path, request_id, body)
        expected = signing.sign_answer(self._secret, request_id, body, status, answer)
        if not signing.same(signature, expected):
            raise MatcherUnavailable(f"the answer ({status}) is not signed for this question")
        if status == httpx.codes.OK:
            return answer
        refusal = _read(wire.REFUSED, answer)
        if status == httpx.codes.CONFLICT and refusal.error == "unknown_background":
            raise UnknownBackground(refusal.error)
        reason = refusal.reason
        if status == httpx.codes.UNPROCESSABLE_ENTITY and reason in BAD_IMAGE:
            raise BadImage(reason)
        raise MatcherUnavailable(f"the service answered {status}")

    def _sent(self, path: str, request_id: str, body: bytes) -> tuple[int, str, bytes]:
        """Return status, signature and body of the answer; a refused request is sent once more."""
        for last in (False, True):
            try:
                status, signature, answer = self._exchanged(path, request_id, body)
                if last or status != httpx.codes.SERVICE_UNAVAILABLE:
                    return status, signature, answer
            except httpx.ConnectError:
                if last:
                    raise MatcherUnavailable("nobody answers") from None
            except httpx.HTTPError as error:
                raise MatcherUnavailable(type(error).__name__) from None
            time.sleep(self._patience.pause_s)
        raise MatcherUnavailable("nobody answers")

    def _exchanged(self, path: str, request_id: str, body: bytes) -> tuple[int, str, bytes]:
        """Send once and read the answer, within time and size."""
        at = str(int(self._clock()))
        headers = {
            signing.ID: request_id,
            signing.TIME: at,
            signing.SIGNATURE: signing.sign_request(self._secret, path, request_id, at, body),
            "Content-Type": "application/json",
        }
        give_up = time.monotonic() + self._patience.within_s
        read = bytearray()
        with self._client.stream("POST", path, content=body, headers=headers) as answer:
            for part in answer.iter_bytes():
                read += part
                if len(read) > MOST_ANSWER_BYTES or time.monotonic() > give_up:
                    raise MatcherUnavailable("the answer is too long or too slow")
        return answer.status_code, answer.headers.get(signing.SIGNATURE, ""), bytes(read)


def _read(shape: wire.Shape[Value], answer: bytes) -> Value:
    """Return the decoded answer; raises MatcherUnavailable."""
    try:
        return shape.read(answer)
    except wire.Malformed as error:
        raise MatcherUnavailable(f"the answer is malformed: {error}") from None
