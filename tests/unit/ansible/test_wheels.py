"""A host installs what its program needs on its Python and machine, and nothing else that the archive holds."""

import hashlib
from pathlib import Path

import ansible_filters
import pytest
from made_wheels import a_wheel, an_archive

wheels = ansible_filters.load("wheels")

JETPACK_5 = {"python_version": "3.8", "python_full_version": "3.8.10", "platform_machine": "aarch64"}
DEBIAN_12 = {"python_version": "3.11", "python_full_version": "3.11.2", "platform_machine": "x86_64"}


def names(text: str) -> list[str]:
    return [line.partition("==")[0] for line in text.splitlines()]


def test_each_wheel_is_pinned_by_version_and_sha256(tmp_path: Path) -> None:
    name, data = a_wheel("fer_agent", version="0.1.0")
    sha256 = hashlib.sha256(data).hexdigest()
    assert wheels.pinned(an_archive(tmp_path, (name, data)), ["fer-agent"], DEBIAN_12) == (
        f"fer-agent==0.1.0 --hash=sha256:{sha256}\n"
    )


def test_a_device_gets_nothing_of_the_controller(tmp_path: Path) -> None:
    agent, controller = a_wheel("fer_agent", "Fer.Wire>=1"), a_wheel("fer_controller", "fastapi")
    wire = a_wheel("fer_wire", files={"vendored/deep.dist-info/METADATA": "Requires-Dist: fastapi\n"})
    archive = an_archive(tmp_path, agent, wire, controller, a_wheel("fastapi"))
    assert names(wheels.pinned(archive, ["fer-agent"], DEBIAN_12)) == ["fer-agent", "fer-wire"]


def test_extras_bring_what_is_theirs_also_when_they_are_asked_for_later(tmp_path: Path) -> None:
    agent = a_wheel("fer_agent", "numpy", 'onnxruntime; extra == "cpu"', 'jetson-stats; extra == "jetson"')
    other = a_wheel("numpy", "fer-agent[jetson]")
    archive = an_archive(tmp_path, agent, other, a_wheel("onnxruntime"), a_wheel("jetson_stats"))
    assert names(wheels.pinned(archive, ["fer-agent[cpu]"], DEBIAN_12)) == [
        "fer-agent", "jetson-stats", "numpy", "onnxruntime",
    ]  # fmt: skip


def test_what_is_for_another_python_or_machine_is_left_out(tmp_path: Path) -> None:
    agent = a_wheel("fer_agent", 'tomli; python_version < "3.11"', 'special; platform_machine == "aarch64"')
    archive = an_archive(tmp_path, agent, a_wheel("tomli"), a_wheel("special"))
    assert names(wheels.pinned(archive, ["fer-agent"], DEBIAN_12)) == ["fer-agent"]
    assert names(wheels.pinned(archive, ["fer-agent"], JETPACK_5)) == ["fer-agent", "special", "tomli"]


def test_of_two_versions_the_newer_one_is_taken(tmp_path: Path) -> None:
    archive = an_archive(tmp_path, a_wheel("numpy", version="1.10"), a_wheel("numpy", version="1.9"))
    assert wheels.pinned(archive, ["numpy"], DEBIAN_12).startswith("numpy==1.10 ")


@pytest.mark.parametrize(
    ("need", "sentence"),
    [("numpy", "no wheel of numpy, which fer-agent asks for"), ("wire>=2", "asks for wire>=2, and the wheel is 1.0")],
)
def test_what_the_archive_lacks_is_named_with_who_asks(tmp_path: Path, need: str, sentence: str) -> None:
    archive = an_archive(tmp_path, a_wheel("fer_agent", need), a_wheel("wire"))
    with pytest.raises(ValueError, match=sentence):
        wheels.pinned(archive, ["fer-agent"], DEBIAN_12)
