"""How the matcher's service and its client talk: JSON over HTTP, signed both ways with HMAC-SHA256.

A request's signature covers method, path, id, time and body; an answer's covers the request's id and body,
the status and its own body. A truncated, mixed-up, replayed or forged answer is thus never taken for one.
"""

import base64
import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from matcher.types import Examination, Frame, Observation, Shown, Template

ID = "X-Matcher-Id"
TIME = "X-Matcher-Time"
SIGNATURE = "X-Matcher-Signature"
# A request's time may differ by this from the service's clock.
WINDOW_S = 60
MOST_FRAMES, MOST_OBSERVATIONS, MOST_TEMPLATES, MOST_RELATIVES, MOST_COLOURS = 24, 200, 64, 16, 16
MOST_MS = 20_000
COLOUR = re.compile("#[0-9A-F]{6}")
MOST_BYTES = 24 * 1024 * 1024


class Malformed(ValueError):
    """Not what this wire carries."""


def sign_request(secret: bytes, path: str, request_id: str, time: str, body: bytes) -> str:
    """Return the signature of a POST, hex."""
    return _signature(secret, "request", path, request_id, time, _hash(body))


def sign_answer(secret: bytes, request_id: str, request: bytes, status: int, answer: bytes) -> str:
    """Return the signature of the answer to a request, hex."""
    return _signature(secret, "answer", request_id, _hash(request), str(status), _hash(answer))


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _signature(secret: bytes, *parts: str) -> str:
    return hmac.new(secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Tell, in constant time, whether two signatures are the same."""
    return hmac.compare_digest(given.encode(), expected.encode())


def read(body: bytes) -> Any:
    """Return the JSON in a body; raises Malformed, also for numbers that are none."""
    try:
        return json.loads(body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Malformed("the body is not the JSON it should be") from None


def _no_number(_: str) -> NoReturn:
    raise ValueError


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def write(document: Mapping[str, Any]) -> bytes:
    """Return a body."""
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()


def frames_to_json(frames: Sequence[Frame]) -> list[dict[str, Any]]:
    """Return frames as plain JSON types, the image in base64."""
    return [
        {
            "seq": frame.seq,
            "t_ms": frame.t_ms,
            "kind": frame.kind,
            "mirrored": frame.mirrored,
            "image": base64.b64encode(frame.image).decode(),
        }
        for frame in frames
    ]


def frames_from_json(documents: Any) -> list[Frame]:
    """Return the frames of a request; raises Malformed."""
    try:
        return [
            Frame(
                seq=int(one["seq"]),
                t_ms=int(one["t_ms"]),
                kind=str(one["kind"]),
                mirrored=bool(one["mirrored"]),
                image=base64.b64decode(one["image"], validate=True),
            )
            for one in _some(documents, MOST_FRAMES)
        ]
    except (KeyError, TypeError, ValueError):
        raise Malformed("a frame is incomplete") from None


def photo_from_json(document: Any) -> bytes:
    """Return the reference photo of a request; raises Malformed."""
    try:
        return base64.b64decode(document["photo"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise Malformed("the photo is missing") from None


def observations_from_json(documents: Any) -> list[Observation]:
    """Return the observations of a request; raises Malformed."""
    try:
        return [Observation.from_json(one) for one in _some(documents, MOST_OBSERVATIONS)]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Malformed("an observation is incomplete") from None


def examination_to_json(examination: Examination) -> dict[str, Any]:
    """Return everything a report is made from as plain JSON types."""
    return {
        "actions": list(examination.actions),
        "observations": [one.to_json() for one in examination.observations],
        "evidence": frames_to_json(examination.evidence),
        "references": [one.to_json() for one in examination.references],
        "cohort": [[one.to_json() for one in relative] for relative in examination.cohort],
        "grey_zone": list(examination.grey_zone),
        "colours": [{"rgb": one.rgb, "ms": one.ms} for one in examination.colours],
    }


def examination_from_json(document: Any) -> Examination:
    """Return the examination a request asks for; raises Malformed."""
    try:
        low, high = document["grey_zone"]
        return Examination(
            actions=tuple(str(action) for action in _some(document["actions"], MOST_TEMPLATES)),
            observations=tuple(observations_from_json(document["observations"])),
            evidence=tuple(frames_from_json(document["evidence"])),
            references=_templates(document["references"]),
            cohort=tuple(_templates(relative) for relative in _some(document["cohort"], MOST_RELATIVES)),
            grey_zone=(float(low), float(high)),
            colours=_colours(document.get("colours", [])),
        )
    except (KeyError, TypeError, ValueError):
        raise Malformed("the examination is incomplete") from None


def _colours(documents: Any) -> tuple[Shown, ...]:
    """Return what the screen showed, nothing if it is not said; raises Malformed."""
    shown = tuple(Shown(str(one["rgb"]), int(one["ms"])) for one in _some(documents, MOST_COLOURS))
    if not all(COLOUR.fullmatch(one.rgb) and 0 < one.ms <= MOST_MS for one in shown):
        raise Malformed("a colour is impossible")
    return shown


def _templates(documents: Any) -> tuple[Template, ...]:
    return tuple(Template.from_json(one) for one in _some(documents, MOST_TEMPLATES))


def _some(documents: Any, most: int) -> list[Any]:
    """Return a list that is not too long; raises Malformed."""
    if not isinstance(documents, list) or len(documents) > most:
        raise Malformed(f"a list of at most {most} was expected")
    return documents
