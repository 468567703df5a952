"""Which processes load the matcher's engines, and when."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models import migrate

ROOT = Path(__file__).parents[2]
SAY = "\nimport sys; print(*sorted({'dlib', 'cv2'} & set(sys.modules)))"


def engines(code: str, environment: dict[str, str]) -> list[str]:
    """Return which engines a fresh process has loaded after running some code."""
    told = subprocess.run(
        [sys.executable, "-c", code + SAY],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    return told.stdout.split()


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    """Return the environment of an installed system."""
    url = f"sqlite:///{tmp_path / 'db.sqlite'}"
    migrate.upgrade(url)
    return {
        "YIBAO_PROFILE": "demo",
        "YIBAO_BASE_URL": "http://127.0.0.1:8000",
        "YIBAO_DATABASE_URL": url,
        "YIBAO_OBJECTS_URL": f"file://{tmp_path / 'objects'}",
        "YIBAO_JOBS_URL": f"sqlite:///{tmp_path / 'jobs.sqlite'}",
        "YIBAO_VAULT_KEYS": "k1:" + "A" * 43 + "=",
        "YIBAO_VAULT_INDEX_SECRET": "A" * 43 + "=",
        "YIBAO_WECHAT_APPID": "wx-test",
        "YIBAO_WECHAT_SECRET": "test",
        "YIBAO_WECHAT_TEMPLATE_ID": "template",
        "YIBAO_WECHAT_CALLBACK_TOKEN": "token",
        "YIBAO_WECHAT_CALLBACK_AES_KEY": "A" * 43,
        "YIBAO_MATCHER_SECRET": "a-secret-of-the-tests-with-32-characters",
    }


BUILD = "from api.composition import build; from api.settings import settings_or_exit as s\np = build(s())"
SERVE = "from api.app import create_app\ncreate_app().extensions['feed'].close()"


def test_ports_of_a_remote_matcher_load_no_engine(installation: dict[str, str]) -> None:
    remote = installation | {"YIBAO_MATCHER_URL": "http://127.0.0.1:8003"}
    assert engines(BUILD, remote) == engines(SERVE, remote) == []


def test_ports_of_a_command_or_the_worker_load_engines_at_the_first_face(
    installation: dict[str, str],
) -> None:
    assert engines(BUILD, installation) == []
    ask = "from matcher.errors import BadImage\ntry: p.matcher.enrol(b'')\nexcept BadImage: pass"
    assert engines(f"{BUILD}\n{ask}", installation) == ["cv2", "dlib"]


def test_the_application_loads_its_engines_before_the_first_frame(installation: dict[str, str]) -> None:
    assert engines(SERVE, installation) == ["cv2", "dlib"]
