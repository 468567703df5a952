"""Invalid frames are refused with the right code, and the try can still be passed."""

import struct
import zlib
from io import BytesIO

import cv2
import numpy as np
import pytest
from werkzeug.test import TestResponse

from scripts.demo.film import Shot
from tests.support import play
from tests.support.play import refused
from tests.support.world import (
    MAN,
    RIGHT,
    WIFE,
    World,
    multipart,
)


class Filming:
    """A phone that has just drawn a challenge."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.verification = play.opened(world)
        self.scene = play.pushed(world, self.verification)
        self.phone = world.phone(MAN.openid)
        play.agree(self.phone, self.scene)
        self.challenge = play.draw(self.phone, self.scene)
        self.url = f"/mp/v1/challenges/{self.challenge['challenge_id']}/frames"

    def send(self, *shots: Shot) -> TestResponse:
        return self.phone.post(self.url, **multipart(shots))

    def still_works(self) -> None:
        """Check that the try can still be passed."""
        play.show(self.world, self.phone, self.challenge)
        assert play.finish(self.phone, self.challenge)["outcome"] == "passed"


@pytest.fixture
def filming(world: World) -> Filming:
    return Filming(world)


def _jpeg(width: int = 320, height: int = 180) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


def _bomb(side: int = 20_000) -> bytes:
    """Return a small PNG whose decoded picture is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("image", "status", "code"),
    [
        (b"", 415, "unsupported_media_type"),
        (b"hello", 415, "unsupported_media_type"),
        (b"GIF89a" + b"\0" * 64, 415, "unsupported_media_type"),
        (b"%PDF-1.7", 415, "unsupported_media_type"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 32, 422, "image_unreadable"),
        (_jpeg()[:2000], 422, "image_unreadable"),
        (_bomb(), 413, "too_large"),
        (_jpeg(2600, 2000), 413, "too_large"),
        (_jpeg() + b"\0" * 1_100_000, 413, "too_large"),
    ],
    ids=[
        "empty",
        "text",
        "gif",
        "pdf",
        "only a header",
        "truncated",
        "bomb",
        "too many pixels",
        "too many bytes",
    ],
)
def test_an_unreadable_frame_is_refused(filming: Filming, image: bytes, status: int, code: str) -> None:
    refused(filming.send(Shot(0, 0, "motion", image)), status, code)
    filming.still_works()


def test_a_body_of_a_hundred_megabytes_is_refused(filming: Filming) -> None:
    answer = filming.send(Shot(0, 0, "motion", b"\0" * 100_000_000))
    refused(answer, 413, "too_large")
    filming.still_works()


def test_thirteen_frames_in_a_request_are_refused(filming: Filming) -> None:
    shots = RIGHT.shots(filming.challenge["frame"])[:13]
    refused(filming.send(*shots), 413, "too_many_frames")
    filming.still_works()


def test_a_thousand_frames_are_refused(filming: Filming) -> None:
    image = _jpeg(64, 64)
    statuses, seq = set(), 0
    filming.world.clock.tick(20)
    for _ in range(84):
        answer = filming.send(*(Shot(seq + n, (seq + n) * 120, "motion", image) for n in range(12)))
        statuses.add((answer.status_code, answer.get_json(force=True).get("code")))
        seq += 12
    assert statuses == {(200, None), (422, "too_many_frames")}


def test_frames_out_of_order_are_refused(filming: Filming) -> None:
    image = _jpeg()
    refused(
        filming.send(Shot(0, 100, "motion", image), Shot(1, 100, "motion", image)), 422, "frames_out_of_order"
    )
    refused(
        filming.send(Shot(1, 100, "motion", image), Shot(0, 200, "motion", image)), 422, "frames_out_of_order"
    )
    refused(
        filming.send(Shot(0, 0, "motion", image), Shot(0, 100, "motion", image)), 422, "frames_out_of_order"
    )


def test_frames_from_the_future_are_refused(filming: Filming) -> None:
    image = _jpeg()
    refused(
        filming.send(Shot(0, 0, "motion", image), Shot(1, 9000, "motion", image)), 422, "frames_too_early"
    )
    filming.still_works()


def test_a_film_longer_than_twenty_seconds_is_refused(filming: Filming) -> None:
    filming.world.clock.tick(25)
    image = _jpeg()
    answer = filming.send(Shot(0, 0, "motion", image), Shot(1, 20_001, "motion", image))
    refused(answer, 422, "capture_too_long")


@pytest.mark.parametrize(
    "meta", ["", "{}", "[", "[{}]", '[{"seq":-1,"t_ms":0,"kind":"motion"}]', "[1]", "null"]
)
def test_unreadable_frame_metadata_is_malformed(filming: Filming, meta: str) -> None:
    data = {"frames": (BytesIO(_jpeg()), "a.jpg"), "meta": meta}
    refused(filming.phone.post(filming.url, data=data), 400, "malformed")


@pytest.mark.parametrize("seed", range(6))
def test_pictures_may_contain_multipart_boundaries(filming: Filming, seed: int) -> None:
    noise = np.random.default_rng(seed).bytes(150_000)
    # A line end early in a buffer makes the parser wait for the rest.
    image = b"\xff\xd8\xff" + noise[:1000] + b"\r\n" + noise[1000:].replace(b"\n", b"n")
    refused(filming.send(Shot(0, 0, "motion", image)), 422, "image_unreadable")


PART = b'--B\r\nContent-Disposition: form-data; name="frames"; filename="a.jpg"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--B",
        b"--B--\r\n",
        PART,
        PART + b"\xff\xd8\xff\r\n--B--\r\n",
        PART.replace(b"form-data", b"nonsense") + b"x\r\n--B--\r\n",
        PART.replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 3000 + b"\r\n") + b"x\r\n--B--\r\n",
        PART * 60 + b"x\r\n--B--\r\n",
        b"--C\r\n\r\n" * 1000,
        bytes(range(256)) * 300,
    ],
    ids=lambda body: f"{len(body)} bytes",
)
# Werkzeug leaves the temporary file of a part that never ends to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broken_multipart_body_is_malformed(filming: Filming, body: bytes) -> None:
    for kind in ("multipart/form-data; boundary=B", "multipart/form-data", "multipart/form-data; boundary="):
        answer = filming.phone.post(filming.url, data=body, content_type=kind)
        assert answer.status_code in (400, 413), answer.get_data(as_text=True)
        assert answer.mimetype == "application/problem+json"
    filming.still_works()


def test_a_resent_frame_is_the_same_frame(filming: Filming) -> None:
    shots = play.show(filming.world, filming.phone, filming.challenge)
    for _ in range(2):
        play.ok(filming.send(*shots[:12]))
    assert play.finish(filming.phone, filming.challenge)["outcome"] == "passed"


def test_an_expired_challenge_is_refused(filming: Filming) -> None:
    filming.world.clock.tick(31)
    assert filming.send(Shot(0, 0, "motion", _jpeg())).status_code == 409


def test_another_users_challenge_looks_absent(filming: Filming) -> None:
    wife = filming.world.phone(WIFE.openid)
    shot = RIGHT.shots(filming.challenge["frame"])[0]
    refused(wife.post(filming.url, **multipart([shot])), 404, "not_found")
    refused(wife.post(filming.url.replace("frames", "finish"), json={}), 404, "not_found")
    refused(wife.post(filming.url.replace("frames", "swap"), json={}), 404, "not_found")
    filming.still_works()


def test_nothing_filmed_is_not_acquired_and_not_counted(filming: Filming) -> None:
    result = play.finish(filming.phone, filming.challenge)
    assert (result["outcome"], result["reason"], result["tries_left"]) == ("retry", "not_acquired", 3)
    assert play.finish(filming.phone, filming.challenge) == result | {"server_time": result["server_time"]}


def test_three_times_nothing_is_a_failure(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    for _ in range(3):
        result = play.finish(phone, play.draw(phone, scene))
    assert (result["outcome"], result["reason"]) == ("failed", "not_acquired")
    assert result["appeal"]["allowed"]


def test_consent_is_needed_before_anything_is_filmed(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    url = f"/mp/v1/attempts/{scene}"
    for _ in range(2):
        refused(phone.post(f"{url}/challenges", json={}), 422, "consent_missing")
        frame = {"frame": (BytesIO(_jpeg()), "a.jpg")}
        refused(phone.post(f"{url}/precheck", data=frame), 422, "consent_missing")
        phone.get(url)
