"""Finds faces with a finder of the zoo: the picture to the network, its cells to detections."""

from typing import List

import numpy as np
from fer_wire.contracts import STRIDES

from fer_agent import imaging
from fer_agent.faces import cells
from fer_agent.faces.cells import FoundFaces
from fer_agent.faces.eyes import Detection, Look
from fer_agent.faces.geometry import Points, Rectangle, leaning
from fer_agent.imaging import Picture
from fer_agent.inference.arrays import Batch
from fer_agent.inference.network import Runs


class ZooFinder:
    """Any network that keeps the contract of a finder."""

    def __init__(self, network: Runs, scan_px: int) -> None:
        """Pictures are scaled so that their longer side has at most scan_px."""
        self._network, self._scan_px = network, scan_px

    def find(self, grey: Picture, min_score: float) -> List[Detection]:
        """The faces of a grey picture of any size, the surest first."""
        small = imaging.at_most_long(grey, self._scan_px)
        found = cells.unrepeated(cells.decoded(self._network.run(_batch(small)), min_score))
        height, width = grey.shape
        scale = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
        return _detections(found, scale)


def _batch(grey: Picture) -> Batch:
    """One picture, with black at the right and below, so that both sides are multiples of the coarsest stride."""
    (height, width), multiple = grey.shape, STRIDES[-1]
    padded = np.zeros((1, 1, height + -height % multiple, width + -width % multiple), np.float32)
    padded[0, 0, :height, :width] = grey
    return padded


def _detections(found: FoundFaces, scale: cells.Floats) -> List[Detection]:
    boxes = (found.boxes.reshape(-1, 2, 2) * scale).astype(np.float64)
    points = (found.points * scale).astype(np.float64)
    return [
        Detection(Look(_rectangle(box), leaning(five), five), float(score))
        for box, five, score in zip(boxes, points, found.scores)
    ]


def _rectangle(corners: Points) -> Rectangle:
    (left, top), (right, bottom) = corners.tolist()
    return Rectangle(left, top, right - left, bottom - top)
