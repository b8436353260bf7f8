"""Settings that arrive as an order: checked, saved, tried, kept or given up, alone or with a model."""

import json
from pathlib import Path
from typing import Any, Dict

import pytest
from fer_agent.errors import StateError
from fer_agent.update import durable
from fer_wire.tuning import SettingValues
from unit.agent.update.device import Device
from unit.agent.update.making import FakeServant, Release, Shelf, Signer, settings_order
from unit.agent.update.world import NEW, NO_FACES, OLD, WHOLE_WAY

SLOW: SettingValues = {"events.heartbeat_s": 60.0}
SMALL: SettingValues = {"faces.smallest_px": 40.0, "cameras.fps": 5.0}


class World:
    """A device with its factory model, and a release."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.signer = folder, Signer(folder)
        self.factory, self.new = (Release(self.signer, folder, version) for version in ("1.0.0", "2.0.0"))

    def device(self, **more: Any) -> Device:
        values = {"source": Shelf(self.new), "public_key": self.signer.public, **more}
        return Device(self.folder / "nano-01", self.factory.folder, **values)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def tell(device: Device, values: SettingValues, **changes: object) -> Device:
    device.runner.take(settings_order(values, **changes).payload())
    return device.settle()


def afar(device: Device) -> SettingValues:
    return device.tuner.report().afar


def on_disk(device: Device) -> Dict[str, Any]:
    found: Dict[str, Any] = json.loads((device.folder / "settings.json").read_bytes())
    return found


def test_settings_go_all_the_way_and_hold_at_once(world: World) -> None:
    device = tell(world.device(), {**SLOW, **SMALL})
    assert device.history == WHOLE_WAY
    assert device.works_by.events.heartbeat_s == 60.0
    assert (device.works_by.faces.smallest_px, device.works_by.cameras[0].fps) == (40.0, 5.0)
    assert afar(device) == {**SLOW, **SMALL}
    assert (device.serves, device.tuner.report().rollout) == (OLD, "s1")


def test_they_hold_after_a_restart(world: World) -> None:
    device = tell(world.device(), SLOW)
    device.runner.stop()
    device.start()
    assert (device.works_by.events.heartbeat_s, afar(device)) == (60.0, SLOW)


def test_an_order_names_all_of_them_so_that_none_takes_them_back(world: World) -> None:
    device = tell(tell(world.device(), SLOW), {}, rollout="s2", sequence=2)
    assert (device.works_by.events.heartbeat_s, afar(device)) == (5.0, {})


def test_settings_that_the_device_has_are_committed_at_once(world: World) -> None:
    device = tell(world.device(), SLOW)
    device.history.clear()
    assert tell(device, SLOW, rollout="s2", sequence=2).history == ["committed"]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"broker.url": "mqtt://evil:1883"}, "broker.url: no such setting can be changed from afar"),
        ({"update.token": "stolen"}, "update.token: no such setting can be changed from afar"),
        ({"cameras.source": "rtsp://evil"}, "cameras.source: no such setting can be changed from afar"),
        ({"events.heartbeat_s": 0.0}, "events.heartbeat_s: Input should be greater than 0"),
        ({"faces.scan_px": 10**9, "faces.upsample": 9}, "faces.scan_px: Input should be less than or equal to 7680"),
        ({"a.setting.of.tomorrow": True, **SLOW}, "a.setting.of.tomorrow: no such setting"),
    ],
)
def test_what_it_may_not_be_told_is_refused_whole_and_by_name(world: World, values: SettingValues, why: str) -> None:
    device = tell(world.device(), values)
    assert (device.history, afar(device)) == (["rejected"], {})
    assert why in device.update.reason
    assert not (device.folder / "settings.json").exists()


def test_what_is_set_on_the_device_itself_wins_and_is_refused_by_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_AGENT_FACES__SMALLEST_PX", "16")
    own = {"events": {"heartbeat_s": 2.0}, "faces": {"smallest_px": 16.0}}
    device = tell(world.device(own=own), {**SLOW, **SMALL})
    assert device.history == ["rejected"]
    assert "events.heartbeat_s: it is set on the device itself (file)" in device.update.reason
    assert "faces.smallest_px: it is set on the device itself (environment)" in device.update.reason
    assert device.works_by.events.heartbeat_s == 2.0
    assert tell(device, {"cameras.fps": 5.0}, rollout="s2", sequence=2).history[-1] == "committed"


def test_what_is_set_on_the_device_later_wins_and_others_can_still_be_told(world: World) -> None:
    tell(world.device(), SLOW)
    device = world.device(own={"events": {"heartbeat_s": 2.0}})
    assert device.works_by.events.heartbeat_s == 2.0
    tell(device, {**SLOW, "cameras.fps": 5.0}, rollout="s2", sequence=2)
    assert (device.history[-1], device.works_by.events.heartbeat_s) == ("committed", 2.0)


def test_of_several_cameras_each_goes_by_its_own(world: World) -> None:
    own = {"cameras": [{"name": "door", "width_px": 320}, {"name": "hall"}]}
    device = tell(world.device(own=own), {"cameras.fps": 5.0})
    assert [camera.fps for camera in device.works_by.cameras] == [5.0, 5.0]
    assert tell(device, {"cameras.width_px": 800}, rollout="s2", sequence=2).history[-1] == "rejected"


def test_settings_are_not_those_of_their_digest(world: World) -> None:
    device = tell(world.device(), SLOW, settings={"events.heartbeat_s": 61.0})
    assert device.history == ["rejected"]
    assert "not those that the order names" in device.update.reason


def test_without_a_key_settings_are_refused_as_models_are(world: World) -> None:
    device = tell(world.device(public_key=None), SLOW)
    assert (device.history, afar(device)) == (["rejected"], {})
    assert "update.public_key is not set" in device.update.reason


def test_a_withdrawal_on_trial_brings_back_those_before(world: World) -> None:
    device = world.device()
    device.runner.take(settings_order(SLOW, probation_s=600.0).payload())
    for _ in range(4):
        device.runner.turn()
    assert (device.update.state, device.works_by.events.heartbeat_s) == ("probation", 60.0)
    device.runner.take(b"")
    device.settle()
    assert (device.update.state, device.works_by.events.heartbeat_s, afar(device)) == ("canceled", 5.0, {})
    assert on_disk(device)["trial"] is None


def test_three_deaths_on_trial_bring_back_those_before(world: World) -> None:
    device = tell(world.device(), SMALL)
    device.runner.take(settings_order(SLOW, rollout="s2", sequence=2, probation_s=600.0).payload())
    for _ in range(4):
        device.runner.turn()
    for held in (60.0, 60.0, 5.0):
        device.start()
        assert device.works_by.events.heartbeat_s == held
    assert (device.update.state, afar(device)) == ("rolled_back", SMALL)
    assert device.update.reason == "The agent died 3 times with the new settings (probation); it is not tried again."


def test_a_model_and_settings_are_committed_together(world: World) -> None:
    device = world.device()
    device.runner.take(world.new.desired(settings=SLOW).payload())
    device.settle()
    assert device.history == WHOLE_WAY
    assert (device.serves, afar(device), device.works_by.events.heartbeat_s) == (NEW, SLOW, 60.0)


def test_settings_that_are_refused_keep_their_model_away(world: World) -> None:
    device = world.device()
    device.runner.take(world.new.desired(settings={"broker.url": "mqtt://evil"}).payload())
    assert (device.settle().history, device.serves) == (["rejected"], OLD)
    assert device.source.asked == []  # type: ignore[attr-defined]


def test_a_model_that_fails_on_a_frame_takes_its_settings_back_with_it(world: World) -> None:
    device = world.device()
    device.runner.take(world.new.desired(settings=SLOW, probation_s=600.0).payload())
    for _ in range(4):
        device.runner.turn()
    servant = device.serving.servant
    assert isinstance(servant, FakeServant)
    servant.broken = True
    with pytest.raises(RuntimeError):
        device.pipe.network.run(NO_FACES)
    device.settle()
    assert (device.update.state, device.serves, afar(device)) == ("rolled_back", OLD, {})
    assert device.works_by.events.heartbeat_s == 5.0


def test_a_model_that_serves_already_still_brings_its_settings(world: World) -> None:
    device = world.device()
    device.runner.take(world.factory.desired(settings=SLOW, url="").payload())
    assert (device.settle().update.state, device.serves, afar(device)) == ("committed", OLD, SLOW)


def test_a_disk_that_is_full_leaves_the_settings_that_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tell(world.device(), SMALL)
    replace, full = durable.replace, [True]

    def refuse(path: Path, data: bytes) -> None:
        if full and path.name == "settings.json":
            raise StateError("full")
        replace(path, data)

    monkeypatch.setattr(durable, "replace", refuse)
    with pytest.raises(StateError):
        tell(device, SLOW, rollout="s2", sequence=2)
    assert afar(device) == SMALL
    full.clear()
    assert (device.settle().update.state, afar(device)) == ("committed", SLOW)


@pytest.mark.parametrize(
    "garbage", [b"", b"{", b"[]", b"\xff", b'{"current": 7}', b'{"current": {"values": {"x": null}}}']
)
def test_a_file_that_cannot_be_read_leaves_the_settings_of_the_device(
    world: World, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    device = tell(world.device(), SLOW)
    (device.folder / "settings.json").write_bytes(garbage)
    device.start()
    assert (device.works_by.events.heartbeat_s, afar(device)) == (5.0, {})
    assert "no settings from afar hold" in caplog.text


def test_what_a_newer_version_left_on_the_disk_does_not_hold_and_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    device = tell(world.device(), SLOW)
    left = {"current": {"values": {**SLOW, "events.of_tomorrow": 1, "faces.upsample": 9}}}
    (device.folder / "settings.json").write_text(json.dumps(left))
    device.start()
    assert (device.works_by.events.heartbeat_s, device.works_by.faces.upsample) == (60.0, 0)
    (told,) = [each.getMessage() for each in caplog.records if "do not hold" in each.getMessage()]
    assert "events.of_tomorrow: no such setting" in told
    assert "faces.upsample: Input should be less than or equal to 2" in told
