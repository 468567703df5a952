"""Only processes that examine faces load dlib and OpenCV: 2 s of CPU and 160 MB."""

import importlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"dlib", "cv2", "face_recognition", "face_recognition_models", "PIL", "openvino", "matplotlib"}
LIGHT = [
    "api.ports",
    "api.composition",
    "api.app",
    "api.sweeper",
    "scripts.admin.policy",
    "scripts.admin.weights",
    "matcher.deferred",
    "matcher.service.remote",
    "matcher.comparison.rates",
    "wechat.simulator",
]


def test_ports_commands_and_the_client_of_the_service_load_no_engine() -> None:
    command = [sys.executable, "-m", "tests.architecture.test_imports", *LIGHT]
    environment = os.environ | {"YIBAO_MATCHER_URL": "http://127.0.0.1:8003"}
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == [f"{module}:" for module in LIGHT]


@pytest.mark.models
def test_the_engines_are_what_is_looked_for() -> None:
    command = [sys.executable, "-m", "tests.architecture.test_imports", "matcher.local"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(name in told for name in ("dlib", "cv2", "face_recognition"))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        importlib.import_module(name)
        print(f"{name}:", *sorted(HEAVY & set(sys.modules)))
    assert threading.active_count() == 1, "a process that forks after these imports must not have threads"
