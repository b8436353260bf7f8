from pathlib import Path

import pytest
from fer_agent.cli import app
from fer_agent.settings import EmotionSettings, Settings
from fer_agent.update.inventory import inventory
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER, TASKS
from typer.testing import CliRunner
from unit.agent.update.device import Device
from unit.agent.update.making import Release, Shelf, Signer


@pytest.fixture
def device(tmp_path: Path) -> Device:
    signer = Signer(tmp_path)
    factory, new = (Release(signer, tmp_path, version) for version in ("1.0.0", "2.0.0"))
    device = Device(
        tmp_path / "nano-01", factory.folder, Shelf(new), signer.public, configured=str(factory.folder.resolve())
    )
    device.runner.take(new.desired().payload())
    return device


def settings_of(device: Device, **faces: object) -> Settings:
    emotion, faces = {"model": device.factory}, {"finder": "dlib", **faces}
    return Settings.model_validate(
        {"device": "nano-01", "state_dir": device.folder.parent, "emotion": emotion, "faces": faces}
    )


def test_before_the_first_rollout_the_model_of_the_settings_serves(device: Device) -> None:
    found = inventory(settings_of(device))
    assert (found["serves"], found["models"], found["update"]) == ("tiny@1.0.0", [], None)


def test_after_it_the_slots_say_what_serves_and_what_was_before(device: Device) -> None:
    device.settle()
    found = inventory(settings_of(device))
    assert found["serves"] == "tiny@2.0.0/fp32"
    assert [(kept["slot"], kept["model"]) for kept in found["models"]] == [
        ("current", "tiny@2.0.0/fp32"),
        ("previous", "tiny@1.0.0/fp32"),
    ]
    assert found["update"]["state"] == "committed"


def test_another_model_in_the_settings_is_told_to_serve(device: Device) -> None:
    device.settle()
    other = settings_of(device).model_copy(update={"emotion": EmotionSettings(precision="int8")})
    assert inventory(other)["serves"].endswith("/int8")


def test_the_command_prints_a_table_and_a_sentence(device: Device) -> None:
    device.settle()
    command = ["models", "--device", "nano-01", "--state-dir", str(device.folder.parent)]
    printed = " ".join(CliRunner().invoke(app, command).stdout.split())
    assert "classifier current" in printed
    assert "Last update: tiny@2.0.0/fp32, rollout r1, attempt 1: committed." in printed


def test_the_models_of_every_task_are_told_and_which_of_them_serve(tmp_path: Path) -> None:
    signer = Signer(tmp_path)
    factory = {task: Release(signer, tmp_path / task, "1.0.0", task=task) for task in TASKS}
    new = Release(signer, tmp_path / FINDER, "2.0.0", task=FINDER)
    eyes = {task: factory[task].folder for task in (FINDER, LANDMARKER)}
    device = Device(tmp_path / "nano-01", factory[CLASSIFIER].folder, Shelf(new), signer.public, others=eyes)
    settings = settings_of(device, finder="zoo", finder_model=eyes[FINDER], landmarker_model=eyes[LANDMARKER])
    assert inventory(settings)["eyes"] == {FINDER: "tiny-finder@1.0.0", LANDMARKER: "tiny-landmarker@1.0.0"}
    device.configured = str(eyes[FINDER].resolve())
    device.start()
    device.runner.take(new.desired().payload())
    device.settle()
    found = inventory(settings)
    assert found["eyes"] == {FINDER: "tiny-finder@2.0.0/fp32", LANDMARKER: "tiny-landmarker@1.0.0"}
    assert [(kept["task"], kept["slot"], kept["model"]) for kept in found["models"]] == [
        (FINDER, "current", "tiny-finder@2.0.0/fp32"),
        (FINDER, "previous", "tiny-finder@1.0.0/fp32"),
    ]


def test_where_dlib_finds_the_faces_that_is_told(device: Device) -> None:
    assert inventory(settings_of(device))["eyes"] == {FINDER: "dlib", LANDMARKER: "dlib"}


def test_where_nothing_is_nothing_is_made(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["models", "--state-dir", str(tmp_path / "none"), "--json"])
    assert result.exit_code == 0
    assert not (tmp_path / "none").exists()
