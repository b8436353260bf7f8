"""Which wheels of an archive a host installs, each pinned by its sha256."""

import hashlib
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from functools import cached_property
from io import BytesIO

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

WHEEL = ".whl"
METADATA = ".dist-info/METADATA"

Machine = Mapping[str, str]
"""A host's environment markers, by name."""


@dataclass(frozen=True)
class Wheel:
    """One wheel of an archive."""

    file: str
    name: str
    version: Version
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def needs(self) -> list[Requirement]:
        """What it asks for, under which conditions."""
        with zipfile.ZipFile(BytesIO(self.data)) as content:
            (path,) = (each for each in content.namelist() if each.count("/") == 1 and each.endswith(METADATA))
            text = content.read(path).decode()
        return [Requirement(each) for each in HeaderParser().parsestr(text).get_all("Requires-Dist", [])]


def pinned(archive: str, requirements: Iterable[str], machine: Machine) -> str:
    """A requirements file with all that the requirements need there, for pip's --require-hashes.

    Raises ValueError for what the archive lacks.
    """
    wheels = needed(archive, requirements, machine)
    return "".join(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in wheels)


def needed(archive: str, requirements: Iterable[str], machine: Machine) -> list[Wheel]:
    """The wheels of all that the requirements need there, by name; raises ValueError for what the archive lacks."""
    wheels = {wheel.name: wheel for wheel in sorted(_wheels(archive), key=lambda each: each.version)}
    chosen: dict[str, set[str]] = {}
    asked = [("the inventory", Requirement(each)) for each in requirements]
    while asked:
        by, requirement = asked.pop()
        wheel, extras = _found(wheels, requirement, by), requirement.extras | {""}
        if new := extras - chosen.setdefault(wheel.name, set()):
            chosen[wheel.name] |= new
            asked += [(wheel.name, each) for each in wheel.needs if _applies(each, machine, new)]
    return [wheels[name] for name in sorted(chosen)]


def _wheels(archive: str) -> Iterator[Wheel]:
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name.endswith(WHEEL) else None
            if content is not None:
                file = member.name.rpartition("/")[2]
                name, version, _, _ = parse_wheel_filename(file)
                yield Wheel(file, name, version, content.read())


def _found(wheels: Mapping[str, Wheel], requirement: Requirement, by: str) -> Wheel:
    wheel = wheels.get(canonicalize_name(requirement.name))
    if wheel is None:
        raise ValueError(f"There is no wheel of {requirement.name}, which {by} asks for; make the wheelhouse anew.")
    if not requirement.specifier.contains(wheel.version, prereleases=True):
        raise ValueError(f"{by} asks for {requirement}, and the wheel is {wheel.version}; make the wheelhouse anew.")
    return wheel


def _applies(requirement: Requirement, machine: Machine, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**machine, "extra": extra}) for extra in extras)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """The filters by name."""
        return {"pinned": pinned}
