"""What a device's models are for, and the tensors that each kind of them takes and gives."""

from typing import Dict, NamedTuple, Tuple

from fer_wire.emotions import EMOTIONS

CLASSIFIER = "classifier"
FINDER = "finder"
LANDMARKER = "landmarker"
TASKS: Tuple[str, ...] = (CLASSIFIER, FINDER, LANDMARKER)
SETTINGS = "settings"
"""Stands in the place of a task where an order brings settings alone, and no model."""

FACE_PX = 48
DULL_RANGE = 120.0
"""A face whose grey values span less is stretched to the whole range before a classifier sees it."""
DARKEST_SHARE = 0.02
"""The span is that between this share of the pixels and as large a one at the bright end."""
FLAT_RANGE = 2.0
"""A face that spans less shows nothing, and is left as it is."""

CROP_PX = 64
"""Side of the square that a landmarker looks at."""

STRIDES: Tuple[int, ...] = (8, 16, 32)
CELL_CHANNELS = 15
"""What a finder says of a cell: a score, a box of four numbers, and five points."""

LANDMARKS, ANGLES = 68, 3


class Tensor(NamedTuple):
    """A float32 input or output: its name, and its shape for one picture; 0 stands for any size."""

    name: str
    shape: Tuple[int, ...]


class Contract(NamedTuple):
    """One kind of model file: its input for N pictures, its outputs in order, and the labels of the manifest.

    px is the side of the input, or 0 where any multiple of the coarsest stride will do.
    """

    task: str
    px: int
    input: Tensor
    outputs: Tuple[Tensor, ...]
    labels: Tuple[str, ...] = ()

    def values(self, px: int) -> int:
        """How many numbers the outputs have for one square picture of this side, one output after the other."""
        if self.task == FINDER:
            return sum(CELL_CHANNELS * (px // stride) ** 2 for stride in STRIDES)
        return sum(_product(output.shape) for output in self.outputs)


CONTRACTS: Dict[str, Contract] = {
    contract.task: contract
    for contract in (
        Contract(
            CLASSIFIER,
            FACE_PX,
            Tensor("face", (1, FACE_PX, FACE_PX)),
            (Tensor("probabilities", (len(EMOTIONS),)),),
            EMOTIONS,
        ),
        Contract(
            FINDER,
            0,
            Tensor("image", (1, 0, 0)),
            tuple(Tensor(f"stride{stride}", (CELL_CHANNELS, 0, 0)) for stride in STRIDES),
        ),
        Contract(
            LANDMARKER,
            CROP_PX,
            Tensor("face", (1, CROP_PX, CROP_PX)),
            (Tensor("landmarks", (LANDMARKS, 2)), Tensor("visible", (LANDMARKS,)), Tensor("angles", (ANGLES,))),
        ),
    )
}


def _product(sizes: Tuple[int, ...]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product
