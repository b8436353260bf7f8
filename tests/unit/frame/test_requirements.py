"""What is installed is pinned with hashes, and nothing else is taken for it."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WITHOUT_HASH = {"torch.txt"}
"""Another file for each accelerator, with companions of its own: requirements/training.in."""
OURS = {"fer-wire", "fer-agent", "fer-simulator", "fer-controller", "fer-models", "fer-client"}
ELSEWHERE = {"fer-models": {"train", "compare"}, "fer-agent": {"gpu", "jetson", "tensorrt"}}
"""Extras that dev.txt does not hold, for they are of other environments or of other machines."""


@pytest.fixture(scope="module")
def requirements(root: Path) -> Path:
    return root / "requirements"


def entries(lock: Path) -> "dict[str, list[str]]":
    """The pins of a lock, each with its hashes; a name may have several, by marker."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {line.partition(" --hash")[0].strip(): re.findall(r"--hash=sha256:([0-9a-f]{64})", line) for line in lines}


def pins(lock: Path) -> "set[tuple[str, str]]":
    found = (Requirement(each) for each in entries(lock))
    return {(canonicalize_name(each.name), str(each.specifier)) for each in found}


def test_every_pin_has_the_hashes_of_its_files(requirements: Path) -> None:
    locks = [lock for lock in sorted(requirements.glob("*.txt")) if lock.name not in WITHOUT_HASH]
    assert len(locks) >= 8
    for lock in locks:
        found = entries(lock)
        assert found, lock
        for pin, hashes in found.items():
            assert re.search(r"==[^*]+", pin), f"{lock.name}: {pin} is not pinned"
            assert hashes, f"{lock.name}: {pin} has no hash; run `make lock`"


@pytest.mark.parametrize("lock", ["hosts.txt", "image.txt"])
def test_what_hosts_and_images_get_is_what_is_tested_here(requirements: Path, lock: str) -> None:
    assert pins(requirements / lock) <= pins(requirements / "dev.txt")


@pytest.mark.parametrize("part", ["wire", "agent", "simulator", "controller", "models", "client"])
def test_the_lock_of_development_holds_what_our_programs_ask_for(root: Path, requirements: Path, part: str) -> None:
    """They are installed without their dependencies, so that pip can ask for a hash of everything else."""
    project = tomllib.loads((root / part / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    here = [name for name in extras if name not in ELSEWHERE.get(project["name"], ())]
    wanted = [*project.get("dependencies", []), *(each for name in here for each in extras[name])]
    held: dict[str, list[str]] = {}
    for name, version in pins(requirements / "dev.txt"):
        held.setdefault(name, []).append(version.removeprefix("=="))
    for text in wanted:
        asked = Requirement(text)
        if asked.name in OURS or (asked.marker and not asked.marker.evaluate()):
            continue
        versions = held.get(canonicalize_name(asked.name), [])
        assert any(asked.specifier.contains(version, prereleases=True) for version in versions), text


def test_pip_is_told_to_ask_for_hashes_wherever_a_lock_is_installed(root: Path) -> None:
    """--require-hashes is implied by a lock with hashes; said, it also refuses a lock that has lost them."""
    text = (root / "Makefile").read_text(encoding="utf-8") + (root / "scripts/wheelhouse.sh").read_text(
        encoding="utf-8"
    )
    hashed = re.compile(r"\$\(PINNED\)|--require-hashes")
    calls = [line for line in text.replace("\\\n", " ").splitlines() if re.search(r"-r (requirements/|\"\$)", line)]
    assert len(calls) >= 10
    for call in calls:
        assert hashed.search(call) or any(f"requirements/{name}" in call for name in WITHOUT_HASH), call
        assert " -e " not in call, "what is editable has no hash, and comes in a call of its own"
