"""The precheck: obstacles, and whether eye actions are possible."""

from dataclasses import replace
from io import BytesIO

import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient

from api.capture.precheck import in_the_way, wears_glasses
from api.policies import versions
from matcher.types import Observation
from models.domain.challenge import ACTION_CLASS
from models.domain.policy import Policy
from scripts.lab.evaluate.occlusions import KINDS
from tests.matcher.faces import beside, glasses, outline, photo
from tests.support import play
from tests.support.world import MAN, World

NAME = "single_face.jpg"
# Where the faces are, as shares of the picture.
FACES = {
    NAME: (0.33, 0.25, 0.31, 0.46),
    "0-f1-su-ph.jpg": (0.25, 0.19, 0.54, 0.73),
    "15-f13-anc-ph.jpg": (0.19, 0.26, 0.54, 0.69),
    "45-m7-di-ph.jpg": (0.08, 0.31, 0.49, 0.63),
}
BARE = Observation(seq=0, t_ms=0, kind="motion", sha256="", phash="", faces=1, brightness=120.0)


@pytest.fixture
def phone(world: World) -> FlaskClient:
    return world.phone(MAN.openid)


@pytest.fixture
def scene(world: World, phone: FlaskClient) -> str:
    pushed = play.pushed(world, play.opened(world))
    play.agree(phone, pushed)
    return pushed


def looked(phone: FlaskClient, scene: str, picture: np.ndarray) -> str | None:
    """Return the hint for one picture."""
    image = cv2.imencode(".jpg", picture)[1].tobytes()
    answer = phone.post(f"/mp/v1/attempts/{scene}/precheck", data={"frame": (BytesIO(image), "a.jpg")})
    body = play.ok(answer)
    assert body["state"] == "consented" and body["tries_left"] == 3
    hint: str | None = body["hint"]
    return hint


def test_an_obstacle_is_reported_before_a_try(phone: FlaskClient, scene: str) -> None:
    good = photo(NAME)
    masked = KINDS["mask_blue"](good, outline(NAME), np.random.default_rng(1))
    far = cv2.copyMakeBorder(good, 600, 600, 600, 600, cv2.BORDER_CONSTANT, value=(127, 127, 127))
    assert looked(phone, scene, good) is None
    assert looked(phone, scene, masked) in ("covered", "no_face")
    assert looked(phone, scene, (good * 0.1).astype(np.uint8)) in ("too_dark", "no_face")
    assert looked(phone, scene, far) in ("too_far", "no_face")
    assert looked(phone, scene, np.full((480, 640, 3), 127, np.uint8)) == "no_face"


def test_a_second_person_is_an_obstacle_and_a_small_one_behind_is_not(phone: FlaskClient, scene: str) -> None:
    assert looked(phone, scene, beside(NAME, "0-f1-su-ph.jpg", 0.65)) == "two_faces"
    assert looked(phone, scene, beside(NAME, "0-f1-su-ph.jpg", 0.3)) is None


@pytest.mark.parametrize("name", [NAME, "0-f1-su-ph.jpg", "15-f13-anc-ph.jpg", "45-m7-di-ph.jpg"])
@pytest.mark.parametrize("side", ["left", "right", "below"])
def test_a_partial_face_is_reported(phone: FlaskClient, scene: str, name: str, side: str) -> None:
    picture = photo(name)
    height, width = picture.shape[:2]
    x, y, w, h = FACES[name]
    across, down = int((x + w / 2) * width), int((y + h / 2) * height)
    half = {"left": picture[:, :across], "right": picture[:, across:], "below": picture[:down]}[side]
    assert looked(phone, scene, picture) in (None, "turned")
    assert looked(phone, scene, half) in ("cut_off", "no_face")


@pytest.mark.parametrize(
    ("degrees", "hint"), [(0, None), (9, None), (-9, None), (20, "tilted"), (-20, "tilted")]
)
def test_a_tilted_phone_is_reported_before_a_try(
    phone: FlaskClient, scene: str, degrees: float, hint: str | None
) -> None:
    picture = photo(NAME)
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    askew = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    assert looked(phone, scene, askew) == hint


# Gains of blue, green and red: tubes and lamps of shops, then the light of a signboard.
@pytest.mark.parametrize(
    ("light", "hint"),
    [
        ((0.6, 0.85, 1.0), None),
        ((0.9, 1.0, 0.95), None),
        ((1.0, 0.5, 0.35), "tinted"),
        ((0.4, 1.0, 0.4), "tinted"),
    ],
)
def test_strongly_coloured_light_is_reported_before_a_try(
    phone: FlaskClient, scene: str, light: tuple[float, float, float], hint: str | None
) -> None:
    assert looked(phone, scene, np.asarray(photo(NAME) * np.array(light), np.uint8)) == hint


@pytest.mark.parametrize("skin", [(120.0, 90.0, 70.0), (70.0, 55.0, 48.0), (230.0, 190.0, 170.0)])
def test_no_skin_in_white_light_is_tinted(skin: tuple[float, float, float]) -> None:
    assert in_the_way(replace(BARE, skin=skin, roll=14.9)) is None


def test_obstacles_that_spoil_a_try_are_reported_first() -> None:
    askew = replace(BARE, skin=(60.0, 90.0, 80.0), roll=-30.0)
    assert in_the_way(replace(askew, hint="too_dark")) == "too_dark"
    assert in_the_way(replace(BARE, brightness=50.0)) == "too_dark"
    assert in_the_way(replace(askew, yaw=-11.0)) == "turned"
    assert in_the_way(replace(BARE, yaw=9.0)) is None
    assert in_the_way(askew) == "tilted"
    assert in_the_way(replace(askew, roll=0.0)) == "tinted"


EYES_ONLY = Policy(
    pad_required=False, colour_own_phone=False, action_pool=("close_eyes", "blink"), action_count=1
)


@pytest.fixture
def eyes_only(world: World, phone: FlaskClient) -> str:
    """Return the scene of an attempt that begins while only the eyes are asked to do anything."""
    versions.enact(world.ports, EYES_ONLY, author="a", approver="b")
    pushed = play.pushed(world, play.opened(world))
    play.agree(phone, pushed)
    return pushed


@pytest.mark.parametrize("worn", [True, False])
def test_people_with_glasses_get_no_eye_actions(
    world: World, phone: FlaskClient, eyes_only: str, worn: bool
) -> None:
    scene = eyes_only
    looked(phone, scene, glasses(NAME) if worn else photo(NAME))
    (action,) = play.draw(phone, scene)["actions"]
    assert (ACTION_CLASS[action] == "eyes") is not worn


def test_glasses_removed_before_the_try_do_not_count(phone: FlaskClient, eyes_only: str) -> None:
    scene = eyes_only
    for picture in (glasses(NAME), photo(NAME)):
        looked(phone, scene, picture)
    (action,) = play.draw(phone, scene)["actions"]
    assert ACTION_CLASS[action] == "eyes"


def test_glasses_are_worn_where_most_frames_say_so() -> None:
    def seen(*glasses: bool | None) -> bool:
        return wears_glasses([replace(BARE, glasses=one) for one in glasses])

    assert seen(True, True, False, None, None)
    assert not seen(True, False) and not seen(None) and not seen()
