"""A controller with two models and five devices, and what its rollouts bring about."""

from fakes_rollout import World
from stepped_device import SteppedDevice

NEW = "light@2/fp16"
OLD = "old@1/fp32"


def deploy(world: World, **words: object) -> str:
    return world.deploy(**{"model": "light", "precision": "fp16", **words})


def canary(world: World, rollout: str) -> SteppedDevice:
    return world.devices[world.store.targets(rollout)[0].device]


def running(world: World) -> list[str]:
    return [device.running for device in world.devices.values()]
