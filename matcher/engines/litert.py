"""The face mesh in LiteRT with XNNPACK (package ai-edge-litert, optional)."""

from importlib import metadata

import cv2
import numpy as np

from matcher.engines.kernel import Outputs
from matcher.protocol import Picture
from matcher.weights import Weights

POINTS, PRESENCE = 1404, 1


class MeshKernel:
    """The face mesh in LiteRT on one thread; raises ImportError where the package is missing."""

    def __init__(self, weights: Weights) -> None:
        # Optional: imported only where it is asked for.
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415

        self.engine = f"litert {metadata.version('ai-edge-litert')} fp32"
        self._net = Interpreter(model_path=str(weights.file), num_threads=1)
        self._net.allocate_tensors()
        self._input = self._net.get_input_details()[0]["index"]
        places = {int(np.prod(one["shape"])): one["index"] for one in self._net.get_output_details()}
        self._outputs = (places[POINTS], places[PRESENCE])

    def __call__(self, picture: Picture) -> Outputs:
        """Return what the kernel in OpenCV does, equal to 1e-4 px."""
        rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        self._net.set_tensor(self._input, rgb[None].astype(np.float32) / np.float32(255.0))
        self._net.invoke()
        points, presence = (np.asarray(self._net.get_tensor(one), np.float32) for one in self._outputs)
        return points.reshape(-1), presence.reshape(-1)
