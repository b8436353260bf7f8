"""The agent on aarch64, emulated: it installs, doctor finds nothing wrong, and it sees what x86 sees."""

import json
import os
import platform
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ansible_filters
import cv2
import pytest
from arm.emulated import Arm, missing
from commands import ran
from controller_process import ControllerProcess, json_lines, run
from fer_agent.cli import run as fer_agent
from real_broker import Mosquitto

pytestmark = [pytest.mark.arm, pytest.mark.mosquitto, pytest.mark.timeout(1800)]

BEGIN, FRAMES = 400, 6
"""Of the clip, where the face is happy; emulation takes seconds for each."""
LIKE = 0.05
"""How much a probability may differ: each machine takes the variant that is fastest there."""

MACHINE = {
    "python_version": "3.11", "python_full_version": "3.11.2", "platform_machine": "aarch64",
    "sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}  # fmt: skip
PROGRAM = "/opt/fer-agent/bin/fer-agent"


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Arm]:
    """A Debian for arm64 with the agent installed, as the role venv does it."""
    if os.geteuid() != 0 or missing() or platform.machine() != "x86_64":
        pytest.skip(f"Emulation needs root on x86-64 and these programs: {', '.join(missing()) or 'all there'}.")
    archive = root / "ansible" / "wheelhouse" / "cp311-aarch64.tar"
    assert archive.is_file(), f"{archive} is missing; make it with scripts/wheelhouse.sh cp311 aarch64."
    made = Arm(tmp_path_factory.mktemp("arm"))
    try:
        install(made, archive)
        yield made
    finally:
        made.remove()


def install(arm: Arm, archive: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(arm.root / "wheels", filter="data")
    pins = ansible_filters.load("wheels").pinned(str(archive), ["fer-agent[cpu]"], MACHINE)
    (arm.root / "requirements.txt").write_text(pins)
    (pip,) = (arm.root / "wheels").glob("pip-*.whl")
    arm.run("python3", "-m", "venv", "--without-pip", "/opt/fer-agent")
    arm.run(
        "env", f"PYTHONPATH=/wheels/{pip.name}", "/opt/fer-agent/bin/python", "-m", "pip", "install", "--quiet",
        "--no-compile", "--no-index", "--no-deps", "--require-hashes", "--find-links=/wheels",
        "--requirement=/requirements.txt",
    )  # fmt: skip


@pytest.fixture(scope="module")
def clip(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few frames of a face that is happy."""
    path = tmp_path_factory.mktemp("clip") / "happy.avi"
    whole = cv2.VideoCapture(str(data_dir / "clips" / "portrait_sad_to_happy.mp4"))
    whole.set(cv2.CAP_PROP_POS_FRAMES, BEGIN)
    frames = [whole.read()[1] for _ in range(FRAMES)]
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (width, height))  # type: ignore[attr-defined]
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


def test_doctor_finds_nothing_wrong(arm: Arm, mosquitto: Mosquitto) -> None:
    said = arm.run(PROGRAM, "doctor", "--json", "--device", "arm", "--source", "demo:", "--broker", mosquitto.url)
    findings = {each["check"]: each for each in json_lines(said)}
    assert [name for name, each in findings.items() if each["state"] == "failed"] == []
    for task in ("finder", "landmarker", "model"):
        assert "passes its golden batch" in findings[task]["found"]


def test_it_reads_a_clip_to_the_events_that_x86_reads(
    arm: Arm, clip: Path, mosquitto: Mosquitto, controller: ControllerProcess, tmp_path: Path
) -> None:
    controller.start()
    (arm.root / clip.name).write_bytes(clip.read_bytes())
    how = ("--once", "--broker", mosquitto.url)
    arm.run(PROGRAM, "start", *how, "--device", "arm", "--source", f"/{clip.name}", "--state-dir", "/state")
    done = ran(fer_agent, ["start", *how, "--device", "x86", "--source", str(clip), "--state-dir", str(tmp_path)])
    assert done.returncode == 0, done.stderr
    there, here = events(controller, "arm"), events(controller, "x86")
    assert [each["kind"] for each in there] == [each["kind"] for each in here] != []
    for emulated, own in zip(there, here, strict=True):
        assert emulated["emotion"] == own["emotion"] == "happy"
        assert emulated["probabilities"] == pytest.approx(own["probabilities"], abs=LIKE)


def events(controller: ControllerProcess, device: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for line in run("events", "--device", device, "--json", "--db", str(controller.db)).stdout.splitlines()
    ]


@pytest.fixture
def controller(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[ControllerProcess]:
    """Stores what both send."""
    process = ControllerProcess(tmp_path / "fleet.db", mosquitto.url)
    yield process
    process.kill()
