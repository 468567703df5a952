"""python -m scripts.codegen.voice: synthesize the mini-program's prompts as small MP3 files.

Needs `pip install espeakng-loader==0.2.4 lameenc==1.9.0`, used nowhere else in the project. The
texts are those of strings/zh.ts; recordings may replace the files under the same names.
"""

import ctypes
import json
import re
from array import array
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "miniprogram"
FOLDER = SOURCE / "voice" / "zh"
SAID = Path(__file__).with_name("prompts.json")
# Section of the strings → the keys that are spoken; "*" means all keys.
SPOKEN = {
    "capture": [
        *("ready", "ready_good", "straight", "turn_left", "turn_right", "nod", "closer"),
        *("turn_left_slightly", "turn_right_slightly", "turn_left_slowly", "turn_right_slowly"),
        *("open_mouth", "smile", "close_eyes", "blink", "done"),
    ],
    "hints": ["*"],
    # The reason of a failure is private: it is displayed, not spoken aloud at the counter.
    "result": ["passed", "failed"],
}
WORDS_A_MINUTE, PITCH = 155, 45
# Average bit rate (ABR), so that silence takes almost no space.
ABR, KBPS, HERTZ = 3, 9, 16_000
SILENT = 200
SYNCHRONOUS, RATE, PITCH_PARAMETER, UTF8 = 2, 1, 3, 1


def texts() -> dict[str, str]:
    """Return the text of each prompt by key."""
    return dict(_entries((SOURCE / "services/strings/zh.ts").read_text(encoding="utf-8")))


def _entries(strings: str) -> Iterator[tuple[str, str]]:
    for section, keys in SPOKEN.items():
        found = re.search(rf"^  {section}: \{{\n(.*?)^  \}},", strings, re.S | re.M)
        if found is None:
            raise SystemExit(f"strings/zh.ts has no section {section}")
        for key, text in re.findall(r"^    (\w+): '(.*)',$", found[1], re.M):
            if keys == ["*"] or key in keys:
                yield key, text


def module(spoken: dict[str, str]) -> str:
    """Return services/prompts.ts, the list of prompts."""
    head = "/** What has been recorded, in /voice/zh; made by python -m scripts.codegen.voice. */\n"
    return head + f"export const PROMPTS: readonly string[] = {list(spoken)}\n"


def main() -> None:
    """Write an MP3 file per prompt and the list of prompts."""
    speak = speaker()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for stale in FOLDER.glob("*.mp3"):
        stale.unlink()
    spoken = texts()
    for key, text in spoken.items():
        (FOLDER / f"{key}.mp3").write_bytes(speak(text))
    (SOURCE / "services/prompts.ts").write_text(module(spoken), encoding="utf-8")
    said = json.dumps(spoken, ensure_ascii=False, indent=2)
    SAID.write_text(said + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in FOLDER.glob("*.mp3"))
    print(f"{len(spoken)} prompts, {size / 1000:.0f} KB")


class Speaker:
    """Text to MP3 through eSpeak NG's C interface."""

    def __init__(self, library: ctypes.CDLL, data: str) -> None:
        self._library = library
        self._sound = bytearray()
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        self._heard = kind(self._keep)
        self._samples = library.espeak_Initialize(SYNCHRONOUS, 0, data.encode(), 0)
        library.espeak_SetSynthCallback(self._heard)
        if self._samples <= 0 or library.espeak_SetVoiceByName(b"cmn") != 0:
            raise SystemExit("eSpeak NG cannot speak Mandarin here")
        library.espeak_SetParameter(RATE, WORDS_A_MINUTE, 0)
        library.espeak_SetParameter(PITCH_PARAMETER, PITCH, 0)

    def _keep(self, sound: "ctypes._Pointer[ctypes.c_short]", samples: int, _: int) -> int:
        if sound and samples > 0:
            self._sound += ctypes.string_at(sound, samples * 2)
        return 0

    def __call__(self, text: str) -> bytes:
        """Return the spoken text as MP3."""
        import lameenc

        self._sound.clear()
        # eSpeak's pauses at commas and quotes are overlong and enlarge the package.
        said = re.sub("[，。、“”]+", " ", text).encode() + b"\0"
        self._library.espeak_Synth(said, len(said), 0, 0, 0, UTF8, None, None)
        encoder = lameenc.Encoder()
        encoder.set_vbr(ABR)
        encoder.set_vbr_mean_bitrate_kbps(KBPS)
        encoder.set_out_sample_rate(HERTZ)
        encoder.set_in_sample_rate(self._samples)
        encoder.set_channels(1)
        encoder.set_quality(2)
        encoder.silence()
        return bytes(encoder.encode(trimmed(bytes(self._sound))) + encoder.flush())


def trimmed(sound: bytes) -> bytes:
    """Return 16-bit audio without leading and trailing silence, 0.1 s of which is kept at the end."""
    samples = array("h", sound)
    loud = [at for at, sample in enumerate(samples) if abs(sample) > SILENT]
    return samples[loud[0] : loud[-1] + 2000].tobytes() if loud else sound


def speaker() -> Speaker:
    """Return the speech synthesizer, or exit naming the packages to install."""
    try:
        import espeakng_loader
        import lameenc  # noqa: F401
    except ImportError as error:
        wanted = "pip install espeakng-loader==0.2.4 lameenc==1.9.0"
        raise SystemExit(f"{error.name} is missing: {wanted}") from None
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    return Speaker(library, espeakng_loader.get_data_path())


if __name__ == "__main__":
    main()
