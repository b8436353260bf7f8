"""A factory model and two releases, and devices that are ordered to take them."""

from pathlib import Path
from typing import Any

import numpy as np
from unit.agent.update.device import Device
from unit.agent.update.making import Release, Shelf, Signer

OLD, NEW, NEWER = "tiny@1.0.0/fp32", "tiny@2.0.0/fp32", "tiny@3.0.0/fp32"
NO_FACES = np.zeros((0, 1, 48, 48), np.float32)
WHOLE_WAY = ["downloading", "verified", "staged", "probation", "committed"]


class World:
    """A factory model, two releases, and the shelf that holds them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signer = Signer(folder)
        self.factory = Release(self.signer, folder, "1.0.0")
        self.new = Release(self.signer, folder, "2.0.0")
        self.newer = Release(self.signer, folder, "3.0.0")
        self.shelf = Shelf(self.new, self.newer)

    def device(self, **more: Any) -> Device:
        values = {"source": self.shelf, "public_key": self.signer.public, **more}
        return Device(self.folder / "nano-01", self.factory.folder, **values)


def order(device: Device, release: Release, **changes: object) -> Device:
    device.runner.take(release.desired(**changes).payload())
    return device


def on_trial(world: World, **more: Any) -> Device:
    """A device whose new model serves on a long probation."""
    device = order(world.device(**more), world.new, probation_s=3600.0)
    while device.update.state != "probation" if device.runner.update else True:
        device.runner.turn()
    return device
