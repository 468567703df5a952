"""SFace and YuNet in OpenVINO (package openvino, optional): SFace in bfloat16 where the CPU has it."""

from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from matcher.engines.kernel import DETECTED, EngineUnavailable, Outputs
from matcher.protocol import Picture, Vector
from matcher.weights import Weights


class SFaceKernel:
    """SFace in OpenVINO on one thread; raises ImportError where the package is missing."""

    def __init__(self, weights: Weights) -> None:
        compiled, precision = _compiled(weights.file)
        self.engine = f"openvino {metadata.version('openvino')} {precision}"
        self._request = compiled.create_infer_request()
        self._input = self._request.get_tensor("data").data

    def __call__(self, picture: Picture) -> Outputs:
        """Return what the kernel in OpenCV does: cosine 1.0000 in float32, 0.9998 or more in bfloat16."""
        np.copyto(self._input, cv2.dnn.blobFromImage(picture, 1.0, (112, 112), (0, 0, 0), True, False))
        self._request.infer()
        return (np.array(self._request.get_output_tensor(0).data, np.float32).reshape(-1),)


class DetectorKernel:
    """YuNet in OpenVINO on one thread, in float32; raises ImportError where the package is missing."""

    def __init__(self, weights: Weights) -> None:
        # Optional: imported only where it is asked for.
        from openvino import Tensor  # noqa: PLC0415

        self.engine = f"openvino {metadata.version('openvino')} f32"
        self._request, self._tensor = _any_size(weights.file).create_infer_request(), Tensor

    def __call__(self, picture: Picture) -> Outputs:
        """Return what the kernel in OpenCV does, equal to 1e-6."""
        # The tensor shares the blob's memory, so the blob must outlive the run.
        blob = cv2.dnn.blobFromImage(picture)
        self._request.set_input_tensor(self._tensor(blob, shared_memory=True))
        self._request.infer()
        return tuple(np.array(self._request.get_tensor(one).data, np.float32).reshape(-1) for one in DETECTED)


@cache
def _any_size(file: Path) -> Any:
    """Return the net compiled once for pictures of all sizes; bfloat16 would move boxes and gain little."""
    # Optional: imported only where it is asked for.
    import openvino  # noqa: PLC0415

    core = openvino.Core()
    net = core.read_model(str(file))
    net.reshape([1, 3, -1, -1])
    how = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    return core.compile_model(net, "CPU", how)


@cache
def _compiled(file: Path) -> tuple[Any, str]:
    """Return the net compiled once for all sets of models of this process, and its precision."""
    # Optional: imported only where it is asked for.
    import openvino  # noqa: PLC0415
    from openvino.frontend.onnx import ConversionExtension  # noqa: PLC0415

    core = openvino.Core()
    precision = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
    core.add_extension(ConversionExtension("DequantizeLinear", _dequantized))
    net = core.read_model(str(file))
    # The file names its weights as inputs, too.
    net = openvino.Model(net.outputs, [one for one in net.get_parameters() if one.friendly_name == "data"])
    how = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
    return core.compile_model(net, "CPU", how), precision


def _dequantized(node: Any) -> list[Any]:
    """Return one weight of the file as float32: OpenVINO does not read the blocks of a bias itself."""
    from openvino import opset13  # noqa: PLC0415

    values, scales, zeros = (node.get_input(place).get_node().data for place in range(3))
    axis, block = node.get_attribute("axis", 1), node.get_attribute("block_size", 0)
    weight = unpacked(values, scales, zeros, (axis, block))
    return [opset13.constant(weight).output(0)]


def unpacked(values: Vector, scales: Vector, zeros: Vector, blocks: tuple[int, int]) -> Vector:
    """Return (values − zeros) · scales as float32, each scale and zero point being that of one block.

    `blocks` is the axis along which the blocks lie and their length; raises EngineUnavailable where the
    shapes do not fit (ONNX DequantizeLinear, opset 21, blocked).
    """
    axis, length = blocks
    if length < 1 or scales.ndim != values.ndim or scales.shape[axis] * length < values.shape[axis]:
        raise EngineUnavailable("the weights are not packed in blocks")
    inside = tuple(slice(0, size) for size in values.shape)
    spread, offset = (np.repeat(one, length, axis)[inside] for one in (scales, zeros))
    return np.asarray((values.astype(np.float32) - offset) * spread, np.float32)
