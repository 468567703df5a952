"""CPU time of the kernels of a verification, measured inside it."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast
from unittest import mock

from matcher.comparison.embedders import SFace
from matcher.imaging import decode
from matcher.imaging.detector import Detector
from matcher.imaging.mesh import Mesh
from matcher.models import Models
from matcher.protocol import PresentationAttackDetector

# A kernel cuts or scales its own input and unpacks its own output.
NETS = {"yunet": "faces", "mesh": "read", "sface": "forward", "pad": "live", "dlib": "embed"}


class Timed:
    """An object one of whose methods adds its CPU time, in seconds, to `spent` under a name."""

    def __init__(self, inner: Any, name: str, spent: dict[str, float], calls: Counter[str]) -> None:
        self._inner, self._name, self._spent, self._calls = inner, name, spent, calls

    def __getattr__(self, attribute: str) -> Any:
        """Return the inner object's attribute, timed where it is the kernel."""
        found = getattr(self._inner, attribute)
        return self._timed(found) if attribute == NETS[self._name] else found

    def _timed(self, work: Callable[..., Any]) -> Callable[..., Any]:
        return timed(work, self._name, self._spent, self._calls)


def timed(
    work: Callable[..., Any], name: str, spent: dict[str, float], calls: Counter[str]
) -> Callable[..., Any]:
    """Return the function, adding its CPU time in seconds and its calls under a name."""

    def run(*given: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return work(*given, **named)
        finally:
            spent[name] += time.process_time() - begun
            calls[name] += 1

    return run


class Kernels:
    """Models whose nets are timed; `spent` and `calls` are what they have cost since they were cleared."""

    def __init__(self, models: Models) -> None:
        self.spent, self.calls = defaultdict[str, float](float), Counter[str]()
        self.models = replace(
            models,
            detector=cast(Detector, self._timed(models.detector, "yunet")),
            mesh=cast(Mesh, self._timed(models.mesh, "mesh")),
            sface=cast(SFace, self._timed(models.sface, "sface")),
            pad=cast(PresentationAttackDetector, self._timed(models.pad, "pad")) if models.pad else None,
            dlib=self._timed(models.dlib, "dlib"),
        )

    def _timed(self, inner: Any, name: str) -> Any:
        return Timed(inner, name, self.spent, self.calls)

    @contextmanager
    def watched(self) -> Iterator[Models]:
        """Time what is done with the models, and the decoding beside it, from nothing on."""
        self.spent.clear()
        self.calls.clear()
        with mock.patch.object(decode, "frame", timed(decode.frame, "decode", self.spent, self.calls)):
            yield self.models
