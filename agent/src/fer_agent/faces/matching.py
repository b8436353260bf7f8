"""Which detection shows which followed face: by place, size and, where that leaves a doubt, by looks."""

import math
from typing import Dict, Sequence

import numpy as np

from fer_agent.faces.assignment import assigned
from fer_agent.faces.eyes import Detection
from fer_agent.faces.geometry import Points, Rectangle, corners, distances, overlaps, sizes
from fer_agent.faces.likeness import Patch, likeness, patch
from fer_agent.faces.trail import Trail
from fer_agent.imaging import Pyramid

SAME_FACE_OVERLAP = 0.3
"""Boxes that overlap by more than this show the same face."""

REACH, REACH_PER_LOST_FRAME, MAX_REACH = 0.5, 0.05, 1.5
"""How far from its expected place, in its own size, a face is looked for; further the longer it is out of sight."""

MAX_SCALE = 1.7
LIKENESS_COST = 1.0
"""Added for faces that look nothing like each other."""

LEAST_LIKE = 0.4
"""Far from its expected place a face must look this much like itself."""

UNASSIGNED_COST = 2.0


def matched(trails: Sequence[Trail], detections: Sequence[Detection], pyramid: Pyramid) -> Dict[int, int]:
    """For each trail (its place in the sequence) that a detection shows, the place of that detection."""
    if not trails or not detections:
        return {}
    places = [trail.expected or trail.box for trail in trails]
    seen = [detection.look.box for detection in detections]
    apart, scale = distances(places, seen), _scale(places, seen)
    reach = np.array([_reach(trail) for trail in trails])[:, np.newaxis]
    possible = (overlaps(places, seen) > SAME_FACE_OVERLAP) | ((apart < reach) & (scale < math.log(MAX_SCALE)))
    costs = np.where(possible, apart + scale / 2, np.inf)
    _judge_by_looks(costs, trails, detections, pyramid)
    return dict(assigned(costs, UNASSIGNED_COST))


def _reach(trail: Trail) -> float:
    return min(MAX_REACH, REACH + REACH_PER_LOST_FRAME * trail.lost_frames)


def _judge_by_looks(costs: Points, trails: Sequence[Trail], detections: Sequence[Detection], pyramid: Pyramid) -> None:
    """Add the cost of looking different, wherever more than one pair is possible or a face was out of sight."""
    possible = np.isfinite(costs)
    lost = np.array([not trail.in_sight for trail in trails])
    doubtful = possible & ((possible.sum(axis=0) > 1) | (possible.sum(axis=1) > 1)[:, np.newaxis] | lost[:, np.newaxis])
    patches: Dict[int, Patch] = {}
    for row, column in zip(*np.nonzero(doubtful)):
        if column not in patches:
            patches[column] = patch(pyramid, detections[column].look)
        alike = likeness(trails[row].patch, patches[column])
        if lost[row] and costs[row, column] > REACH and alike < LEAST_LIKE:
            costs[row, column] = np.inf
        else:
            costs[row, column] += LIKENESS_COST * (1 - alike)


def _scale(ones: Sequence[Rectangle], others: Sequence[Rectangle]) -> Points:
    """The logarithm of how much larger the larger one is."""
    mine, theirs = sizes(corners(ones)), sizes(corners(others))
    return np.asarray(np.abs(np.log(mine)[:, np.newaxis] - np.log(theirs)[np.newaxis]))
