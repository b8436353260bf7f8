import json
import threading
import time
from pathlib import Path
from typing import Callable, List

import pytest
from fer_agent.errors import CanceledError, ModelError, StateError, UpdateError
from fer_agent.inference.model import Model
from fer_agent.update import durable
from fer_agent.update.download import Goal
from fer_wire.manifest import Variant
from unit.agent.update.device import Device, occupied
from unit.agent.update.making import FakeServant, Loader, Release, Shelf, Signer
from unit.agent.update.world import NEW, NEWER, OLD, WHOLE_WAY, World, order


def test_a_desired_state_goes_all_the_way(world: World) -> None:
    device = order(world.device(), world.new).settle()
    assert device.history == WHOLE_WAY
    assert device.serves == device.pipe.network.reference == NEW
    assert occupied(device) == {"current": NEW, "previous": OLD, "trial": ""}
    assert device.serving.member.previous == OLD
    assert device.update.downloaded_bytes == device.update.size_bytes > 0


def test_the_same_desired_state_twice_does_nothing(world: World) -> None:
    device = order(world.device(), world.new).settle()
    order(device, world.new, sequence=5).settle()
    assert device.history == WHOLE_WAY


def test_the_factory_model_is_on_disk_before_another_serves(world: World) -> None:
    device = order(world.device(), world.new).settle()
    assert device.slots.intact(world.factory.artifact().sha256)
    for file in world.factory.folder.iterdir():
        file.unlink()
    assert order(device, world.factory, attempt=2, url="", manifest_url="").settle().serves == OLD


def test_it_goes_back_to_what_is_on_disk_without_a_download(world: World) -> None:
    device = order(world.device(), world.new).settle()
    order(device, world.newer, rollout="r2", sequence=2).settle()
    asked = len(world.shelf.asked)
    order(device, world.new, rollout="r2", attempt=2, sequence=3, url="", manifest_url="").settle()
    assert (device.serves, device.serving.member.previous, len(world.shelf.asked)) == (NEW, NEWER, asked)


def test_what_serves_already_is_committed_at_once(world: World) -> None:
    device = order(world.device(), world.factory, url="").settle()
    assert device.history == ["committed"]
    assert occupied(device)["current"] == OLD
    assert world.shelf.asked == []


def test_of_several_variants_the_fastest_serves(world: World) -> None:
    several = Release(world.signer, world.folder, "4.0.0", ("int8", "fp16"))
    load = Loader()
    load.takes_ms = {"tiny@4.0.0/int8": 4.0, "tiny@4.0.0/fp16": 2.0}
    device = order(world.device(source=Shelf(several), load=load), several).settle()
    assert (device.serves, device.update.model) == ("tiny@4.0.0/fp16", "tiny@4.0.0/fp16")
    assert device.update.measured_ms == load.takes_ms
    assert device.update.sha256 == several.artifact().sha256


def test_measuring_may_find_that_the_right_one_serves(world: World) -> None:
    several = Release(world.signer, world.folder, "4.0.0", ("int8", "fp16"))
    load = Loader()
    load.takes_ms = {"tiny@4.0.0/int8": 4.0, "tiny@4.0.0/fp16": 2.0}
    device = order(world.device(source=Shelf(several), load=load), several).settle()
    device.history.clear()
    order(device, several, rollout="r2", sequence=2).settle()
    assert device.history == ["downloading", "verified", "staged", "committed"]


@pytest.mark.parametrize("payload", [b"{", b"null", b"[]", b'{"device": "nano-01"}', b"\xff", b"x" * 70_000])
def test_garbage_is_logged_and_passed_over(world: World, payload: bytes, caplog: pytest.LogCaptureFixture) -> None:
    device = order(world.device(), world.new).settle()
    device.runner.take(payload)
    assert device.settle().history == WHOLE_WAY
    assert "The desired state is passed over. Desired: " in caplog.text


def test_an_order_for_another_device_is_passed_over(world: World, caplog: pytest.LogCaptureFixture) -> None:
    device = world.device()
    device.runner.take(world.new.desired(device="nano-02").payload())
    device.settle()
    assert device.history == []
    assert "it is for 'nano-02', and this is 'nano-01'" in caplog.text


def test_an_older_order_cannot_be_replayed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    device = order(world.device(), world.newer, sequence=10).settle()
    order(device, world.new, rollout="older", sequence=9).settle()
    assert device.serves == NEWER
    assert "its sequence 9 is below 10" in caplog.text


def test_without_a_public_key_every_update_is_refused(world: World) -> None:
    device = order(world.device(public_key=None), world.new).settle()
    assert device.history == ["rejected"]
    assert "update.public_key is not set" in device.update.reason
    assert world.shelf.asked == []


def test_a_model_signed_by_a_stranger_never_comes_near(world: World) -> None:
    stranger = Signer(world.folder / "stranger")
    forged = Release(stranger, world.folder / "stranger", "2.0.0")
    device = order(world.device(source=Shelf(forged)), forged).settle()
    assert device.history == ["downloading", "rejected"]
    assert device.serves == OLD
    assert device.source.asked == [forged.manifest_url]  # type: ignore[attr-defined]


def test_another_file_than_promised_is_refused_and_not_kept(world: World) -> None:
    artifact = world.new.artifact()
    world.shelf.files[artifact.url] = world.newer.files[world.newer.artifact().sha256]
    device = order(world.device(), world.new).settle()
    assert (device.history, device.serves) == (["downloading", "rejected"], OLD)
    assert not list(device.slots.folder.glob(f"{artifact.sha256}*"))


def test_an_older_manifest_in_the_place_of_a_newer_is_refused(world: World) -> None:
    world.shelf.files[world.newer.manifest_url] = world.new.payload
    device = order(world.device(), world.newer).settle()
    assert "The manifest of tiny@2.0.0 does not name tiny@3.0.0/fp32" in device.update.reason


def test_a_download_that_cannot_be_had_is_a_failure(world: World) -> None:
    del world.shelf.files[world.new.artifact().url]
    device = order(world.device(), world.new).settle()
    assert (device.history, device.serves) == (["downloading", "failed"], OLD)
    assert "answered 404" in device.update.reason


def test_the_next_attempt_may_succeed(world: World) -> None:
    world.shelf.faults[world.new.artifact().url] = [UpdateError("No way.")]
    device = order(world.device(), world.new).settle()
    order(device, world.new, attempt=2, sequence=2).settle()
    assert device.history == ["downloading", "failed", *WHOLE_WAY]


def test_a_model_that_does_not_pass_is_refused_and_the_old_one_serves_on(world: World) -> None:
    load = Loader()
    load.refused = {NEW: "It fails its golden batch."}
    device = order(world.device(load=load), world.new).settle()
    assert (device.history[-1], device.update.reason, device.serves) == ("rejected", "It fails its golden batch.", OLD)


def test_going_back_to_what_is_not_on_disk_any_more_is_a_failure(world: World) -> None:
    device = order(world.device(), world.new, url="", manifest_url="").settle()
    assert device.history[-1] == "failed"
    assert "is not on this device any more" in device.update.reason


def test_a_damaged_copy_on_disk_is_fetched_again(world: World) -> None:
    device = order(world.device(), world.new).settle()
    order(device, world.newer, rollout="r2", sequence=2).settle()
    (device.slots.folder / f"{world.new.artifact().sha256}.onnx").write_bytes(b"rotten")
    order(device, world.new, rollout="r3", sequence=3).settle()
    assert device.serves == NEW


class Meddling(Shelf):
    """Something happens while a file is fetched."""

    def __init__(self, world: World) -> None:
        super().__init__(world.new, world.newer)
        self.meanwhile: Callable[[], None] = lambda: None

    def file(self, goal: Goal, cancel: threading.Event, progress: Callable[[int], None]) -> None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        if cancel.is_set():
            raise CanceledError("The download was told to stop.")
        super().file(goal, cancel, progress)


def test_a_withdrawal_in_mid_download_cancels(world: World) -> None:
    source = Meddling(world)
    device = world.device(source=source)
    source.meanwhile = lambda: device.runner.take(b"")
    order(device, world.new).settle()
    assert (device.history, device.serves) == (["downloading", "canceled"], OLD)
    order(device, world.new).settle()
    assert device.history == ["downloading", "canceled"]


def test_a_later_desired_state_takes_the_place_of_an_unfinished_one(world: World) -> None:
    source = Meddling(world)
    device = world.device(source=source)
    source.meanwhile = lambda: order(device, world.newer, rollout="r2", sequence=2)  # type: ignore[assignment]
    order(device, world.new).settle()
    assert device.history == ["downloading", "superseded", *WHOLE_WAY]
    assert (device.reports[1].rollout, device.reports[1].reason) == ("r1", "Attempt 1 of rollout r2 takes its place.")
    assert device.serves == NEWER


def test_the_same_order_again_in_mid_download_disturbs_nothing(world: World) -> None:
    source = Meddling(world)
    device = world.device(source=source)
    source.meanwhile = lambda: order(device, world.new)  # type: ignore[assignment]
    assert order(device, world.new).settle().history == WHOLE_WAY


def test_a_withdrawal_of_nothing_is_nothing(world: World) -> None:
    device = order(world.device(), world.new).settle()
    device.runner.take(b"")
    assert device.settle().history == WHOLE_WAY


def test_an_upgraded_package_without_the_old_model_leaves_its_copy_to_serve(world: World) -> None:
    load = Loader()
    load.refused = {NEW: "No."}
    device = order(world.device(load=load), world.factory, url="").settle()
    for file in world.factory.folder.iterdir():
        file.unlink()
    device.start()
    assert device.serves == OLD


def test_a_model_named_in_the_settings_after_the_rollout_serves(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    device = order(world.device(), world.new).settle()
    device.configured, device.factory = str(world.newer.folder), world.newer.folder
    device.start()
    assert device.serves == NEWER
    assert occupied(device) == {"current": "", "previous": NEW, "trial": ""}
    assert "emotion.model has changed since tiny@2.0.0/fp32 was rolled out" in caplog.text
    order(device, world.new).settle()
    assert device.serves == NEWER
    order(device, world.new, rollout="r2", sequence=2).settle()
    device.start()
    assert device.serves == NEW


def test_a_setting_that_cannot_be_used_is_told_as_it_always_was(world: World) -> None:
    with pytest.raises(ModelError, match="There is no model in"):
        Device(world.folder / "n", world.folder / "nowhere", world.shelf, world.signer.public, configured="nowhere")


def test_what_cannot_be_saved_is_not_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    device = world.device()
    order(device, world.new)

    def full(_path: Path, _data: bytes) -> None:
        raise StateError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(durable, "replace", full)
        with pytest.raises(StateError):
            device.runner.turn()
    assert (device.history, world.shelf.asked) == ([], [])
    assert device.settle().history == WHOLE_WAY


def test_the_thread_does_it_too_and_stops(world: World) -> None:
    device = world.device()
    device.runner.start()
    order(device, world.new)
    deadline_s = time.monotonic() + 20
    while device.history[-1:] != ["committed"] and time.monotonic() < deadline_s:
        time.sleep(0.01)
    device.runner.stop()
    assert device.history == WHOLE_WAY
    assert json.loads((device.folder / "update.json").read_text())["stopped"] is True


def test_whatever_else_goes_wrong_ends_the_update_and_nothing_more(world: World) -> None:
    class Surprising(Loader):
        def __call__(self, model: Model, variant: Variant) -> FakeServant:
            if model.manifest.version == "2.0.0":
                raise ZeroDivisionError("division by zero")
            return super().__call__(model, variant)

    device = order(world.device(load=Surprising()), world.new).settle()
    assert (device.update.state, device.serves) == ("failed", OLD)
    assert device.update.reason == "The update failed (ZeroDivisionError: division by zero)."


def test_orders_that_come_together_are_taken_in_turn(world: World) -> None:
    device = world.device()
    orders: List[Release] = [world.new, world.newer, world.new]
    for number, release in enumerate(orders):
        order(device, release, rollout=f"r{number}", sequence=number)
    device.settle()
    assert [report.rollout for report in device.reports if report.state == "superseded"] == ["r0", "r1"]
    assert device.serves == NEW
