"""The spoken prompts say what the screen says."""

import json

from scripts.codegen.voice import FOLDER, SAID, SOURCE, module, texts


def test_every_prompt_says_what_is_shown() -> None:
    assert json.loads(SAID.read_text(encoding="utf-8")) == texts()
    assert (SOURCE / "services/prompts.ts").read_text(encoding="utf-8") == module(texts())


def test_every_recording_is_there_and_none_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.mp3")} == set(texts())
    assert all(path.read_bytes().startswith(b"\xff\xf3") for path in FOLDER.glob("*.mp3"))
