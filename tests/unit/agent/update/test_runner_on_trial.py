import threading
from contextlib import suppress
from typing import Any, Callable

import pytest
from fer_agent.inference.model import Model
from fer_wire.manifest import Variant
from unit.agent.update.device import occupied
from unit.agent.update.making import FakeServant, Loader
from unit.agent.update.world import NEW, NEWER, NO_FACES, OLD, World, on_trial, order


def test_a_model_that_fails_on_a_frame_gives_way_to_the_one_before(world: World) -> None:
    device = on_trial(world)
    assert (device.serves, device.serving.member.previous) == (NEW, OLD)
    servant = device.serving.servant
    assert isinstance(servant, FakeServant)
    servant.broken = True
    with pytest.raises(RuntimeError):
        device.pipe.network.run(NO_FACES)
    device.settle()
    assert (device.history[-1], device.serves, device.pipe.network.reference) == ("rolled_back", OLD, OLD)
    assert device.update.reason == "The new model failed on a frame (RuntimeError: no kernel image is available)."
    assert occupied(device) == {"current": "", "previous": "", "trial": ""}


@pytest.mark.parametrize("payload", [b"", None], ids=["withdrawn", "replaced"])
def test_a_trial_that_is_ended_from_outside_gives_way_too(world: World, payload: Any) -> None:
    device = on_trial(world)
    device.runner.take(world.newer.desired(rollout="r2", sequence=2).payload() if payload is None else payload)
    device.settle()
    assert device.history[4] == ("canceled" if payload == b"" else "superseded")
    assert device.serves == (OLD if payload == b"" else NEWER)
    assert device.serving.member.previous in ("", OLD)


def test_a_trial_goes_on_after_a_death_and_the_deaths_are_counted(world: World) -> None:
    device = on_trial(world, max_crashes=3)
    for _ in range(2):
        device.start()
        assert (device.serves, device.update.state) == (NEW, "probation")
    device.start()
    assert (device.serves, device.update.state) == (OLD, "rolled_back")
    assert device.update.reason == "The agent died 3 times with the new model (probation); it is not tried again."
    order(device, world.new).settle()
    assert device.serves == OLD
    assert occupied(device)["trial"] == ""


def test_a_stop_in_order_is_no_death(world: World) -> None:
    device = on_trial(world, max_crashes=1)
    for _ in range(5):
        device.runner.stop()
        device.start()
        assert device.update.state == "probation"


def test_a_trial_that_is_begun_again_can_still_fail(world: World) -> None:
    device = on_trial(world)
    device.start()
    servant = device.serving.servant
    assert isinstance(servant, FakeServant)
    servant.broken = True
    threading.Timer(0.2, lambda: _ignoring(lambda: device.pipe.network.run(NO_FACES))).start()
    device.settle()
    assert (device.update.state, device.serves) == ("rolled_back", OLD)


def _ignoring(act: Callable[[], object]) -> None:
    with suppress(RuntimeError):
        act()


def test_a_model_that_kills_the_agent_while_it_is_loaded_is_given_up(world: World) -> None:
    class Deadly(Loader):
        def __call__(self, model: Model, variant: Variant) -> FakeServant:
            if model.manifest.version == "2.0.0":
                raise KeyboardInterrupt
            return super().__call__(model, variant)

    device = order(world.device(load=Deadly()), world.new)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            device.settle()
        device.start()
    assert (device.settle().update.state, device.serves) == ("failed", OLD)
    assert "The agent died 3 times with the new model (verified)" in device.update.reason


def test_a_trial_whose_file_is_damaged_meanwhile_gives_way_at_the_start(world: World) -> None:
    device = on_trial(world)
    (device.slots.folder / f"{world.new.artifact().sha256}.onnx").write_bytes(b"rotten")
    device.start()
    assert (device.update.state, device.serves) == ("rolled_back", OLD)
    assert "no longer loads" in device.update.reason


def test_a_current_model_that_is_damaged_gives_way_to_the_one_before(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    device = order(world.device(), world.new).settle()
    order(device, world.newer, rollout="r2", sequence=2).settle()
    (device.slots.folder / f"{world.newer.artifact().sha256}.onnx").write_bytes(b"rotten")
    device.start()
    assert device.serves == NEW
    assert "does not serve" in caplog.text
